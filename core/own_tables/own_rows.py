"""Read the rows of a CSV file that the program wrote, however long their fields are."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

_MAX_FIELD_CHARS = 2**31 - 1  # no more than every system takes


def own_rows(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    """Return the rows of a CSV file that the program wrote.

    Python refuses a field of more than 131,072 characters until another limit is set. A field of an
    input may be longer, and a text is made from several. A row that cannot be parsed raises
    csv.Error.
    """
    csv.field_size_limit(_MAX_FIELD_CHARS)
    return csv.reader(lines, delimiter=delimiter)
