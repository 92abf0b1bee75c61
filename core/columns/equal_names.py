"""Columns of one name: which are refused, and how the others are named in a note.

Programs write a name twice: REDCap "Complete?" for each of its forms, ODK Central "deviceid" and
"DeviceID", SAP "Position" above the key and above the text. Such columns come back as they are. A
name that tells which column is read must stand once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from core.columns.column_choice import Aliases
from core.columns.header_names import column_key, has_usual_names, keys_of, keys_of_any
from core.columns.shown_names import first_listed
from core.errors import InputError, Named
from core.languages.message import Message
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.review_contract import is_review_column


def note_equal_names(
    file: Named,
    headers: Sequence[Sequence[str]],
    columns: Mapping[str, int],
    aliases: Aliases,
    line: int | None = None,
) -> list[str]:
    """Return in words which columns have one name; titles and duties are told by their values.

    ``headers`` are the header and further rows of names: columns with one name and different texts
    of questions are different. Any number of columns may have no name.

    Raises InputError where columns have one name that the program reads.
    """
    groups = _groups(headers)
    for places in groups:
        names = [headers[0][place].strip() for place in places]
        if _is_read(names, aliases):
            raise _equal_names(file, names, line)
    read = columns.values()
    return notes_on_read(headers, read) + _note_on_unread(headers[0], groups, columns)


def refuse_equal_names(file: Named, header: Sequence[str]) -> None:
    """Raise InputError where two columns have one name, which a table of Parquet cannot have."""
    for places in _groups([header]):
        raise _equal_names(file, [header[place].strip() for place in places])


def notes_on_read(headers: Sequence[Sequence[str]], read: Collection[int]) -> list[str]:
    """Return a note for each column at the places ``read`` whose name others have, too."""
    return [
        Message(
            "{n} columns are called {name!r}: column {number} was read",
            n=len(places),
            name=headers[0][place].strip(),
            number=place + 1,
        )
        for places in _groups(headers)
        for place in places
        if place in read
    ]


def _note_on_unread(
    header: Sequence[str], groups: Iterable[Sequence[int]], columns: Mapping[str, int]
) -> list[str]:
    unread = [places for places in groups if set(columns.values()).isdisjoint(places)]
    if not unread:
        return []
    shown = [" = ".join(repr(header[place].strip()) for place in places) for places in unread]
    return [
        Message("columns with one name come back as they are: {names}", names=first_listed(shown))
    ]


def _groups(headers: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return the places of the columns that have one name, as it is compared."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, names in enumerate(zip(*headers, strict=True)):
        places.setdefault(tuple(map(column_key, names)), []).append(place)
    return [group for key, group in places.items() if key[0] and len(group) > 1]


def _is_read(names: Iterable[str], aliases: Aliases) -> bool:
    """Whether a name that several columns have is one that the program looks for."""
    wanted = [name for column in aliases if not has_usual_names(column) for name in aliases[column]]
    keys = keys_of_any(wanted)
    return any(
        column_key(name) in OUTPUT_COLUMNS or is_review_column(name) or keys & keys_of(name)
        for name in names
    )


def _equal_names(file: Named, names: Sequence[str], line: int | None = None) -> InputError:
    first, second, *_ = names
    if first == second:
        found, remedy = f"two columns called {second!r}", "Rename or remove one of them."
    else:
        found = f"the columns {first!r} and {second!r}, which are one name"
        remedy = f"Rename or remove {second!r}: capital letters, spaces and - make no difference."
    return InputError(file, found, expected="every column name once", remedy=remedy, line=line)
