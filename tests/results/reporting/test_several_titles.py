"""Cells with several occupations are counted and named, are in the review, and teach nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from core.corrections.coded_texts import CodedTexts
from core.corrections.text_list import code_of, text_keys
from core.own_tables.code_source import CodeSource
from core.review_contract import SEVERAL as SEVERAL_OCCUPATIONS
from core.settings import Settings
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import no_code
from results.corrections_file import process_corrections
from results.reporting.several_titles import SeveralTitles
from tests.results.test_input_columns import coded
from tests.support.labelled_records import kept_corrections
from tests.support.written_rows import rows_of
from training.dataset.correction_set import CorrectionSet

NURSE = no_code(CodeSource.MODEL)
DECIDED = {"nurse | unknown": "2221", "welder | unknown": "7212"}
SEVERAL = replace(NURSE, occupations=("2221", "8322"))


def test_the_records_are_counted_and_the_first_is_named() -> None:
    several = SeveralTitles()
    assert several.notes() == []
    several.add(["nurse", "nurse;\n taxi driver"], [NURSE, SEVERAL])
    several.add(["nurse / cook"], [replace(NURSE, occupations=("2221", "5120"))])
    (note,) = several.notes()
    assert note.startswith("2 records have two occupations or more in one cell")
    assert "('nurse; taxi driver', which alone are 2221, 8322)" in note


@pytest.fixture
def decided(settings: Settings) -> Settings:
    """Settings of a project where two titles are coded surely; the model has random weights."""
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["text,corrected_isco_code", *map(",".join, DECIDED.items())]
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return settings.with_values("model", confidence_threshold=1e-9)


def test_the_receipt_says_it_and_the_review_asks(
    tmp_path: Path, bundle: Bundle, decided: Settings
) -> None:
    folder = decided.data.corrections_dir
    text = "id|occupation\n1|nurse / welder\n2|cook\n3|nurse and welder\n4|nurse welder\n"
    text += "5|nurse / welder\n"
    receipt, out = coded(tmp_path, text, bundle, decided)
    assert sum(note.startswith("3 records have two occupations") for note in receipt.notes) == 1
    coded_rows = rows_of(out / "predictions.csv")
    assert [bool(row["isco_code"]) for row in coded_rows] == [False, True, False, True, False]
    assert coded_rows[0]["source"] == coded_rows[2]["source"] == "too_unsure"
    review = (out / "review.csv").read_text(encoding="utf-8-sig")
    assert "nurse / welder" in review
    assert "nurse and welder" in review
    # The text of the last four records is the same; the list of the batch keeps the code of one.
    kept = CodedTexts(folder).list_called(receipt.batch_id)
    assert kept is not None
    (place,) = kept.places(text_keys(["nurse welder | unknown"]))
    assert place >= 0
    assert code_of(kept.codes[place]) == coded_rows[3]["isco_code"]


def test_an_answer_about_one_of_them_says_nothing_of_the_others(
    tmp_path: Path, bundle: Bundle, decided: Settings
) -> None:
    """Else "welder" alone would be coded as the nurse that the coder took."""
    folder = decided.data.corrections_dir
    _, out = coded(tmp_path, "id|occupation\n1|nurse / welder\n2|cook\n", bundle, decided)
    sheet = load_workbook(out / "review.xlsx")["review"]
    names, first, *_ = sheet.values
    row = dict(zip(names, first, strict=True))
    assert (row["job_title"], row[SEVERAL_OCCUPATIONS]) == ("nurse / welder", "2221 7212")
    table = pd.read_csv(out / "review.csv", sep="|", dtype=str)
    table["corrected_isco_code"] = table["job_title"].map(
        {"nurse / welder": "2221", "cook": "5120"}
    )
    answered = tmp_path / "answered.csv"
    table.to_csv(answered, index=False)
    process_corrections(answered, out, CorrectionsLookup.load(folder, decided.data), decided)
    lookup = CorrectionsLookup.load(folder, decided.data)
    assert lookup.decisions.get("nurse welder | unknown") == "2221"
    assert lookup.teaching == DECIDED | {"cook | unknown": "5120"}
    left_out = CorrectionSet(kept_corrections(decided)).count_left_out()
    assert left_out == {"of_several_occupations": 1}
    reasons = {row["text"]: row["reason"] for row in rows_of(out / "corrections.csv")}
    assert "names several occupations" in reasons["nurse welder | unknown"]
    assert not reasons["cook | unknown"]
