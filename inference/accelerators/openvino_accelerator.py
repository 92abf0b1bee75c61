"""Run a network with OpenVINO, in bf16 where the processor computes that faster than fp32.

OpenVINO computes in fp32 where it has no bf16. Texts are padded to one of a few lengths, and a
batch has 1, 2, 4, 8 … texts: OpenVINO keeps what it compiles for each shape, about a megabyte. The
length depends on the text alone, and products of equal length add up in the same order whatever the
number of texts: a text gets the same logits in any company. The trial of
``inference/provider_selection.py`` looks whether that holds for this processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from inference.bundle import Bundle
from inference.providers import OPENVINO

_TOKENS_PER_BATCH = 1024
_DEVICE = "CPU"


class OpenVinoAccelerator:
    """The network of a bundle's checkpoint. Not shared between threads.

    ``n_threads`` batches are computed at once, each by one thread. ``is_exact`` computes in fp32
    what is else computed in bf16.
    """

    name = OPENVINO

    def __init__(self, bundle: Bundle, n_threads: int, *, is_exact: bool = False) -> None:
        self._bundle = bundle
        self._n_threads = n_threads
        self._is_exact = is_exact
        # While the caller loads the other parts of the model.
        self._opened = ThreadPoolExecutor(1).submit(self._open)

    def logits(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (N, 436) float32 logits of N texts' token ids.

        Raises BundleError, ValueError or RuntimeError where the network cannot be opened or run,
        and RuntimeError for logits that are not finite.
        """
        embeddings, requests = self._opened.result()
        logits = np.empty((len(ids), len(self._bundle.manifest.labels)), np.float32)

        def keep(request: Any, rows: list[int]) -> None:
            logits[rows] = request.get_output_tensor().data

        requests.set_callback(keep)
        # The longest first: with short ones at the end all threads finish at nearly the same time.
        for length, rows in sorted(batches([len(tokens) for tokens in ids]), reverse=True):
            tokens = np.full((len(rows), length), embeddings.pad_id)
            mask = np.zeros(tokens.shape, bool)
            for position, row in enumerate(rows):
                tokens[position, : len(ids[row])] = ids[row]
                mask[position, : len(ids[row])] = True
            requests.start_async([embeddings.vectors(tokens), mask], rows)
        requests.wait_all()
        if not np.isfinite(logits).all():
            raise RuntimeError("its logits are not finite")
        return logits

    def _open(self) -> tuple[Any, Any]:
        """Return the embeddings, and as many requests to the compiled network as threads."""
        import openvino  # takes a tenth of a second, and is not installed everywhere

        from inference.accelerators.openvino_network import read_network

        core = openvino.Core()
        has_bf16 = "BF16" in core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
        embeddings, network = read_network(self._bundle.checkpoint_dir())
        options = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bf16 and not self._is_exact else "f32",
            "NUM_STREAMS": self._n_threads,
            "INFERENCE_NUM_THREADS": self._n_threads,
            # Other processes of this program must not be confined to the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        compiled = core.compile_model(network, _DEVICE, options)
        return embeddings, openvino.AsyncInferQueue(compiled, self._n_threads)


def batches(lengths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield a padded length and the rows of one batch, for texts of so many tokens."""
    rows_by_length: dict[int, list[int]] = {}
    for row, n_tokens in enumerate(lengths):
        rows_by_length.setdefault(padded_length(n_tokens), []).append(row)
    for length, rows in rows_by_length.items():
        start, n_texts = 0, _power_of_two(max(1, _TOKENS_PER_BATCH // length))
        while start < len(rows):
            n_texts = min(n_texts, _power_of_two(len(rows) - start))
            yield length, rows[start : start + n_texts]
            start += n_texts


def padded_length(n_tokens: int) -> int:
    """Return ``n_tokens`` rounded up: to multiples of 4 up to 32, of 8 up to 64, of 16 after it."""
    step = max(4, _power_of_two(n_tokens - 1) // 4)
    return -(-n_tokens // step) * step


def _power_of_two(number: int) -> int:
    """Return the largest power of two that is not above ``number``; 0 for 0."""
    return 1 << number.bit_length() - 1 if number else 0
