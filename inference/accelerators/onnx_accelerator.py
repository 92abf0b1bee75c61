"""Run a network on an accelerator of ONNX Runtime: CoreML on a Mac, CUDA with onnxruntime-gpu.

int8 operators run on the CPU alone, so an accelerator has a file of its own: the checkpoint's graph
in fp32, which ``exporters/accelerator_graph.py`` writes into this user's cache. It runs at a few
fixed shapes, padded: CoreML is slow with any others, and a text gets the same logits whatever texts
are beside it. Each shape has its own session, opened when it is first needed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import platformdirs

from core.files.whole_file import sha256_of
from inference.bundle import Bundle
from inference.providers import Runner, Runtime

MODEL = "model_fp32.onnx"
ABOUT = "about.json"

# Every text is padded to the next of these, and every batch to as many texts as the tokens allow.
_LENGTHS = (16, 32, 64, 128, 256, 512)
_TOKENS_PER_BATCH = 1024
# The names that optimum gives to the axes.
_TEXTS_AXIS, _TOKENS_AXIS = "batch_size", "sequence_length"


@dataclass(frozen=True)
class AcceleratorModel:
    """The file for accelerators of one bundle; ``pad_id`` is the token that fills short texts."""

    path: Path
    sha256: str
    pad_id: int

    @classmethod
    def find(cls, bundle: Bundle) -> AcceleratorModel | None:
        """Return the file that was written for ``bundle``, its hash checked, or None."""
        folder = accelerated_dir(bundle)
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            model = cls(folder / MODEL, str(about["sha256"]), int(about["pad_id"]))
            return model if sha256_of(model.path) == model.sha256 else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # missing or incomplete: the same command writes it again

    def write_about(self) -> None:
        """Write ``about.json``, which ``find`` reads, beside the file."""
        about = {key: value for key, value in asdict(self).items() if key != "path"}
        self.path.with_name(ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")


def accelerated_dir(bundle: Bundle) -> Path:
    """Return the folder of ``bundle``'s accelerator files, named after the bundle's hashes."""
    files = json.dumps(sorted(bundle.manifest.files.items()))
    return _cache_dir() / sha256(files.encode()).hexdigest()[:16]


def _cache_dir() -> Path:
    return platformdirs.user_cache_path("isco-coder", appauthor=False) / "accelerated"


class OnnxAccelerator:
    """A network on one accelerator, or on the CPU at the same shapes.

    Not shared between threads.
    """

    def __init__(
        self, name: str, model: AcceleratorModel, bundle: Bundle, runtime: Runtime
    ) -> None:
        self.name = name
        self._model = model
        self._runtime = runtime
        self._n_labels = len(bundle.manifest.labels)
        self._max_tokens = bundle.manifest.max_tokens
        self._session = cache(self._open_session)

    def logits(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (N, 436) float32 logits of N texts' token ids.

        Raises whatever the accelerator raises, and RuntimeError for logits that are not finite.
        """
        logits = np.empty((len(ids), self._n_labels), np.float32)
        rows_by_length: dict[int, list[int]] = {}
        for row, tokens in enumerate(ids):
            rows_by_length.setdefault(self._padded_length(len(tokens)), []).append(row)
        for length, rows in sorted(rows_by_length.items()):
            n_texts = max(1, _TOKENS_PER_BATCH // length)
            for start in range(0, len(rows), n_texts):
                batch = rows[start : start + n_texts]
                padded = self._run([ids[row] for row in batch], n_texts, length)
                logits[batch] = padded[: len(batch)]
        if not np.isfinite(logits).all():
            raise RuntimeError("its logits are not finite")
        return logits

    def _padded_length(self, n_tokens: int) -> int:
        return next((n for n in _LENGTHS if n >= n_tokens), self._max_tokens)

    def _run(self, ids: Sequence[Sequence[int]], n_texts: int, length: int) -> np.ndarray:
        tokens = np.full((n_texts, length), self._model.pad_id, np.int64)
        mask = np.zeros_like(tokens)
        for row in range(n_texts):  # the last text again where there are too few
            text = ids[min(row, len(ids) - 1)]
            tokens[row, : len(text)] = text
            mask[row, : len(text)] = 1
        feed = {"input_ids": tokens, "attention_mask": mask}
        return np.asarray(self._session(n_texts, length).run(None, feed)[0])

    def _open_session(self, n_texts: int, length: int) -> Runner:
        axes = {_TEXTS_AXIS: n_texts, _TOKENS_AXIS: length}
        compiled = f"{self.name}-{self._runtime.version}"
        cache_dir = self._model.path.with_name(compiled) / f"{n_texts}x{length}"
        return self._runtime.start(self._model.path, self.name, axes, cache_dir)
