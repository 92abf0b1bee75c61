"""JSON Lines → records of text: a flat object on each line.

The columns are the names of all objects, in the order in which they appear; a record that lacks one
has an empty field. Numbers stand as they are written, but for the ``.0`` of a whole one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import NoReturn

from core.delimited.layout import Layout
from core.encoding import open_text
from core.errors import InputError
from core.formats.cell_text import as_text, checked_row
from core.formats.content import Content, Records
from core.formats.source import Source

_MAX_LINE_CHARS = 16_000_000
_MAX_COLUMNS = 16_384
_EXPECTED = "a JSON object with texts, numbers, true, false or null on each line"
_REMEDY = "Write each record as one flat JSON object on a line of its own."


def open_jsonl(path: Source, encoding: str) -> Content:
    """Return the records of a file, all of which is checked first. Raises InputError."""
    names: dict[str, None] = {}
    for line, record in _objects(path, encoding):
        names |= dict.fromkeys(record or ())
        if len(names) > _MAX_COLUMNS:
            _refuse(path, line, f"more than {_MAX_COLUMNS:,} different names")
    header = list(names)
    return Content(
        Layout(",", header), partial(_records, path, encoding, header), encoding=encoding
    )


def _records(path: Source, encoding: str, header: list[str]) -> Records:
    for line, record in _objects(path, encoding):
        yield line, [] if record is None else [record.get(name, "") for name in header]


def _objects(path: Source, encoding: str) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield each line and its object as texts, None for a blank line.

    Raises InputError with the line that is none.
    """
    with open_text(path, encoding) as file:
        number = 0
        while line := file.readline(_MAX_LINE_CHARS):
            number += 1
            if len(line) == _MAX_LINE_CHARS:
                _refuse(path, number, f"a line of {_MAX_LINE_CHARS:,} characters or more")
            yield number, _object(path, number, line) if line.strip() else None


def _object(path: Source, number: int, line: str) -> dict[str, str]:
    try:
        pairs = json.loads(
            line,
            object_pairs_hook=tuple,
            parse_int=str,
            parse_float=_without_zeros,
            parse_constant=str,
        )
    except RecursionError:
        _refuse(path, number, "values nested very deeply")
    except json.JSONDecodeError as error:  # its own line number counts the break at the end
        _refuse(path, number, f"a line that is no JSON ({error.msg}, character {error.pos + 1})")
    if not isinstance(pairs, tuple):
        _refuse(path, number, f"{_spoken(pairs)} and no object")
    record: dict[str, str] = {}
    for name, value in pairs:
        if name in record:
            _refuse(path, number, f"the name {name!r} twice")
        if isinstance(value, (list, tuple)):
            _refuse(path, number, f"{_spoken(value)} as the value of {name!r}")
        record[name] = as_text(value)
    checked_row(path, number, [*record, *record.values()])
    if "\\u" in line:
        _refuse_half_letters(path, number, record)
    return record


def _without_zeros(number: str) -> str:
    """Return the number without ``.0``: a column of whole numbers with gaps is often written so."""
    whole, _, fraction = number.partition(".")
    return number if fraction.strip("0") else whole


def _refuse_half_letters(path: Source, number: int, record: dict[str, str]) -> None:
    for name, text in record.items():
        try:
            (name + text).encode()
        except UnicodeEncodeError:
            _refuse(path, number, f"half of a letter (a lone surrogate) in {name!r}")


def _spoken(value: object) -> str:
    if isinstance(value, tuple):
        return "an object"
    return "a list" if isinstance(value, list) else "a single value"


def _refuse(path: Source, line: int, found: str) -> NoReturn:
    raise InputError(path, found, expected=_EXPECTED, remedy=_REMEDY, line=line) from None
