"""Results of an earlier version come back: a title had everything in its text that is left out now.

The files are as version 0.2.0 wrote them on 27 November 2026.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.corrections.coded_texts import keep_text_list
from core.corrections.text_list import ListHead, TextCollector
from core.settings import Settings
from core.text import whole_text
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import process_corrections
from results.receipt import CorrectionsReceipt

LISTED = {
    "verkäufer 80 100 | schuhe": "5223",
    "altenpflegerin m w d | unknown": "532",
    "koch in münchen | kocht": "5120",
    "3 welder | unknown": "7212",
}
REVIEW = """\
text;n_records;sampled;job_title;duties_description;predicted_code;corrected_isco_code
altenpflegerin m w d | unknown;4;;Altenpflegerin (m/w/d);;532;5321
verkäufer 80 100 | schuhe;1;batch 45ee0d419205;Verkäufer 80-100 %;Schuhe;;5223
koch in münchen | kocht;1;batch 45ee0d419205;Koch in München;kocht;;3434
"""
HEADER = (
    "id,Beruf,Tätigkeit,isco_code,confidence,is_fallback,minor_code,minor_confidence,"
    "needs_review,source,candidate_1,candidate_1_confidence,model_version"
)
PREDICTIONS = f"""\
{HEADER}
1,Verkäufer 80-100 %,Schuhe,5221,0.96,false,522,0.97,false,model,5223,0.96,2026-11-27.45f24451
2,3) welder,,7213,0.98,false,721,0.98,false,model,7212,0.98,2026-11-27.45f24451
3,Koch in München,kocht,5120,0.99,false,512,0.99,false,model,5120,0.99,2026-11-27.45f24451
"""


@pytest.fixture
def office(settings: Settings) -> Settings:
    """Return the settings of an office that has the list of a batch of that time."""
    texts = TextCollector()
    texts.add(LISTED, dict.fromkeys(LISTED, 1))
    drawn = {"verkäufer 80 100 | schuhe": 1, "koch in münchen | kocht": 1}
    head = ListHead("45ee0d419205", "2026-11-27.45f24451")
    keep_text_list(settings.data.corrections_dir, head, texts, drawn)
    return settings


def receipt_of(office: Settings, folder: Path, content: str) -> CorrectionsReceipt:
    path = folder / "returned.csv"
    path.write_text(content, encoding="utf-8")
    return process_corrections(path, folder, CorrectionsLookup(), office)


def test_the_whole_text_is_the_one_that_the_list_has() -> None:
    records = [
        ("Verkäufer 80-100 %", "Schuhe"),
        ("Altenpflegerin (m/w/d)", ""),
        ("Koch in München", "kocht"),
        ("3) welder", ""),
    ]
    assert [whole_text(*record) for record in records] == list(LISTED)


def test_a_review_is_known_by_the_texts_of_its_batch(office: Settings, tmp_path: Path) -> None:
    receipt = receipt_of(office, tmp_path, REVIEW)
    assert receipt.statuses["accepted"] == 3
    assert (receipt.n_never_asked, receipt.n_maybe_asked, receipt.n_not_drawn) == (0, 0, 0)
    assert receipt.notes == []


def test_edited_predictions_are_known_by_the_texts_of_their_batch(
    office: Settings, tmp_path: Path
) -> None:
    receipt = receipt_of(office, tmp_path, PREDICTIONS)
    assert (receipt.statuses["accepted"], receipt.statuses["skipped"]) == (2, 1)
    assert (receipt.n_never_asked, receipt.n_maybe_asked) == (0, 0)


def test_a_text_that_no_batch_had_is_still_named(office: Settings, tmp_path: Path) -> None:
    other = "job_title,corrected_isco_code\nBäcker (m/w/d),7512\nAltenpflegerin (m/w/d),5321\n"
    receipt = receipt_of(office, tmp_path, other)
    assert receipt.n_never_asked == 1
    written = (tmp_path / "corrections.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = csv.DictReader(written)
    assert ["never asked" in row["reason"] for row in rows] == [True, False]
