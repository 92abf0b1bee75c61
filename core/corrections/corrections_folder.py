"""The folder of corrections files, in the order in which the corrections hold.

Files that the program keeps have the columns ``sequence`` and ``received`` (UTC): they hold in this
order, whatever happens to their modification times. Files without them were placed by hand, or by
0.1: they come first, by modification time.
"""

from __future__ import annotations

import csv
import errno
import logging
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.corrections.correction import Correction
from core.corrections.decisions import Decisions
from core.corrections.doubts import Doubts, marked, read_doubts
from core.corrections.signature import SEQUENCE
from core.corrections.unread_file import UnreadFile
from core.errors import InputError
from core.files.folders import names_in
from core.formats.file_names import suffix_of
from core.non_answers.stated_text import stated_text
from core.own_tables.own_rows import own_rows
from core.review_contract import ADJUDICATED, CORRECTION_COLUMNS
from core.settings import DataSettings

_LOG = logging.getLogger(__name__)
RECEIVED = "received"
KEPT_COLUMNS = (*CORRECTION_COLUMNS, ADJUDICATED, SEQUENCE, RECEIVED)
"""The columns of a file that the program keeps."""
_MAX_HEAD_BYTES = 4_000_000  # more than a header and a row can have
_PART = ", confirmed: "  # between the names of a file and of a doubt, in that of a part


@dataclass(frozen=True)
class CorrectionsFile:
    """A file of the folder. ``sequence`` is 0, and ``received`` empty, if it was placed by hand.

    ``doubts`` are those about its coders, open or confirmed.
    """

    name: str
    mtime_ns: int
    size: int
    sequence: int = 0
    received: str = ""
    doubts: Doubts = ()

    @property
    def order(self) -> tuple[int, str, int, str]:
        """The place of the file among the others."""
        return self.sequence, self.received, self.mtime_ns, self.name

    def part_of(self, correction: Correction) -> str:
        """Return the name of the part of the file that a row belongs to.

        What is confirmed later than the rest of a file was learned is learned later, too.
        """
        for doubt in self.doubts:
            if not doubt.is_open and doubt.is_about(correction):
                return f"{self.name}{_PART}{doubt.name}"
        return self.name

    def is_confirmed(self, correction: Correction) -> bool:
        """Whether a row of the file was in doubt, and a person has said that it is right."""
        return self.part_of(correction) != self.name


def file_of_part(part: str) -> str:
    """Return the name of the file that a part, named as ``part_of`` does, belongs to."""
    return part.partition(_PART)[0]


KeptCorrection = tuple[CorrectionsFile, Correction]
"""A row of a corrections file, and the file."""
FolderState = tuple[CorrectionsFile, ...]
"""The corrections files of a folder in their order."""


def folder_state(corrections_dir: Path, known: FolderState = ()) -> FolderState:
    """Return the corrections files of a folder in their order; none if there is no folder.

    While this is the same, reading the folder again gives the same corrections. ``known`` is an
    earlier state: a file in it that has not changed is not opened again. Raises OSError for a
    folder that cannot be listed: that it has no corrections is not known.
    """
    known_files = {(file.name, file.mtime_ns, file.size): file for file in known}
    files = []
    for path in map(corrections_dir.joinpath, filter(suffix_of, names_in(corrections_dir))):
        try:
            status = path.stat()
        except PermissionError:  # who reads it says so
            files.append(_without_state(path))
            continue
        except OSError:
            continue  # removed meanwhile, or a link to nothing
        if stat.S_ISDIR(status.st_mode):
            continue
        file = CorrectionsFile(path.name, status.st_mtime_ns, status.st_size)
        known_file = known_files.get((file.name, file.mtime_ns, file.size))
        file = known_file or _with_order(path, file, status.st_mode)
        files.append(replace(file, doubts=read_doubts(path)))
    return tuple(sorted(files, key=lambda file: file.order))


def read_folder(corrections_dir: Path, data: DataSettings) -> Iterator[KeptCorrection]:
    """Yield every row of every corrections file, in the order in which they hold.

    Who needs them twice keeps them: to read a row takes 0.1 ms, and another file may have come. A
    file that cannot be read is left out as a whole and named in the log. Raises OSError for a
    folder that cannot be listed.
    """
    for file in folder_state(corrections_dir):
        for correction in read_readable(corrections_dir / file.name, data):
            yield file, correction


def answered_texts(kept: Iterable[KeptCorrection]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the decided texts, as the model reads them, and those whose answers were withdrawn.

    A text is decided if a decision about it holds, whatever it is. A minor group, "not codable" and
    a disputed code teach nothing; but no model may be held to what it answered before, nor to an
    answer that it has learned and that was withdrawn since.
    """
    decisions = Decisions()
    texts: set[str] = set()
    for _, correction in kept:
        decisions.apply(correction)
        if correction.is_decided:
            texts.add(stated_text(correction.text))
    decided = frozenset(text for text in texts if decisions.get(text) is not None)
    return decided, frozenset(texts) - decided


def read_readable(
    path: Path, data: DataSettings, unread: list[UnreadFile] | None = None
) -> Iterator[Correction]:
    """Yield every row of a file of the folder; none, and a log line, if it cannot be read.

    Such a file is appended to ``unread``.
    """
    from core.corrections.correction_table import open_corrections, read_corrections

    try:
        if not path.is_file():
            raise OSError(errno.EINVAL, "not a regular file")  # a pipe would never end
        # All rows are read once before the first one is yielded: a file counts as a whole.
        table = open_corrections(path, data)
        yield from marked(read_corrections(table), read_doubts(path))
    except (InputError, OSError) as error:
        _LOG.warning("%s: these corrections are left out, the file cannot be read: %s", path, error)
        if unread is not None:
            unread.append(UnreadFile.of(path, error))


def next_sequence(corrections_dir: Path) -> int:
    """Return the sequence number of the next file to keep."""
    return max((file.sequence for file in folder_state(corrections_dir)), default=0) + 1


def _with_order(path: Path, file: CorrectionsFile, mode: int) -> CorrectionsFile:
    """Return the file with the order that its first row states, if there is one."""
    if not stat.S_ISREG(mode) or path.suffix != ".csv":  # the program keeps CSV
        return file
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = own_rows(iter(lambda: lines.readline(_MAX_HEAD_BYTES), ""))
            first = dict(zip(next(rows, []), next(rows, []), strict=False))
        return replace(file, sequence=int(first[SEQUENCE]), received=first[RECEIVED])
    except OSError:  # whoever reads it says so; its order is looked at again each time
        return _without_state(path)
    except (ValueError, KeyError, csv.Error):
        return file


def _without_state(path: Path) -> CorrectionsFile:
    return CorrectionsFile(path.name, 0, 0)
