"""The shape of a network that is made in an instant."""

from typing import Any

SMALL: dict[str, Any] = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 130,
    "type_vocab_size": 1,
    "initializer_range": 0.1,  # large, so that its random decisions differ from text to text
}
