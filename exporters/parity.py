"""An exported graph computes what its checkpoint computes, or there is no bundle.

Checked in the order names → shapes → values → decisions, as optimum does, so that the first message
names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
# int8 changes decisions nearly always where two groups are close: the first part finds them.
_CLOSE_TEXTS_ONE_IN = 4


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


def agreement_if_enough(
    texts: Sequence[str],
    reference: np.ndarray,
    exported: Callable[[list[str]], np.ndarray],
    target: float,
) -> float:
    """Return the share of ``texts`` whose best unit group is the same with two graphs.

    Where it is below ``target``, a part of the texts often proves that: then the share is returned
    that is left if all the others agree. Texts whose best two groups are close come first.

    Parameters
    ----------
    reference : (N, 436) what decides the code of the N texts, by the checkpoint.
    exported : computes the same (M, 436) of M texts by the exported graph.
    """
    if not texts:
        return 0.0  # nothing was proved
    best = reference.argmax(axis=1)
    two_best = np.partition(reference, -2, axis=1)[:, -2:]
    closest_first = np.argsort(two_best[:, 1] - two_best[:, 0], kind="stable")
    n_different = 0
    for rows in np.array_split(closest_first, [len(texts) // _CLOSE_TEXTS_ONE_IN]):
        logits = exported([texts[row] for row in rows])
        n_different += int((logits.argmax(axis=1) != best[rows]).sum())
        share = (len(texts) - n_different) / len(texts)
        if share < target:
            break
    return share
