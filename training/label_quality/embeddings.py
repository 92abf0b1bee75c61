"""Texts → one vector each, from the encoder as it is before the training.

A vector is the mean of the encoder's last hidden states over the tokens of a text, scaled to length
one, so that the product of two vectors is their cosine. The classification head is not used: it has
learned from the labels and would repeat their errors.

Texts are embedded as the model reads them, ``unknown`` for an absent side included: without it the
five nearest of a text share its code as often or a little less (63.3 for 63.6 % with an encoder
that knows no labels, 77.9 for 78.1 % with one that does). They are cut at 32 tokens, so that the
longest cost no more than a few short ones; the first sentence of duties states what the work is.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from inference.onnx_session import length_batches
from training.model.training_progress import TrainingProgress, no_training_progress

MAX_TOKENS = 32


def embed(
    texts: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    model: RobertaForSequenceClassification,
    progress: TrainingProgress = no_training_progress,
) -> np.ndarray:
    """Return (N, H) float32 vectors of length one of N cleaned ``title | duties``, in their order.

    ``H`` is the encoder's hidden size. A text's vector does not depend on the other texts: texts
    of equal length share a batch, so nothing is padded. ``progress`` receives the number of texts
    done.
    """
    model.eval()
    encoded = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    out = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)

    @torch.inference_mode()  # holds for one thread only
    def fill(rows: list[int]) -> None:
        ids = torch.tensor([encoded[row] for row in rows], device=model.device)
        states = model.roberta(input_ids=ids).last_hidden_state  # (batch, length, H)
        vectors = torch.nn.functional.normalize(states.mean(dim=1), dim=1)
        out[rows] = vectors.float().cpu().numpy()

    # Batches are small: two cores on one batch wait for each other more than they compute (24 ms of
    # processor time per text instead of 7.5 on a busy machine), so each core takes its own batch.
    batches = list(length_batches([len(ids) for ids in encoded]))
    with (
        progress("embedding", len(texts)) as advance,
        ThreadPoolExecutor(torch.get_num_threads(), initializer=use_one_core) as threads,
    ):
        advance(0)
        for rows, _ in zip(batches, threads.map(fill, batches), strict=True):
            advance(len(rows))
    return out


def use_one_core() -> None:
    """Let torch compute on the calling thread alone; torch keeps this number for each thread."""
    torch.set_num_threads(1)
