"""Which device trains: cuda, then mps, then cpu; mps only if it computes the same as the cpu.

MPS has returned wrong numbers without an error for very short texts, such as job titles
(pytorch#163597). So before every run both compute the logits of the same few batches.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence

import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from training.model.process_group import n_processes

_LOG = logging.getLogger(__name__)
# Logits of a correct fp32 computation differ in the fifth digit from device to device.
MAX_DIFFERENCE = 1e-2
_N_TEXTS = 64


def attention() -> str:
    """Return the attention to load a model with: on MPS the fused attention was wrong."""
    return "eager" if torch.backends.mps.is_available() else "sdpa"


def choose_device(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> str:
    """Return ``cuda``, ``mps`` or ``cpu``; mps is compared with the cpu on some ``texts`` first."""
    if torch.cuda.is_available():
        return "cuda"
    if not torch.backends.mps.is_available() or n_processes() > 1:  # MPS has no process groups
        return "cpu"
    on_mps = copy.deepcopy(model).to("mps")
    difference = largest_difference(model, on_mps, tokenizer, texts[:_N_TEXTS], max_tokens)
    if difference <= MAX_DIFFERENCE:
        return "mps"
    _LOG.warning(
        "mps and cpu compute different logits (difference %.3g, expected at most %s): "
        "training on the cpu",
        difference,
        MAX_DIFFERENCE,
    )
    return "cpu"


@torch.inference_mode()
def largest_difference(
    model: RobertaForSequenceClassification,
    copy_on_device: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> float:
    """Return the largest difference of two models' logits on ``texts``; infinite if one is NaN."""
    worst = 0.0
    for start in range(0, len(texts), 16):
        batch = tokenizer(
            list(texts[start : start + 16]),
            truncation=True,
            max_length=max_tokens,
            padding=True,
            pad_to_multiple_of=16,
            return_tensors="pt",
        )
        ids, mask = batch["input_ids"], batch["attention_mask"]
        logits = [
            m.eval()(input_ids=ids.to(m.device), attention_mask=mask.to(m.device)).logits.cpu()
            for m in (model, copy_on_device)
        ]
        difference = float((logits[0] - logits[1]).abs().max())
        worst = max(worst, difference if difference == difference else float("inf"))
    return worst
