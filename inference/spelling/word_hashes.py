"""Keep a large set of words as hashes of four bytes, compressed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

import numpy as np

from inference.arrays.ascending import pack_ascending, unpack_ascending


class WordHashes:
    """A set of words, as the sorted hashes of the words.

    A word that is not in the set is taken for one of it with a chance of its size in 2 ** 32.
    """

    def __init__(self, hashes: np.ndarray) -> None:
        self._hashes = hashes

    @classmethod
    def of(cls, words: Iterable[str]) -> WordHashes:
        """Return the set of ``words``."""
        return cls(np.unique(np.array([_hash(word) for word in words], np.uint32)))

    @classmethod
    def from_bytes(cls, content: bytes) -> WordHashes:
        """Read what ``to_bytes`` returned."""
        packed = np.frombuffer(zlib.decompress(content), np.uint8)
        return cls(unpack_ascending(packed.reshape(4, -1)))

    def to_bytes(self) -> bytes:
        """Return the set compressed.

        The same words give the same set; its bytes depend on the version of zlib, too.
        """
        return zlib.compress(pack_ascending(self._hashes).tobytes(), 9)

    def __len__(self) -> int:
        return len(self._hashes)

    def __contains__(self, word: object) -> bool:
        hashed = _hash(str(word))
        index = int(self._hashes.searchsorted(hashed))
        return index < len(self._hashes) and int(self._hashes[index]) == hashed


def _hash(word: str) -> np.uint32:
    digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
    return np.uint32(int.from_bytes(digest, "little"))
