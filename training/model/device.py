"""Which device trains: cuda, then mps, then cpu; mps only where it computes what the cpu computes.

MPS has returned wrong numbers without an error, for the very short texts that job titles are
(pytorch#163597): so it is asked the same few batches as the CPU before every run.
"""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Sequence

# Before torch is imported: operators that MPS lacks run on the CPU instead of failing.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from training.model.process_group import n_ranks

_LOG = logging.getLogger(__name__)
# Logits of a right fp32 computation differ in the fifth digit from device to device.
MAX_DIFFERENCE = 1e-2
_N_TEXTS = 64


def attention() -> str:
    """The attention to load a model with: the fused one is what was wrong on MPS."""
    return "eager" if torch.backends.mps.is_available() else "sdpa"


def choose_device(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> str:
    """``cuda``, ``mps`` or ``cpu``; on a Mac after comparing it with the CPU on some ``texts``."""
    if torch.cuda.is_available():
        return "cuda"
    if not torch.backends.mps.is_available() or n_ranks() > 1:  # which MPS does not know
        return "cpu"
    other = copy.deepcopy(model).to("mps")
    difference = largest_difference(model, other, tokenizer, texts[:_N_TEXTS], max_tokens)
    if difference <= MAX_DIFFERENCE:
        return "mps"
    _LOG.warning(
        "mps computes other numbers than the cpu (logits differ by %.3g, expected at most %s): "
        "training on the cpu",
        difference,
        MAX_DIFFERENCE,
    )
    return "cpu"


@torch.inference_mode()
def largest_difference(
    model: RobertaForSequenceClassification,
    other: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> float:
    """The largest difference of the two models' logits on ``texts``; infinite where one is NaN."""
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
            for m in (model, other)
        ]
        difference = float((logits[0] - logits[1]).abs().max())
        worst = max(worst, difference if difference == difference else float("inf"))
    return worst
