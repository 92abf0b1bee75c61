"""What the program writes runs no formula in a spreadsheet."""

from __future__ import annotations

import pytest

from core.csv_writer import neutralise


@pytest.mark.parametrize("cell", ["=1+1", "+49x", "-A1", "@x", "\tx", "\rx", "\nx"])
def test_formulas_are_neutralised(cell: str) -> None:
    assert neutralise(cell) == "'" + cell
    assert neutralise("nurse " + cell) == "nurse " + cell
