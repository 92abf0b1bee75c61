"""Texts → one vector each, from the encoder as it stands before the training.

A vector is the mean of the encoder's last hidden states over the tokens of a text, scaled to length
one, so that the product of two vectors is their cosine. The head is not asked: what it has learned
of the labels would repeat the labels' errors.

Texts are embedded as the model sees them, ``unknown`` for an absent side included: without it the
five nearest of a text share its code as often or a little less (63.3 for 63.6 % with an encoder
that knows no labels, 77.9 for 78.1 % with one that does). They are cut at 32 tokens, so that the
longest cost no more than a few short ones; duties say in their first sentence what the work is.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from inference.onnx_session import length_batches

MAX_TOKENS = 32


def embed(
    texts: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    model: RobertaForSequenceClassification,
) -> np.ndarray:
    """(N, H) float32 vectors of length one of N cleaned ``title | duties``, in their order.

    ``H`` is the encoder's hidden size. A text's vector does not depend on its neighbours: texts of
    equal length share a batch, so nothing is padded.
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

    # Batches are small: two cores on one of them wait for each other more than they compute (24 ms
    # of processor a text for 7.5 on a busy machine), so each core takes its own.
    with ThreadPoolExecutor(torch.get_num_threads(), initializer=one_core) as cores:
        for _ in cores.map(fill, length_batches([len(ids) for ids in encoded])):
            pass
    return out


def one_core() -> None:
    """For a thread of a pool: its operations stay on it. torch keeps the number for each thread."""
    torch.set_num_threads(1)
