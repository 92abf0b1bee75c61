"""An exported graph computes what its checkpoint computes, or there is no bundle.

Checked in the order names → shapes → values → decisions, as optimum does, so that the first message
names the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.errors import ParityError
from inference.onnx_session import length_batches

INPUTS = ("input_ids", "attention_mask")
# fp32 sums in another order differ in the seventh digit; a wrong graph differs in the first.
MAX_LOGIT_DIFFERENCE = 1e-3


@torch.inference_mode()
def checkpoint_logits(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_tokens: int,
) -> np.ndarray:
    """Return (N, 436) float32 logits by the checkpoint itself, without padding: the reference."""
    model.eval()
    encoded = tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"]
    out = np.empty((len(texts), model.config.num_labels), dtype=np.float32)
    for rows in length_batches([len(ids) for ids in encoded]):
        ids = torch.tensor([encoded[row] for row in rows], device=model.device)
        out[rows] = model(input_ids=ids).logits.cpu().numpy()
    return out


def check_signature(path: Path, n_labels: int) -> None:
    """Raise ParityError unless the graph takes ids and mask and gives (batch, ``n_labels``)."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = tuple(value.name for value in session.get_inputs())
    if set(inputs) != set(INPUTS):
        raise ParityError(f"{path.name}: found the inputs {inputs}, expected {INPUTS}")
    shape = session.get_outputs()[0].shape
    if len(shape) != 2 or shape[1] != n_labels:
        raise ParityError(f"{path.name}: found outputs of shape {shape}, expected (N, {n_labels})")


def check_values(name: str, reference: np.ndarray, exported: np.ndarray) -> float:
    """Return the largest difference of two (N, 436) logits.

    Raises ParityError where it is larger than ``MAX_LOGIT_DIFFERENCE``.
    """
    difference = float(np.abs(reference - exported).max(initial=0.0))
    if not difference <= MAX_LOGIT_DIFFERENCE:
        raise ParityError(
            f"{name}: logits differ from the checkpoint's by up to {difference:.3g}, "
            f"expected at most {MAX_LOGIT_DIFFERENCE}"
        )
    return difference


def agreement(reference: np.ndarray, exported: np.ndarray) -> float:
    """Return the share of texts whose best unit group is the same in two (N, 436) logits."""
    return float((reference.argmax(axis=1) == exported.argmax(axis=1)).mean())
