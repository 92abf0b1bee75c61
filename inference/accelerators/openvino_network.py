"""Build the network of a checkpoint for OpenVINO, layer by layer, without torch.

The weights are those of ``model.safetensors``; no other file is needed. The layers are RoBERTa's
(``training/model/encoder.py``): each of the functions here is one line of its definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openvino import Model, Node

_CONFIG, _WEIGHTS = "config.json", "model.safetensors"
_TYPES = {"F16": np.float16, "F32": np.float32}
# What this code computes; a checkpoint of another kind is refused.
_EXPECTED = {
    "model_type": "roberta",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
}
_EMBEDDINGS = "roberta.embeddings"


@dataclass(frozen=True)
class Embeddings:
    """The vectors (V, H) of V tokens and (P, H) of P positions; those of the kind are added."""

    words: np.ndarray
    positions: np.ndarray
    pad_id: int

    def vectors(self, ids: np.ndarray) -> np.ndarray:
        """Return (N, L, H) float32, the sums of both for (N, L) token ids.

        As RoBERTa does it, tokens are counted from ``pad_id`` + 1, and the one that pads has the
        position ``pad_id``, wherever it is.
        """
        is_token = ids != self.pad_id
        positions = np.cumsum(is_token, axis=1) * is_token + self.pad_id
        return self.words[ids].astype(np.float32) + self.positions[positions]


def read_network(checkpoint: Path) -> tuple[Embeddings, Model]:
    """Return what embeds the tokens and the network behind it, of the checkpoint in a folder.

    The network maps vectors (N, L, H) float32 and a mask (N, L) bool, which is false for what only
    pads a text, to logits (N, 436). Raises ValueError for a checkpoint of another kind.
    """
    config = json.loads((checkpoint / _CONFIG).read_text(encoding="utf-8"))
    for key, expected in _EXPECTED.items():
        if config.get(key) != expected:
            raise ValueError(f"{key} of the checkpoint is {config.get(key)!r}, not {expected!r}")
    weights = _read_weights(checkpoint / _WEIGHTS)
    kind = _fp32(weights[f"{_EMBEDDINGS}.token_type_embeddings.weight"][0])
    embeddings = Embeddings(
        weights[f"{_EMBEDDINGS}.word_embeddings.weight"],
        _fp32(weights[f"{_EMBEDDINGS}.position_embeddings.weight"]) + kind,
        config["pad_token_id"],
    )
    return embeddings, _Layers(weights, config).model()


def _read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file of safetensors by their names; they stay on the disk until used.

    The file begins with the length of its header, in eight bytes; the header is JSON and says where
    behind it the values of each array are.
    """
    content = np.memmap(path, np.uint8, "r")
    start = 8 + int.from_bytes(content[:8].tobytes(), "little")
    header = json.loads(content[8:start].tobytes())
    arrays = {}
    for name, about in header.items():
        if name != "__metadata__":
            first, last = about["data_offsets"]
            values = content[start + first : start + last].view(_TYPES[about["dtype"]])
            arrays[name] = values.reshape(about["shape"])
    return arrays


def _fp32(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, np.float32)


class _Layers:
    """The layers of RoBERTa with the weights of a checkpoint, named as in the checkpoint."""

    def __init__(self, weights: Mapping[str, np.ndarray], config: Mapping[str, Any]) -> None:
        from openvino import opset13  # is not installed everywhere

        self._ops = opset13
        self._weights = weights
        self._n_layers = config["num_hidden_layers"]
        self._width = config["hidden_size"]
        self._n_heads = config["num_attention_heads"]
        self._epsilon = config["layer_norm_eps"]

    def model(self) -> Model:
        from openvino import Model

        vectors = self._ops.parameter([-1, -1, self._width], np.float32, name="vectors")
        mask = self._ops.parameter([-1, -1], np.bool_, name="mask")
        is_seen = self._ops.unsqueeze(mask, self._integers(1, 2))  # by every head from every token
        states = self._norm(vectors, f"{_EMBEDDINGS}.LayerNorm")
        for layer in range(self._n_layers):
            states = self._encode(states, is_seen, f"roberta.encoder.layer.{layer}")
        first = self._ops.gather(
            states, self._ops.constant(np.int64(0)), self._ops.constant(np.int64(1))
        )
        pooled = self._ops.tanh(self._linear(first, "classifier.dense"))
        logits = self._linear(pooled, "classifier.out_proj")
        return Model([self._ops.result(logits)], [vectors, mask], "isco")

    def _encode(self, states: Node, is_seen: Node, layer: str) -> Node:
        attended = self._attend(states, is_seen, f"{layer}.attention.self")
        attended = self._linear(attended, f"{layer}.attention.output.dense")
        states = self._norm(self._ops.add(attended, states), f"{layer}.attention.output.LayerNorm")
        hidden = self._ops.gelu(self._linear(states, f"{layer}.intermediate.dense"), "erf")
        hidden = self._linear(hidden, f"{layer}.output.dense")
        return self._norm(self._ops.add(hidden, states), f"{layer}.output.LayerNorm")

    def _attend(self, states: Node, is_seen: Node, name: str) -> Node:
        query, key, value = (
            self._split_heads(self._linear(states, f"{name}.{part}"))
            for part in ("query", "key", "value")
        )
        attended = self._ops.scaled_dot_product_attention(query, key, value, is_seen)
        together = self._ops.transpose(attended, self._integers(0, 2, 1, 3))
        return self._ops.reshape(together, self._integers(0, 0, self._width), True)

    def _split_heads(self, states: Node) -> Node:
        """Return (N, heads, L, H / heads) of (N, L, H)."""
        head_width = self._width // self._n_heads
        split = self._ops.reshape(states, self._integers(0, 0, self._n_heads, head_width), True)
        return self._ops.transpose(split, self._integers(0, 2, 1, 3))

    def _norm(self, states: Node, name: str) -> Node:
        normed = self._ops.mvn(states, self._integers(-1), True, self._epsilon, "inside_sqrt")
        scaled = self._ops.multiply(normed, self._constant(f"{name}.weight"))
        return self._ops.add(scaled, self._constant(f"{name}.bias"))

    def _linear(self, states: Node, name: str) -> Node:
        product = self._ops.matmul(states, self._constant(f"{name}.weight"), False, True)
        return self._ops.add(product, self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> Node:
        return self._ops.constant(_fp32(self._weights[name]))

    def _integers(self, *values: int) -> Node:
        return self._ops.constant(np.array(values, np.int64))
