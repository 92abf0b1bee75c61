"""The encoder that a training starts from, with a head for the 436 unit groups.

A base is ``minilm`` (see ``minilm.py``), a folder with a checkpoint, or a name on the model hub
such as ``roberta-base``. Checkpoints are safetensors only: a pickle is never loaded.

XLM-RoBERTa and CamemBERT are RoBERTa with another tokenizer: the same layers under the same names.
They are loaded as RoBERTa, so that all that follows knows one kind of model.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from transformers import (
    AutoConfig,
    AutoTokenizer,
    PreTrainedTokenizerBase,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from core.errors import SETTINGS_FILE, BaseModelError
from core.taxonomy import isco08, unit_index
from training.model import minilm
from training.model.device import attention
from training.model.hub import MINILM, unusable_base

_ROBERTA_TYPES = ("roberta", "xlm-roberta", "camembert")
_DROPOUT = 0.1  # RoBERTa's own


def load_encoder(
    base: str, texts: Iterable[str], bundled_checkpoint: Path, dropout: float = _DROPOUT
) -> tuple[PreTrainedTokenizerBase, RobertaForSequenceClassification]:
    """Return tokenizer and ``RobertaForSequenceClassification`` with 436 outputs in ISCO order.

    Parameters
    ----------
    base : see the module; a checkpoint with a head of 436 outputs keeps its head.
    texts : cleaned training texts; ``minilm`` takes its vocabulary from them.
    bundled_checkpoint : the checkpoint that the error names if ``base`` cannot be loaded.
    dropout : of all layers, whatever the base had.

    Raises BaseModelError if the base cannot be reached or read, or is no RoBERTa.
    """
    units = isco08().units
    own_config = {
        "num_labels": len(units),
        "id2label": dict(enumerate(units)),
        "label2id": dict(zip(units, unit_index(units), strict=True)),
        "problem_type": "single_label_classification",
        "attn_implementation": attention(),
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
    }
    if base == MINILM:
        return minilm.build(texts, RobertaConfig(**own_config))
    try:
        config = AutoConfig.from_pretrained(base, **own_config)
        if config.model_type not in _ROBERTA_TYPES:
            raise BaseModelError(
                f"the base {base!r} is a {config.model_type}; expected a RoBERTa checkpoint "
                f"({', '.join(_ROBERTA_TYPES)})"
            )
        config = RobertaConfig(**{**config.to_dict(), "model_type": "roberta", **own_config})
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = RobertaForSequenceClassification.from_pretrained(
            base, config=config, use_safetensors=True, ignore_mismatched_sizes=True
        )
    except (OSError, ValueError) as error:
        raise unusable_base(base, str(error), bundled_checkpoint) from error
    return tokenizer, model.float()


def check_length(base: str, model: RobertaForSequenceClassification, max_tokens: int) -> None:
    """Raise BaseModelError if ``model``, loaded from ``base``, has no places for ``max_tokens``.

    A text of more tokens would end a training in its middle.
    """
    n_places = model.config.max_position_embeddings - model.config.pad_token_id - 1
    if max_tokens > n_places:
        raise BaseModelError(
            f"model.max_seq_length is {max_tokens}, and the base {base!r} reads at most "
            f"{n_places} tokens: set model.max_seq_length in {SETTINGS_FILE} to {n_places} or less"
        )
