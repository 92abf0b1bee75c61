"""The decision about every corrected text, in bounded memory.

A text is known by a hash of 128 bits. Up to 100,000 decisions are in a dictionary; more are in
sorted arrays, 18 bytes each.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from core.corrections.correction import NOT_CODABLE, Correction, CorrectionStatus
from core.taxonomy import isco08

_MAX_IN_DICTIONARY = 100_000


class DecisionsByText(Protocol):
    """A mapping of text to decision: a dictionary, or ``Decisions``."""

    def get(self, text: str, /) -> str | None:
        """Return the decision about a text, or None."""
        ...

    def __setitem__(self, text: str, decision: str, /) -> None:
        """Set the decision about a text."""
        ...


def apply_correction(decisions: DecisionsByText, correction: Correction) -> str | None:
    """Change ``decisions`` (text → code or ``NOT_CODABLE``) by one more correction.

    The later correction holds. Only a minor group in which the present code lies confirms that
    code. Returns the decision that was replaced and contradicted, or None.
    """
    previous = decisions.get(correction.text)
    if not correction.is_decided:
        return None
    code = correction.code
    is_group = correction.status == CorrectionStatus.GROUP
    if previous is None or not (is_group and previous.startswith(code)):
        decisions[correction.text] = code
    if previous is None or previous.startswith(code) or code.startswith(previous):
        return None
    return previous


@dataclass(frozen=True)
class _Entries:
    """Sorted decisions: (N,) both halves of each text's hash, and the index of its decision."""

    high: np.ndarray
    low: np.ndarray
    decision: np.ndarray

    @classmethod
    def of(cls, decisions: dict[bytes, int]) -> _Entries:
        halves = np.frombuffer(b"".join(decisions), np.uint64).reshape(-1, 2)
        index = np.fromiter(decisions.values(), np.uint16, len(decisions))
        return cls(halves[:, 0], halves[:, 1], index).sorted()

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the three arrays."""
        return self.high, self.low, self.decision

    def sorted(self) -> _Entries:
        """Return the entries by hash; of two entries of one text the last one stays."""
        order = np.lexsort((self.low, self.high))  # stable
        high, low = self.high[order], self.low[order]
        is_last = np.ones(len(order), bool)
        is_last[:-1] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        return _Entries(high[is_last], low[is_last], self.decision[order][is_last])

    def merged_with(self, later: _Entries) -> _Entries:
        """Return both; of two entries of one text the later one holds."""
        pairs = zip(self.arrays(), later.arrays(), strict=True)
        return _Entries(*map(np.concatenate, pairs)).sorted()

    def find(self, key: bytes) -> int | None:
        """Return the index of the decision about a text, None if there is none."""
        high, low = struct.unpack("=QQ", key)
        # A scalar in numpy costs 20 times as much as one in a memoryview.
        highs, lows = self.high.data, self.low.data
        position = bisect_left(highs, high)
        while position < len(highs) and highs[position] == high:
            if lows[position] == low:
                return int(self.decision[position])
            position += 1
        return None


_NO_ENTRIES = _Entries.of({})


class Decisions:
    """A mapping of text to decision that needs about 18 bytes a text."""

    def __init__(self) -> None:
        self._entries = _NO_ENTRIES
        self._new: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._merged().high)

    def copy(self) -> Decisions:
        """Return an independent copy; the arrays, which never change, are shared."""
        decisions = Decisions()
        decisions._entries = self._entries
        decisions._new = dict(self._new)
        return decisions

    def get(self, text: str) -> str | None:
        """Return the decision about a text, or None."""
        if not self._new and not len(self._entries.high):
            return None
        key = text_hash(text)
        index = self._new.get(key)
        if index is None:
            index = self._entries.find(key)
        return None if index is None else _decisions()[index]

    def __setitem__(self, text: str, decision: str) -> None:
        self._new[text_hash(text)] = _indices()[decision]
        if len(self._new) > _MAX_IN_DICTIONARY:
            self._entries = self._merged()
            self._new = {}

    def version(self) -> str:
        """Return a hash of all decisions (8 hexadecimal digits); ``""`` without any."""
        entries = self._merged()
        if not len(entries.high):
            return ""
        digest = hashlib.sha256()
        for array in entries.arrays():
            digest.update(array.tobytes())
        return digest.hexdigest()[:8]

    def _merged(self) -> _Entries:
        """Return all entries, sorted, one for each text."""
        return self._entries.merged_with(_Entries.of(self._new)) if self._new else self._entries


def text_hash(text: str) -> bytes:
    """Return 128 bits that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@cache
def _decisions() -> tuple[str, ...]:
    return (*isco08().units, *isco08().minors, NOT_CODABLE)


@cache
def _indices() -> dict[str, int]:
    return {decision: index for index, decision in enumerate(_decisions())}
