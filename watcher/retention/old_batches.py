"""Which batches of the outbox are older than a limit, and which of them have to stay."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from core.corrections.correction_table import prepared_text
from core.corrections.corrections_folder import answered_texts, read_folder
from core.files.folders import names_in
from core.files.own_files import RECEIPT, read_own_json
from core.own_tables.own_rows import own_rows
from core.review_contract import TEXT
from core.settings import Settings
from results.explanations.requests import pending_batches
from results.review.review_files import REVIEW
from watcher.filesystem import Filesystem
from watcher.intake.claims import NOTES


@dataclass(frozen=True)
class Batch:
    """A folder with results. ``finished``: when the results were made."""

    folder: Path
    finished: datetime
    sha256: str
    n_open: int
    """The number of texts of its review that nobody has answered."""


class OldBatches:
    """The batches that were finished before a moment."""

    def __init__(
        self, settings: Settings, before: datetime, files: Filesystem | None = None
    ) -> None:
        self._settings = settings
        self._outbox = settings.watcher.outbox
        self._before = before
        self._files = files or Filesystem()
        self._hashes: dict[tuple[str, int, int], str] = {}  # by name, inode and change
        self._archived: dict[str, str] = {}  # the hash of each input by its name, "" of an old one

    def __iter__(self) -> Iterator[Batch]:
        """Yield the old batches in the order of their names."""
        for folder in sorted(path for path in self._outbox.iterdir() if not _is_hidden(path)):
            receipt = _receipt(folder)
            finished = written_moment(receipt.get("finished"))
            if finished is not None and finished < self._before:
                yield Batch(folder, finished, str(receipt.get("sha256")), self._n_open(folder))

    def reason_to_keep(self, batch: Batch) -> str | None:
        """Return why an old batch has to stay, None where it may go.

        It is asked directly before the batch is removed: the daemon may have got its input again.
        """
        if batch.folder in self._pending:
            return "its explanations are not finished"
        if batch.sha256 in self.waiting():
            return "a file with its content is in the inbox"
        if batch.sha256 in self._new_inputs():  # behind the inbox, as the file goes
            return "an input with its content came again later, and has these results"
        return None

    @cached_property
    def _pending(self) -> frozenset[Path]:
        return frozenset(pending_batches(self._outbox))

    @cached_property
    def _decided(self) -> frozenset[str]:
        """The texts that somebody decided."""
        data = self._settings.data
        return answered_texts(read_folder(data.corrections_dir, data))[0]

    def _new_inputs(self) -> set[str]:
        """Return the hashes of the archived inputs that are not old now; each is read once."""
        archive_dir = self._settings.watcher.archive_dir
        for name in set(names_in(archive_dir)) - self._archived.keys():
            path = archive_dir / name
            with suppress(FileNotFoundError):  # somebody has just removed it
                is_new = moment_of(path) >= self._before
                self._archived[name] = self._hash(path) if is_new else ""
        return set(self._archived.values())

    def waiting(self) -> set[str]:
        """Return the hashes of the files in the inbox and in the claims now."""
        inbox = self._settings.watcher.inbox
        while inbox.is_dir():
            # What has gone meanwhile may be in a place that was looked into before: look again.
            with suppress(FileNotFoundError):
                paths = [path for path in _files_below(inbox) if path.name not in NOTES]
                return set(map(self._hash, paths))
        return set()

    def _hash(self, path: Path) -> str:
        """Return the hash of a regular file, empty for what is none or cannot be read.

        Raises FileNotFoundError.
        """
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return ""
            key = path.name, status.st_ino, status.st_ctime_ns
            if key not in self._hashes:
                self._hashes[key] = self._files.hash(path)
            return self._hashes[key]
        except FileNotFoundError:
            raise
        except OSError:
            return ""

    def _n_open(self, folder: Path) -> int:
        """Return how many texts of a review have no decision; 0 for a batch without a review."""
        try:
            with (folder / REVIEW).open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                delimiter = first[len(TEXT) : len(TEXT) + 1] or ","
                file.seek(0)
                rows = own_rows(file, delimiter)
                place = next(rows, []).index(TEXT)
                texts = {prepared_text(row[place].removeprefix("'")) for row in rows if row}
                return len(texts - self._decided)
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except (OSError, ValueError, IndexError, csv.Error):
            return 1  # it was edited: a person has to look


def moment_of(path: Path) -> datetime:
    """Return since when a file is where it is: a rename changes no other time. Raises OSError."""
    return datetime.fromtimestamp(path.lstat().st_ctime, UTC)


def written_moment(written: object) -> datetime | None:
    """Return the moment that is written, None where none is: a time without a zone is none."""
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield what is in and below a folder and is no folder; none in one that cannot be read.

    Raises FileNotFoundError where a folder has gone since it was listed.
    """

    def raise_if_gone(error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            raise error

    for place, _, names in os.walk(folder, onerror=raise_if_gone):
        yield from (Path(place, name) for name in names)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _receipt(folder: Path) -> Mapping[str, Any]:
    try:
        return read_own_json(folder / RECEIPT)
    except (OSError, ValueError):  # no batch, or one that only a person can judge
        return {}
