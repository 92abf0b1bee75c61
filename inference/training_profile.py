"""Describe the data that a model learned from: the report of a batch compares the batch with it.

The profile has the share of each unit group in the training, which texts were in it, and how often
a confidence was right on the calibration texts. Texts are kept as 32-bit hashes: about one in
40,000 unseen texts has the hash of one of 100,000 seen ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from core.non_answers.stated_text import stated_text
from inference.arrays.array_file import read_arrays, write_arrays
from inference.arrays.ascending import pack_ascending, unpack_ascending


@dataclass(frozen=True)
class TrainingProfile:
    """The training data of one model.

    Attributes
    ----------
    shares : (436,) share of the training's weight by unit group, in ISCO order, sum 1.
    seen : (S,) uint32, ascending hashes of the texts in the training.
    confidences : (B,) ascending, the mean confidence of each of B parts of the calibration texts.
    agreements : (B,) ascending, the share of right codes in each part.
    n_calibration : how many texts all parts have.
    """

    shares: np.ndarray
    seen: np.ndarray
    confidences: np.ndarray
    agreements: np.ndarray
    n_calibration: int

    @classmethod
    def load(cls, content: bytes) -> TrainingProfile:
        """Read what ``save`` wrote into a file."""
        values: dict[str, Any] = dict(read_arrays(content))
        values["seen"] = unpack_ascending(values.pop("steps"))
        return cls(**{**values, "n_calibration": int(values["n_calibration"])})

    def save(self, path: Path) -> None:
        """Write the arrays, compressed."""
        arrays = {
            "shares": self.shares.astype(np.float32),
            "steps": pack_ascending(self.seen),
            "confidences": self.confidences.astype(np.float32),
            "agreements": self.agreements.astype(np.float32),
            "n_calibration": np.array(self.n_calibration),
        }
        write_arrays(path, arrays)

    def has_seen(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N,) bool: whether each of N cleaned texts was in the training."""
        hashes = text_hashes(texts)
        positions = np.searchsorted(self.seen, hashes)
        is_seen = positions < len(self.seen)
        is_seen[is_seen] = self.seen[positions[is_seen]] == hashes[is_seen]
        return is_seen

    def part_weights(self, confidence: np.ndarray) -> np.ndarray:
        """Return (N, B) how much each part counts for the expected agreement of N confidences.

        ``part_weights(c) @ agreements`` lies between the parts on a straight line; B is 0 without
        calibration texts.
        """
        parts = np.eye(len(self.confidences))
        columns = [np.interp(confidence, self.confidences, part) for part in parts]
        return np.stack(columns, axis=1) if columns else np.zeros((len(confidence), 0))


def text_hashes(texts: Iterable[str]) -> np.ndarray:
    """Return (N,) uint32 hashes of cleaned texts, as the model reads them."""
    return np.array([crc32(stated_text(text).encode()) for text in texts], np.uint32)
