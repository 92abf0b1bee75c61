"""What a model learned from and how sure it may be: what a batch is held against in its report.

The share of each unit group in the training, which texts were in it, and how often a confidence was
right on the calibration texts. Texts are kept as 32-bit hashes: of other texts, about one in 40,000
is taken for one of 100,000 that were seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class TrainingProfile:
    """``shares`` (436,) of the training's weight by unit group, in ISCO order, sum 1; ``seen`` (S,)
    uint32, ascending hashes of the texts in it; ``confidences`` and ``agreements`` (B,) ascending:
    the mean confidence of B parts of the calibration texts, and the share right in each;
    ``n_calibration`` texts were in all of them.
    """

    shares: np.ndarray
    seen: np.ndarray
    confidences: np.ndarray
    agreements: np.ndarray
    n_calibration: int

    @classmethod
    def load(cls, path: Path) -> TrainingProfile:
        """Read what ``save`` wrote. Plain arrays only: nothing in the file can run."""
        with np.load(path, allow_pickle=False) as arrays:
            values = {name: arrays[name] for name in arrays.files}
        values["seen"] = np.cumsum(values.pop("steps"), dtype=np.uint32)
        return cls(**{**values, "n_calibration": int(values["n_calibration"])})

    def save(self, path: Path) -> None:
        """Write the arrays, compressed."""
        # Ascending numbers compress as their differences: 100,000 texts are a quarter megabyte.
        steps = np.diff(self.seen, prepend=np.uint32(0)).astype(np.uint32)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                shares=self.shares.astype(np.float32),
                steps=steps,
                confidences=self.confidences.astype(np.float32),
                agreements=self.agreements.astype(np.float32),
                n_calibration=self.n_calibration,
            )

    def has_seen(self, texts: Sequence[str]) -> np.ndarray:
        """(N,) whether each of N cleaned texts was in the training."""
        wanted = hashes(texts)
        at = np.searchsorted(self.seen, wanted)
        inside = at < len(self.seen)
        inside[inside] = self.seen[at[inside]] == wanted[inside]
        return inside

    def expected_agreement(self, confidence: np.ndarray) -> np.ndarray:
        """(N,) how often N confidences are right, as on the calibration texts; between its parts
        on a straight line, NaN where there were none.
        """
        if not len(self.confidences):
            return np.full(len(confidence), np.nan)
        return np.interp(confidence, self.confidences, self.agreements)


def hashes(texts: Iterable[str]) -> np.ndarray:
    """(N,) uint32 hashes of cleaned texts."""
    return np.array([crc32(text.encode()) for text in texts], np.uint32)
