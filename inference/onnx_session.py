"""Run a bundle's network with ONNX Runtime: texts → logits.

Texts with the same number of tokens form a batch, so nothing is padded. With a scale for every
token (``exporters/quantize.py``) a text's logits do not depend on its neighbours or on the size of
the batch. An accelerator that passed its trial (``inference/provider_selection.py``) computes
instead of the CPU. If it fails once, the CPU repeats the batch and computes from then on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
import psutil
from tokenizers import Encoding, Tokenizer

from core.errors import BundleError
from core.letters.text_bounds import slices
from core.settings import InferenceSettings
from inference.bundle import REMEDY, Bundle
from inference.provider_selection import ServedModel, record_failure, select_accelerator
from inference.providers import CPU, Runtime

# Larger batches are slower on a CPU: their activations leave the core's cache between operators.
TOKENS_PER_BATCH = 512
_N_SPECIAL_TOKENS = 2  # before and after the text
# The fused layer norm with an addition takes eight times as long as the two apart.
_DISABLED_OPTIMIZERS = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]


class OnnxSession:
    """A model ready to run. Not shared between threads."""

    def __init__(
        self, bundle: Bundle, settings: InferenceSettings, runtime: Runtime | None = None
    ) -> None:
        """Load the network and the tokenizer, and select the provider.

        ``runtime`` opens the graphs of accelerators. Raises BundleError where ONNX Runtime refuses
        the graph, SettingsError for a provider that this machine does not have.
        """
        options = ort.SessionOptions()
        # Several threads in one product wait for each other; each gets a batch of its own instead.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                bundle.model_path,
                sess_options=options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_DISABLED_OPTIMIZERS,
            )
            self._tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
        except Exception as error:  # onnxruntime and tokenizers raise their own, unrelated classes
            raise BundleError(
                f"{str(bundle.path)!r} cannot be loaded: {error}; {REMEDY}"
            ) from error
        self._tokenizer.enable_truncation(bundle.manifest.max_tokens)
        self._tokenizer.no_padding()
        n_threads = settings.threads or _n_cores()
        self._threads = ThreadPoolExecutor(n_threads)
        self._bundle = bundle
        self._runtime = runtime or Runtime()
        served = ServedModel(bundle, n_threads, self._tokenize, self._cpu_logits)
        self._accelerator = select_accelerator(served, settings.provider, self._runtime)

    @property
    def provider(self) -> str:
        """The provider that computes now, by its name in the settings."""
        return CPU if self._accelerator is None else self._accelerator.name

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) float32 logits of N cleaned texts, in their order."""
        ids = self._tokenize(texts)
        if self._accelerator is not None:
            try:
                return self._accelerator.logits(ids)
            except Exception as error:  # what a provider raises is its own
                record_failure(self._bundle, self._accelerator, error, self._runtime)
                self._accelerator = None
        return self._cpu_logits(ids)

    def are_truncated(self, texts: Sequence[str]) -> list[bool]:
        """Return for each cleaned text whether it has more tokens than the network reads."""
        max_bytes = self._bundle.manifest.max_tokens - _N_SPECIAL_TOKENS
        # A token is one byte or more.
        may_be = [text for text in texts if len(text.encode()) > max_bytes]
        encoded = zip(may_be, self._encodings(may_be), strict=True)
        longer = {text for text, encoding in encoded if encoding.overflowing}
        return [text in longer for text in texts]

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._encodings(texts)]

    def _encodings(self, texts: Sequence[str]) -> Iterator[Encoding]:
        for part in slices(texts):  # the encodings of a part hold its tokens that are cut, too
            yield from self._tokenizer.encode_batch(list(texts[part]))

    def _cpu_logits(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (N, 436) the logits of N texts' token ids by the served graph, on the CPU."""
        logits = np.empty((len(ids), len(self._bundle.manifest.labels)), dtype=np.float32)

        def fill(rows: list[int]) -> None:
            tokens = np.array([ids[row] for row in rows], dtype=np.int64)  # (batch, length)
            feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            logits[rows] = self._session.run(None, feed)[0]

        # The longest first: with short ones at the end all threads finish at nearly the same time.
        for _ in self._threads.map(fill, [*length_batches([len(i) for i in ids])][::-1]):
            pass
        return logits


def _n_cores() -> int:
    """Return the number of physical cores that this process may use."""
    n_cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return min(n_cores, len(os.sched_getaffinity(0)))
    return n_cores


def length_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield rows of equal length together, shortest first, within the token budget."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        is_full = (len(batch) + 1) * lengths[row] > TOKENS_PER_BATCH
        if batch and (is_full or lengths[row] != lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
