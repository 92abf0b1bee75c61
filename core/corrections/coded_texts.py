"""The lists of all batches (``text_list.py``): has a text ever been coded, was it drawn?

They are in the hidden folder ``.texts`` beside the corrections, where only the user of the program
writes. They stay when a folder of results is deleted. Above 1 GB (some 75 million texts) the oldest
lists keep only what was drawn. Then, and where a list is damaged or a distributed run listed no
texts, a text that is in no list may have been coded all the same.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.corrections.text_list import (
    DamagedListError,
    ListHead,
    TextCollector,
    TextList,
    code_of,
    digits_of_codes,
    only_drawn,
    read_text_list,
    text_keys,
    write_text_list,
)
from core.files.folders import names_in
from core.files.own_files import TEXTS_DIR
from core.taxonomy import UNIT

_LOG = logging.getLogger(__name__)
_SUFFIX = ".texts"
_MAX_BYTES = 1 << 30
_SAMPLE_NAME = re.compile(r"batch ([0-9a-f]{1,64})")


def sample_name(batch_id: str) -> str:
    """Return how a review names the random sample of a batch."""
    return f"batch {batch_id}"


@dataclass(frozen=True)
class Drawn:
    """A text of a random sample.

    ``n_records`` of the drawn records have it; they got ``code`` from ``model_version``.
    """

    n_records: int
    code: str
    model_version: str


@dataclass(frozen=True)
class Draws:
    """How N answered texts were drawn.

    ``weights`` (N,) say for how many texts of the batches each stands; 0 for one that was not asked
    for. ``is_sampled`` (N,) whether it was drawn among the autocoded. ``n_autocoded`` texts were
    autocoded in the same batches, and ``answered_rate`` of the others are among the N. A text of
    several batches counts once.
    """

    weights: np.ndarray
    is_sampled: np.ndarray
    n_autocoded: int
    answered_rate: float


class CodedTexts:
    """Looks texts up in the lists beside a corrections folder."""

    def __init__(self, corrections_dir: Path) -> None:
        self._dir = corrections_dir / TEXTS_DIR
        self._checked: dict[Path, tuple[int, int]] = {}
        self._damaged: set[Path] = set()

    def were_coded(self, texts: list[str]) -> tuple[np.ndarray, bool]:
        """Return (N,) bool, which of N texts are in a list, and whether the lists have all texts.

        One list after the other is read, the newest first, until every text is found.
        """
        keys = text_keys(texts)
        is_found = np.zeros(len(keys), bool)
        paths = self._paths()
        has_all_texts = bool(paths)
        for path in paths:
            if is_found.all():
                break
            texts_of_batch = self._read(path)
            if texts_of_batch is None:
                has_all_texts = False
                continue
            has_all_texts = has_all_texts and texts_of_batch.head.is_complete
            missing = np.flatnonzero(~is_found)
            is_found[missing] = texts_of_batch.places(keys[missing]) >= 0
        return is_found, has_all_texts

    def codes_of(self, texts: list[str], model_version: str) -> list[frozenset[str]]:
        """Return the codes that batches gave to each of ``texts``, none where a list is not whole.

        The list of the very batch may be the one that is not whole, and another batch may have
        given the same text another code. ``model_version``: the batches of this version alone;
        empty: all batches.
        """
        keys = text_keys(texts)
        codes: list[set[str]] = [set() for _ in texts]
        for path in self._paths():
            batch = self._read(path)
            versions = (model_version, "")  # without a version it stands for batches of any
            if batch and model_version and batch.head.model_version not in versions:
                continue
            if batch is None or not batch.head.is_complete:
                return [frozenset() for _ in texts]
            places = batch.places(keys)
            for number in np.flatnonzero(places >= 0):
                codes[number].add(code_of(int(batch.codes[places[number]])))
        return list(map(frozenset, codes))

    def heads(self) -> dict[str, ListHead]:
        """Return the heads of the lists that can be read, by the name of the list, newest first.

        An open list holds a file, of which a process may have no more than 1,024: the heads alone
        are kept.
        """
        lists = ((path.stem, self._read(path)) for path in self._paths())
        return {name: batch.head for name, batch in lists if batch is not None}

    def list_called(self, name: str) -> TextList | None:
        """Return the list with a name that ``heads`` gave, None where it cannot be read now."""
        return self._read(_path(self._dir, name))

    def has_sample(self, sampled: str) -> bool:
        """Whether there is a readable list of the batch that a random sample was drawn from."""
        return self._batch(sampled) is not None

    def drawn(self, sampled: str, text: str) -> Drawn | None:
        """Return what was drawn of a text for a random sample, None where it was not drawn."""
        batch = self._batch(sampled)
        if batch is None:
            return None
        (place,) = batch.places(text_keys([text]))
        if place < 0 or not batch.n_drawn[place]:
            return None
        code = code_of(int(batch.codes[place]))
        return Drawn(int(batch.n_drawn[place]), code, batch.head.model_version)

    def draws(self, texts: list[str], samples: list[str]) -> Draws:
        """Return how N answered texts were drawn, by the lists that have all texts of their batch.

        ``samples`` (N) name the random sample that each answer gives as its own, or are empty. A
        text that was below the threshold in one batch and drawn in another counts as the former.
        """
        keys, names = text_keys(texts), np.array(samples, object)
        is_uncertain = np.zeros(len(keys), bool)
        share_drawn = np.zeros(len(keys))  # of the records with this text
        uncertain, autocoded = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
        for path in self._paths() if texts else []:
            batch = self._read(path)
            if batch is None or not batch.head.is_complete or not len(batch.keys):
                continue
            places = batch.places(keys)
            n_records = np.where(places >= 0, batch.n_by_model[places], 0)
            is_unit = digits_of_codes()[batch.codes] == UNIT
            is_asked = (n_records > 0) & ~is_unit[places]
            is_drawn = (n_records > 0) & is_unit[places] & (batch.n_drawn[places] > 0)
            is_drawn &= names == sample_name(batch.head.batch_id)
            if not (is_asked.any() or is_drawn.any()):
                continue
            is_uncertain |= is_asked
            shares = batch.n_drawn[places] / np.maximum(n_records, 1)
            # Above 1 where other wordings were drawn, too.
            share_drawn[is_drawn] = np.minimum(shares, 1)[is_drawn]
            is_by_model = batch.n_by_model > 0
            uncertain.append(batch.keys[is_by_model & ~is_unit])
            autocoded.append(batch.keys[is_by_model & is_unit])
        # A file that is coded again, or the next wave of a survey, asks many of the same texts.
        asked = np.unique(np.concatenate(uncertain))
        n_uncertain = len(asked)
        n_autocoded = len(np.setdiff1d(np.concatenate(autocoded), asked))
        share_drawn[is_uncertain] = 0
        n_answered = int(is_uncertain.sum())
        weights = is_uncertain * (n_uncertain / max(n_answered, 1))
        if share_drawn.any():
            weights = weights + share_drawn * (n_autocoded / share_drawn.sum())
        answered_rate = n_answered / n_uncertain if n_uncertain else 1.0
        return Draws(weights, share_drawn > 0, n_autocoded, answered_rate)

    def _batch(self, sampled: str) -> TextList | None:
        name = _SAMPLE_NAME.fullmatch(sampled.strip())
        return self._read(_path(self._dir, name[1])) if name else None

    def _paths(self) -> list[Path]:
        """Return the lists, the newest first."""
        try:
            names = [name for name in names_in(self._dir) if name.endswith(_SUFFIX)]
            paths = [(path.lstat().st_mtime_ns, path) for path in map(self._dir.joinpath, names)]
        except OSError as error:
            self._leave_out(self._dir, error)
            return []
        return [path for _, path in sorted(paths, reverse=True)]

    def _read(self, path: Path) -> TextList | None:
        """Return a list; None, and a line in the log, where it is missing or damaged."""
        try:
            status = path.lstat()
            state = status.st_mtime_ns, status.st_size
            batch = read_text_list(path, is_checked=self._checked.get(path) == state)
        except FileNotFoundError:
            return None
        except (OSError, DamagedListError) as error:
            self._leave_out(path, error)
            return None
        self._checked[path] = state
        return batch

    def _leave_out(self, path: Path, error: Exception) -> None:
        """Say once that a list, or the folder of all lists, cannot be read."""
        if path not in self._damaged:
            what = "all lists of texts are" if path == self._dir else "a list of texts is"
            _LOG.warning("%s left out: %s", what, error)
        self._damaged.add(path)


def keep_text_list(
    corrections_dir: Path, head: ListHead, texts: TextCollector, drawn: dict[str, int]
) -> None:
    """Keep the list of a batch. Raises OSError."""
    folder = _folder(corrections_dir)
    write_text_list(_path(folder, head.batch_id), texts.finished(head, drawn))
    _shorten_oldest(folder)


def mark_incomplete(corrections_dir: Path, reason: str) -> None:
    """Note that there are coded texts in no list; ``reason`` is a word. Raises OSError."""
    head = ListHead(reason, "", is_complete=False)
    write_text_list(_path(_folder(corrections_dir), reason), TextCollector().finished(head, {}))


def has_lists(corrections_dir: Path) -> bool:
    """Whether any list was kept beside a corrections folder."""
    # The folder alone says nothing: a kill or a full disk came before the first list.
    return any((corrections_dir / TEXTS_DIR).glob(f"*{_SUFFIX}"))


def _folder(corrections_dir: Path) -> Path:
    folder = corrections_dir / TEXTS_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}{_SUFFIX}"


def _shorten_oldest(folder: Path) -> None:
    """Let the oldest lists keep only what was drawn, while all of them are too large."""
    by_age = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.lstat().st_mtime_ns)
    n_bytes = sum(path.lstat().st_size for path in by_age)
    for path in by_age:
        if n_bytes <= _MAX_BYTES:
            return
        n_before = path.lstat().st_size
        with suppress(DamagedListError):
            batch = read_text_list(path)
            if batch.head.is_complete:
                write_text_list(path, only_drawn(batch))
        n_bytes -= n_before - path.lstat().st_size
