"""Provide ISCO-08 as a value: 10 major, 43 sub-major, 130 minor and 436 unit groups.

Source: International Labour Organization, International Standard Classification of Occupations
2008, volume 1; codes and titles in ``isco08.csv`` beside this file. Codes are strings everywhere,
because ``"0110"`` is a code and ``110`` is not. The parent of a code is the code without its last
digit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAJOR = 1
"""The number of digits of a major group; the others likewise."""
SUB_MAJOR = 2
MINOR = 3
UNIT = 4


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The groups of all four levels, in code order.

    ``titles`` maps every valid code of 1 to 4 digits to its title. ``units`` and ``minors`` are the
    4-digit and 3-digit codes in ascending order: the order of the model's 436 outputs.
    """

    titles: dict[str, str]
    units: tuple[str, ...]
    minors: tuple[str, ...]

    def __contains__(self, code: object) -> bool:
        return code in self.titles

    def title(self, code: str) -> str:
        """Return the title of a group of any level; KeyError for a code that is not in ISCO-08."""
        return self.titles[code]

    def children(self, code: str) -> tuple[str, ...]:
        """Return the groups one level down, in code order; empty for a unit group."""
        self.titles[code]
        return tuple(c for c in self.titles if len(c) == len(code) + 1 and c.startswith(code))

    def level(self, n_digits: int) -> Iterator[str]:
        """Yield all codes of one level (1 major … 4 unit), in code order."""
        return (code for code in self.titles if len(code) == n_digits)


@cache
def isco08() -> Taxonomy:
    """Return the classification that is part of the package."""
    with resources.files("core").joinpath("isco08.csv").open(encoding="utf-8") as file:
        titles = {row["code"]: row["title"] for row in csv.DictReader(file)}
    titles = dict(sorted(titles.items()))
    return Taxonomy(
        titles=titles,
        units=tuple(code for code in titles if len(code) == UNIT),
        minors=tuple(code for code in titles if len(code) == MINOR),
    )


def unit_index(codes: Iterable[str]) -> list[int]:
    """Return the position of each unit group among ``isco08().units``, the model's 436 outputs.

    Raises KeyError for a code that is no unit group.
    """
    positions = _positions(UNIT)
    return [positions[code] for code in codes]


def minor_index(codes: Iterable[str]) -> list[int]:
    """Return the position of each minor group among ``isco08().minors``; KeyError for others."""
    positions = _positions(MINOR)
    return [positions[code] for code in codes]


@cache
def _positions(n_digits: int) -> dict[str, int]:
    return {code: index for index, code in enumerate(isco08().level(n_digits))}
