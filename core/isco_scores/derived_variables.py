"""Provide what follows from a code of ISCO-08: its ISCO-88 code, its status and its prestige.

``isco08_scores.csv`` has a row for each of the 619 groups, with ``isei08`` (the International
Socio-Economic Index of Occupational Status; Ganzeboom 2010; Ganzeboom and Treiman) and ``siops08``
(the Standard International Occupational Prestige Scale; Treiman 1977; Ganzeboom and Treiman), and
for each of the 436 unit groups ``isco88``, after the correspondence table of the ILO.

Not every ``isco88`` is a unit group of ISCO-88: 23 unit groups of ISCO-08 have only a broader group
in common with it, which the table writes with zeros at its end, 7000 for major group 7.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

Score = str | int | float | None

DERIVED = "derived"
"""The setting of a result that names its derived variables; absent where it has none."""
DERIVED_COLUMNS: dict[str, type] = {"isco88": str, "isei08": int, "siops08": float}
"""The derived variables, each with the type of its values."""
_UNKNOWN: Mapping[str, Score] = dict.fromkeys(DERIVED_COLUMNS)


def derived_of(result_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the derived variables of a result with these settings, in the order of its columns."""
    return tuple(result_settings.get(DERIVED, ()))


def derived_values(code: str, names: Sequence[str]) -> dict[str, Score]:
    """Return the value of each of ``names`` for a group of any level; None where there is none.

    A code that is empty has none. A broader group has an ISCO-88 code only where all its unit
    groups have the same one.
    """
    if not names:
        return {}
    scores = _scores().get(code, _UNKNOWN)
    return {name: scores[name] for name in names}


@cache
def _scores() -> Mapping[str, Mapping[str, Score]]:
    """Return the values of each group by its code."""
    file = resources.files("core.isco_scores").joinpath("isco08_scores.csv")
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    unit_codes = {row["isco08"]: row["isco88"] for row in rows if row["isco88"]}
    scores: dict[str, Mapping[str, Score]] = {}
    for row in rows:
        group = row["isco08"]
        older = {old for unit, old in unit_codes.items() if unit.startswith(group)}
        scores[group] = {
            "isco88": older.pop() if len(older) == 1 else None,
            "isei08": int(row["isei08"]),
            "siops08": float(row["siops08"]),
        }
    return scores
