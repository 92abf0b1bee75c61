"""Every group has its scores, and nothing is said where nothing is known."""

from __future__ import annotations

import csv

import pytest

from core.isco_scores.derived_variables import DERIVED_COLUMNS, derived_of, derived_values
from core.settings import OutputSettings
from core.taxonomy import UNIT, isco08
from tests.conftest import ROOT

ALL = tuple(DERIVED_COLUMNS)


def test_every_group_has_scores_and_every_unit_group_a_code_of_isco88() -> None:
    with (ROOT / "core/isco_codes/isco88.csv").open(encoding="utf-8") as file:
        isco88 = {row["code"] for row in csv.DictReader(file)}
    broader = set()
    for code in isco08().titles:
        values = derived_values(code, ALL)
        assert {name: type(values[name]) for name in ("isei08", "siops08")} == {
            "isei08": int,
            "siops08": float,
        }
        older = values["isco88"]
        if len(code) == UNIT:
            assert isinstance(older, str) and len(older) == UNIT
            if older not in isco88:
                assert any(known.startswith(older.rstrip("0")) for known in isco88), code
                broader.add(code)
    assert len(broader) == 23  # as the documentation says


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2211", {"isco88": "2221", "isei08": 89, "siops08": 78.01}),
        ("721", {"isco88": None, "isei08": 37, "siops08": 37.72}),
        ("0310", {"isco88": "0110", "isei08": 30, "siops08": 43.23}),
        ("0", {"isco88": "0110", "isei08": 53, "siops08": 42.88}),
        ("7549", {"isco88": "7000", "isei08": 32, "siops08": 41.0}),
        ("", {"isco88": None, "isei08": None, "siops08": None}),
    ],
)
def test_units_groups_armed_forces_and_no_code(code: str, expected: dict[str, object]) -> None:
    assert derived_values(code, ALL) == expected
    assert derived_values(code, ("siops08",)) == {"siops08": expected["siops08"]}
    assert derived_values(code, ()) == {}


def test_the_setting_names_what_there_is() -> None:
    assert OutputSettings(derived=ALL).derived == ALL  # type: ignore[arg-type]
    assert OutputSettings().derived == derived_of({}) == ()
    assert derived_of({"derived": ["isei08"]}) == ("isei08",)
