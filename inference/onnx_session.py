"""ONNX Runtime over a bundle: texts → logits, the same numbers in whatever company.

Texts with the same number of tokens form a batch, so nothing is padded; with a scale for every
token (``exporters/quantize.py``) a text's logits do not depend on its neighbours or on the size of
the batch. An accelerator that has shown that it may (``probe.py``) computes instead of the CPU,
until it fails once: then the CPU repeats the batch and goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
import psutil
from tokenizers import Tokenizer

from core.errors import BundleError
from core.settings import InferenceSettings
from inference.bundle import Bundle
from inference.provider_selection import choose, drop
from inference.providers import CPU, Runtime

# Past this many tokens a larger batch gains nothing on a CPU and only costs memory.
_TOKENS_PER_BATCH = 1024
# Its layer norm with an addition takes eight times as long as the two apart.
_SLOWER = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]


class OnnxSession:
    """A model ready to run. Not shared between threads."""

    def __init__(
        self, bundle: Bundle, settings: InferenceSettings, runtime: Runtime | None = None
    ) -> None:
        """``runtime`` opens what accelerators run.

        Raises BundleError where ONNX Runtime refuses the graph, SettingsError for a provider that
        this machine does not have.
        """
        options = ort.SessionOptions()
        # Several threads in one product wait for each other; each takes a batch of its own instead.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                bundle.model_path,
                sess_options=options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOWER,
            )
            self._tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
        except Exception as error:  # onnxruntime and tokenizers raise their own, unrelated classes
            raise BundleError(f"{str(bundle.path)!r} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(bundle.manifest.max_tokens)
        self._tokenizer.no_padding()
        self._threads = ThreadPoolExecutor(settings.threads or _n_cores())
        self._bundle, self._runtime = bundle, runtime or Runtime()
        self._accelerator = choose(bundle, settings, self._tokenise, self._serve, self._runtime)

    @property
    def provider(self) -> str:
        """Who computes now: ``cpu``, ``coreml`` or ``cuda``."""
        return CPU if self._accelerator is None else self._accelerator.name

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """(N, 436) float32 logits of N cleaned texts, in their order."""
        ids = self._tokenise(texts)
        if self._accelerator is not None:
            try:
                return self._accelerator.logits(ids)
            except Exception as error:  # what a provider raises is its own
                drop(self._bundle, self._accelerator, error, self._runtime)
                self._accelerator = None
        return self._serve(ids)

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def _serve(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """The logits of texts' token ids by the served graph, on the CPU."""
        out = np.empty((len(ids), len(self._bundle.manifest.labels)), dtype=np.float32)

        def fill(rows: list[int]) -> None:
            tokens = np.array([ids[row] for row in rows], dtype=np.int64)  # (batch, length)
            feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            out[rows] = self._session.run(None, feed)[0]

        # The longest first: with short ones at the end all threads are done at nearly one time.
        for _ in self._threads.map(fill, [*length_batches([len(i) for i in ids])][::-1]):
            pass
        return out


def _n_cores() -> int:
    """Physical cores, as far as this process may use them."""
    n_cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return min(n_cores, len(os.sched_getaffinity(0)))
    return n_cores


def length_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of equal length together, shortest first, within the token budget."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        full = (len(batch) + 1) * lengths[row] > _TOKENS_PER_BATCH
        if batch and (full or lengths[row] != lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
