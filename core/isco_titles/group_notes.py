"""Provide what coders look up about a group: what it is, what is elsewhere, some job titles.

``group_notes.csv`` has it for the 436 unit groups, in English. They are words of this project, not
those of the ILO, whose definitions may not be copied into it. An office that has the ILO's text, or
a text of its own in its language, puts it as ``isco08_definitions.csv`` into
``data.reference_dir``: what a group has there replaces the project's words.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from core.csv_table import open_table
from core.errors import InputError
from core.formats.source import AUTO
from core.isco_codes.written_code import read_code
from core.taxonomy import isco08

DEFINITIONS = "isco08_definitions.csv"
_CODE = "isco_code"
_MAX_CHARS = 20_000  # a longer field is no text about a group


@dataclass(frozen=True, slots=True)
class GroupNote:
    """What is said about a group; a part that nothing is said of is empty.

    The names are the columns of ``group_notes.csv`` and of ``isco08_definitions.csv``.
    """

    description: str = ""
    tasks: str = ""
    included: str = ""
    excluded: str = ""
    index_titles: str = ""

    def over(self, other: GroupNote) -> GroupNote:
        """Return this note, and of the parts that it lacks those of ``other``."""
        return GroupNote(*(getattr(self, name) or getattr(other, name) for name in NOTE_PARTS))


NOTE_PARTS = tuple(field.name for field in fields(GroupNote))
"""The parts of a note in the order in which they are shown."""


@cache
def group_notes() -> Mapping[str, GroupNote]:
    """Return the project's own notes by code: one for each of the 436 unit groups."""
    file = resources.files("core.isco_titles").joinpath("group_notes.csv")
    with file.open(encoding="utf-8") as lines:
        return {row.pop(_CODE): GroupNote(**row) for row in csv.DictReader(lines)}


def office_notes(reference_dir: Path, legacy_encoding: str = AUTO) -> Mapping[str, GroupNote]:
    """Return the notes of ``isco08_definitions.csv`` by code; none where there is no such file.

    Its columns are ``isco_code`` and at least one of ``NOTE_PARTS``; ``legacy_encoding`` is
    ``data.encoding``. The file is read again only after it has changed. Raises InputError where it
    cannot be read, or has a code that is none.
    """
    path = reference_dir / DEFINITIONS
    try:
        status = path.stat()
        return _read_notes(path, legacy_encoding, status.st_mtime_ns, status.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InputError(
            path,
            f"a file that cannot be opened ({error.strerror})",
            expected="one that the program may read",
            remedy="Change its permissions, or remove it.",
        ) from None


def notes_over(office: Mapping[str, GroupNote]) -> dict[str, GroupNote]:
    """Return the notes of all groups that have any: an office's before the project's own."""
    notes = dict(group_notes())
    for code, note in office.items():
        notes[code] = note.over(notes.get(code, GroupNote()))
    return dict(sorted(notes.items()))


@lru_cache(maxsize=1)
def _read_notes(
    path: Path, legacy_encoding: str, modified_ns: int, n_bytes: int
) -> Mapping[str, GroupNote]:
    aliases = {name: (name,) for name in (_CODE, *NOTE_PARTS)}
    table = open_table(path, aliases, (_CODE,), legacy_encoding)
    if len(table.columns) == 1:
        raise InputError(
            path,
            "only the column isco_code",
            expected=f"at least one of the columns {', '.join(NOTE_PARTS)}",
            remedy="Name the columns so, or remove the file.",
        )
    notes: dict[str, GroupNote] = {}
    for line, row in table.rows():
        written = table.get(row, _CODE)
        code = read_code(written).code
        if code not in isco08():
            raise InputError(
                path,
                f"the code {written!r}",
                expected="a code of ISCO-08",
                remedy="Correct or remove the row.",
                line=line,
            )
        parts = (table.get(row, name).strip()[:_MAX_CHARS] for name in NOTE_PARTS)
        notes[code] = GroupNote(*parts).over(notes.get(code, GroupNote()))
    return notes
