"""Find the columns whose values are codes, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from core.csv_table import Table
from core.isco_codes.missing_code import is_missing
from core.isco_codes.plain_field import plain_characters
from core.non_answers.missing_values import stated

_MIN_CODES = 5  # so many, of which three differ, are no chance: one number in 23 is a unit group
_MIN_DIFFERENT = 3
_MAX_OTHERS = 0.1  # of the values: "not codable", remarks, slips


def columns_where(
    table: Table, left_out: Container[int], holds: Callable[[str, Iterable[str]], bool]
) -> list[str]:
    """Return the names of the columns whose name and first cells ``holds`` is true of.

    Those at the places ``left_out``, and those without a name, are not asked for.
    """
    sample = table.sample()
    return [
        name
        for place, name in enumerate(map(str.strip, table.header))
        if place not in left_out and name and holds(name, _cells(sample, place))
    ]


def _cells(sample: Iterable[Sequence[str]], place: int) -> Iterator[str]:
    return (stated(plain_characters(row[place])) for row in sample)


def are_codes(cells: Iterable[str], unit_of: Callable[[str], str]) -> bool:
    """Return whether nearly all values are codes, and their unit groups no chance.

    ``unit_of`` returns the unit group that a value states, "" for what is no code. Empty cells and
    marks of a missing code (9999) do not count.
    """
    units: set[str] = set()
    n_codes = n_others = 0
    for cell in filter(None, cells):
        if unit := unit_of(cell):
            units.add(unit)
            n_codes += 1
        elif not is_missing(cell, cell):
            n_others += 1
            if n_others > max(_MIN_CODES, n_codes):  # most columns are told apart at their start
                return False
    is_enough = n_codes >= _MIN_CODES and len(units) >= _MIN_DIFFERENT
    return is_enough and n_others <= _MAX_OTHERS * n_codes
