"""ONNX Runtime over a bundle: texts → logits, the same numbers in whatever company.

Texts with the same number of tokens form a batch, so nothing is padded; with a scale for every
token (``exporters/quantize.py``) a text's logits do not depend on its neighbours or on the size of
the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from inference.bundle import Bundle
from isco.errors import BundleError, SettingsError
from isco.settings import InferenceSettings

# Past this many tokens a larger batch gains nothing on a CPU and only costs memory.
_TOKENS_PER_BATCH = 1024
# Its layer norm with an addition takes eight times as long as the two apart.
_SLOWER = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]
_PROVIDERS = {"cpu": "CPUExecutionProvider", "coreml": "CoreMLExecutionProvider"}


class Session:
    """A model ready to run. Not shared between threads."""

    def __init__(self, bundle: Bundle, settings: InferenceSettings) -> None:
        """Raises BundleError where ONNX Runtime refuses the graph, SettingsError for a provider
        that this machine does not have.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = settings.threads  # 0: one per physical core
        options.log_severity_level = 3
        self.provider = _provider(settings)
        providers = list(dict.fromkeys([_PROVIDERS[self.provider], _PROVIDERS["cpu"]]))
        try:
            self._session = ort.InferenceSession(
                bundle.model_path,
                sess_options=options,
                providers=providers,
                disabled_optimizers=_SLOWER,
            )
            self._tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
        except Exception as error:  # onnxruntime and tokenizers raise their own, unrelated classes
            raise BundleError(f"{str(bundle.path)!r} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(bundle.manifest.max_tokens)
        self._tokenizer.no_padding()
        self._n_labels = len(bundle.manifest.labels)

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """(N, 436) float32 logits of N cleaned texts, in their order."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(ids), self._n_labels), dtype=np.float32)
        for rows in length_batches([len(i) for i in ids]):
            tokens = np.array([ids[row] for row in rows], dtype=np.int64)  # (batch, length)
            feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            out[rows] = self._session.run(None, feed)[0]
        return out


def _provider(settings: InferenceSettings) -> str:
    # int8 operators do not run on CoreML, so "auto" is the CPU until a bundle carries more.
    wanted = "cpu" if settings.provider == "auto" else settings.provider
    if _PROVIDERS[wanted] not in ort.get_available_providers():
        raise SettingsError(
            f"inference.provider is {wanted!r}, which the onnxruntime of this machine does not "
            "have; use 'auto' or 'cpu'"
        )
    return wanted


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
