"""Titles that are a mark for the one above are counted, named, and not coded as it."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from inference.bundle import Bundle
from results.reporting.repeated_titles import RepeatedTitles
from tests.results.test_input_columns import coded
from tests.support.written_rows import rows_of


def test_the_receipt_says_it(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    text = 'id,occupation\n1,cook\n2,"-""-"\n3,desgl.\n4,guard\n'
    receipt, out = coded(tmp_path, text, bundle, settings)
    rows = rows_of(out / "predictions.csv")
    assert [row["source"] for row in rows][1:3] == ["not_stated", "not_stated"]
    assert not rows[1]["isco_code"] and not rows[2]["isco_code"]
    notes = [note for note in receipt.notes if "a mark for the title above" in note]
    assert len(notes) == 1 and notes[0].startswith("2 records have a mark")
    assert '(-"-)' in notes[0]


def test_titles_that_are_none() -> None:
    marks = RepeatedTitles()
    for title in ("nurse", "", "-", "n/a"):
        marks.add(title)
    assert marks.notes() == []
