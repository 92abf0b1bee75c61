"""Say what to do with several columns that are equally good as one of ours.

A form in several languages has a column for each ("occupation_en", "occupation_fr"), and a row
fills one of them. To name one of these columns as the right one would leave the other rows without
a text.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.header_names import column_key, has_usual_names
from core.columns.shown_names import listed_with_and
from core.errors import SETTINGS_FILE, InputError, Named

_MAX_FILLED_TWICE = 0.05  # of the rows with a text: slips


def equal_columns(
    file: Named,
    column: str,
    spoken: str,
    names: Sequence[str],
    values: Sequence[Sequence[str]],
    line: int | None,
) -> InputError:
    """Return the error of several equally good columns.

    ``spoken`` is what our ``column`` holds, in words; ``values`` are the cells below ``names``, a
    row each.
    """
    found = f"{len(names)} columns that may be the {spoken}: {listed_with_and(names)}"
    expected = "one of them, or a name that tells them apart"
    remedy = "Remove or rename one of them."
    if _each_row_fills_one(values):
        found += ", of which each row fills one"
        expected = f"one column with the {spoken} of all rows"
        remedy = (
            f"Put the texts of all these columns into one called {column!r}, for instance with a "
            "formula such as =B2&C2 and its result copied as values, and remove the others. To "
            "name one of them in the settings would leave the rows of the others without a text."
        )
    # A setting tells different names apart, and only titles and duties have one.
    elif has_usual_names(column) and len(set(map(column_key, names))) == len(names):
        remedy = (
            f"Name the right column in data.columns.{column} in {SETTINGS_FILE}, or rename "
            f"it to {column!r}."
        )
    return InputError(file, found, expected=expected, remedy=remedy, line=line)


def _each_row_fills_one(values: Sequence[Sequence[str]]) -> bool:
    """Return whether a row fills one column at most, and no column has all the texts."""
    filled = [[bool(cell.strip()) for cell in row] for row in values]
    stated = [row for row in filled if any(row)]
    n_twice = sum(sum(row) > 1 for row in stated)
    n_columns = sum(any(column) for column in zip(*stated, strict=True))
    return n_columns > 1 and n_twice <= _MAX_FILLED_TWICE * len(stated)
