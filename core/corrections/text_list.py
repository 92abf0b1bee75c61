"""The list of one batch: which texts it had, the code that each got, and which were drawn.

It is a small file of the program, kept beside the corrections: a line of JSON, then four arrays of
N texts each, in the order of their hashes: 64 bits of the hash, 16 bits for the code that was
shown, 16 bits for how many of the drawn records have the text, and 16 bits for how many records of
the batch have it that the model coded. The first line has the SHA-256 of the arrays, so that a
damaged list is recognised.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.files.whole_file import open_atomic
from core.taxonomy import UNIT, isco08

_FORMAT = 1
_KEY, _CODE, _COUNT = "<u8", "<u2", "<u2"
_KEY_BYTES = 8
_MAX_HEAD_BYTES = 1 << 20
_MIN_MERGE = 100_000
_BYTES_PER_TEXT = 14
_MAX_COUNT = 65_535


class DamagedListError(ValueError):
    """A list is not what was written; the message names it."""


@dataclass(frozen=True)
class ListHead:
    """What a list says of itself.

    ``is_complete`` is false where it does not have all texts of its batch. ``text_columns`` are our
    names of the columns that the texts were read from, and their names in the input.
    """

    batch_id: str
    model_version: str
    is_complete: bool = True
    n_texts: int = 0
    sha256: str = ""
    format: int = _FORMAT
    text_columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextList:
    """The texts of a batch.

    ``keys`` (N,) uint64, ascending; ``codes`` (N,) uint16, see ``code_of``; ``n_drawn`` (N,)
    uint16; ``n_by_model`` (N,) uint16, at most 65,535: the records that the model coded, 0 for a
    text that a correction, the list of non-answers or the question about another text decides.
    """

    head: ListHead
    keys: np.ndarray
    codes: np.ndarray
    n_drawn: np.ndarray
    n_by_model: np.ndarray

    def places(self, keys: np.ndarray) -> np.ndarray:
        """Return (M,) the places of M texts by their keys; -1 for one that is not in the list."""
        places = np.searchsorted(self.keys, keys)
        is_inside = places < len(self.keys)
        is_inside[is_inside] = self.keys[places[is_inside]] == keys[is_inside]
        return np.where(is_inside, places, -1)


class TextCollector:
    """Collects the texts of a batch while it is coded; about 18 bytes a distinct text."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, _KEY)
        self._codes = np.zeros(0, _CODE)
        self._n_by_model = np.zeros(0, np.int64)
        self._new: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._n_new = 0

    def add(self, codes: Mapping[str, str], n_by_model: Mapping[str, int]) -> None:
        """Add texts with their codes.

        A text has one code in a batch. Where some of its records were left to a person without
        one, it is that of the others: "nurse / welder" and "nurse welder" are one text.
        ``n_by_model``: how many further records with each text the model coded; 0 where it is not
        named.
        """
        indices = _indices()
        values = np.fromiter((indices[code] for code in codes.values()), _CODE, len(codes))
        counts = np.fromiter((n_by_model.get(text, 0) for text in codes), np.int64, len(codes))
        self._new.append((text_keys(codes), values, counts))
        self._n_new += len(codes)
        if self._n_new > max(len(self._keys), _MIN_MERGE):
            self._merge()

    def _merge(self) -> None:
        keys = np.concatenate([self._keys, *(keys for keys, _, _ in self._new)])
        codes = np.concatenate([self._codes, *(codes for _, codes, _ in self._new)])
        counts = np.concatenate([self._n_by_model, *(counts for _, _, counts in self._new)])
        self._keys, place = np.unique(keys, return_inverse=True)
        self._codes = np.zeros(len(self._keys), _CODE)
        np.maximum.at(self._codes, place, codes)  # the index of no code is 0
        self._n_by_model = np.zeros(len(self._keys), np.int64)
        np.add.at(self._n_by_model, place, counts)
        self._new = []
        self._n_new = 0

    def count_asked(self, asked: Iterable[str]) -> None:
        """Count the records of no uncertain text but those that are ``asked``.

        One answer decides several texts ("nurse" and "nurse" with "NA"): they are one question.
        """
        self._merge()
        is_uncertain = digits_of_codes()[self._codes] != UNIT
        self._n_by_model[is_uncertain & ~np.isin(self._keys, text_keys(asked))] = 0

    def finished(self, head: ListHead, drawn: Mapping[str, int]) -> TextList:
        """Return the list; ``drawn`` has the number of drawn records of each drawn text."""
        self._merge()
        n_drawn = np.zeros(len(self._keys), _COUNT)
        places = np.searchsorted(self._keys, text_keys(drawn))
        n_drawn[places] = np.fromiter(drawn.values(), _COUNT, len(drawn))
        n_by_model = np.minimum(self._n_by_model, _MAX_COUNT).astype(_COUNT)
        return TextList(head, self._keys, self._codes, n_drawn, n_by_model)


def text_hash(text: str) -> bytes:
    """Return 128 bits that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def text_keys(texts: Iterable[str]) -> np.ndarray:
    """Return (N,) uint64: the first half of the hash of each text."""
    return np.frombuffer(b"".join(text_hash(text)[:_KEY_BYTES] for text in texts), _KEY)


def code_of(index: int) -> str:
    """Return the code with this index in a list; empty for a text that got none."""
    return _codes()[index]


@cache
def digits_of_codes() -> np.ndarray:
    """Return how many digits the code of each index has; 0 for none."""
    return np.array([len(code) for code in _codes()])


@cache
def _codes() -> tuple[str, ...]:
    return ("", *isco08().titles)


@cache
def _indices() -> dict[str, int]:
    return {code: index for index, code in enumerate(_codes())}


def only_drawn(texts: TextList) -> TextList:
    """Return the list of the drawn texts alone: it is not complete any more."""
    is_drawn = texts.n_drawn > 0
    parts = (texts.keys, texts.codes, texts.n_drawn, texts.n_by_model)
    head = replace(texts.head, is_complete=False)
    return TextList(head, *(part[is_drawn] for part in parts))


def write_text_list(path: Path, texts: TextList) -> None:
    """Write a list whole or not at all. Raises OSError."""
    arrays = texts.keys, texts.codes, texts.n_drawn, texts.n_by_model
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.data)
    values = asdict(texts.head) | {"n_texts": len(texts.keys), "sha256": digest.hexdigest()}
    with open_atomic(path) as file:
        file.write(json.dumps(values).encode() + b"\n")
        for array in arrays:
            file.write(array.data)


def read_text_list(path: Path, *, is_checked: bool = False) -> TextList:
    """Return a list, whose arrays stay on the disk. ``is_checked``: its hash is known to be right.

    Raises DamagedListError where it is not what was written, OSError where it cannot be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise DamagedListError(f"{str(path)!r} is no regular file")
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        line = file.readline(_MAX_HEAD_BYTES)
        size = os.fstat(file.fileno()).st_size - len(line)
        head = _head(path, line)
        if size != head.n_texts * _BYTES_PER_TEXT:
            raise DamagedListError(f"{str(path)!r} is cut off or too long")
        content: Any = np.memmap(file, np.uint8, "r", len(line), size) if size else b""
        if not is_checked and hashlib.sha256(content).hexdigest() != head.sha256:
            raise DamagedListError(f"{str(path)!r} does not have the hash in its first line")
    n = head.n_texts
    return TextList(
        head,
        np.frombuffer(content, _KEY, n),
        np.frombuffer(content, _CODE, n, n * 8),
        np.frombuffer(content, _COUNT, n, n * 10),
        np.frombuffer(content, _COUNT, n, n * 12),
    )


def _head(path: Path, line: bytes) -> ListHead:
    try:
        head = ListHead(**json.loads(line))
        is_right = (
            head.format == _FORMAT
            and isinstance(head.n_texts, int)
            and head.n_texts >= 0
            and all(isinstance(value, str) for value in (head.batch_id, head.model_version))
            and all(isinstance(name, str) for name in dict(head.text_columns).values())
        )
    except (ValueError, TypeError, RecursionError):
        is_right = False
    if not is_right:
        raise DamagedListError(f"{str(path)!r} has no first line of a list of texts")
    return head
