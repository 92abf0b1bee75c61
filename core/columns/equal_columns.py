"""Say what to do with several columns that are equally good as one of ours.

A form in several languages has a column for each ("occupation_en", "occupation_fr"), and so has one
that asks women and men apart; a row fills one of them. To name one of these columns as the right
one would leave the other rows without a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.columns.header_names import column_key, has_usual_names
from core.columns.shown_names import listed_with_and
from core.errors import SETTINGS_FILE, InputError, Named

_NUMBER = re.compile(r"\d+")
_MAX_SLIPS = 0.05  # of the rows with a text
_ONE_EACH = "of which each row fills one"


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
    filled = _how_rows_fill(values)
    # Not all of a household work: few columns of its persons have a text in all rows.
    if _are_numbered(names) and filled != _ONE_EACH:
        remedy = (
            "If they are those of several persons or jobs, give each of them a row of its own, "
            f"with one column {column!r}. If one is meant, name it in data.columns.{column} in "
            f"{SETTINGS_FILE}; the others are then not coded."
        )
    elif len(set(names)) == 1 and has_usual_names(column) and filled != _ONE_EACH:
        remedy = (
            "If they are those of several persons or jobs, or of tables beside each other, give "
            f"each record a row of its own, with one column {column!r}. Otherwise remove or rename "
            "one of them."
        )
    elif filled:
        found += f", {filled}"
        expected = f"one column with the {spoken} of all rows"
        remedy = (
            f"Put into one column called {column!r} the text of each row, for instance with a "
            'formula such as =IF(B2="",C2,B2) and its result copied as values, and remove the '
            "others. To name one of them in the settings would leave other rows without a text."
        )
    # A setting tells different names apart, and only titles and duties have one.
    elif has_usual_names(column) and len(set(map(column_key, names))) == len(names):
        remedy = (
            f"Name the right column in data.columns.{column} in {SETTINGS_FILE}, or rename "
            f"it to {column!r}."
        )
    return InputError(file, found, expected=expected, remedy=remedy, line=line)


def _are_numbered(names: Sequence[str]) -> bool:
    """Return whether names differ by a number alone: "os1_zawod", "os2_zawod"."""
    return len(set(names)) == len(names) and len({_NUMBER.sub("", name) for name in names}) == 1


def _how_rows_fill(values: Sequence[Sequence[str]]) -> str:
    """Return how the rows fill the columns, in words; nothing where one has the texts of all rows.

    Nothing, too, where it lacks a few that another one has, as with a title and its translation.
    """
    filled = [[bool(cell.strip()) for cell in row] for row in values]
    stated = [row for row in filled if any(row)]
    n_missing = len(stated) - max(map(sum, zip(*stated, strict=True)), default=0)
    n_twice = sum(sum(row) > 1 for row in stated)
    if n_missing and n_twice <= _MAX_SLIPS * len(stated):
        return _ONE_EACH
    return "none of which has a text in all rows" if n_missing > _MAX_SLIPS * len(stated) else ""
