"""A review that was sorted in part teaches nothing wrong, and one that was not comes back whole."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.settings import Settings
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from inference.bundle import Bundle
from tests.results.test_returned_files import answer, content, lookup, receipt_of, survey
from tests.support.daemon_harness import DaemonHarness
from tests.support.written_rows import rows_of

TURNS = 12
TITLES = (
    "Nurse!",
    "cafÃ© owner",
    "caf\ufffd owner",
    "<b>cook</b> &amp; baker",
    "=HYPERLINK(\"http://x\",\"welder\")",
    "+ driver -",
    "@guard",
    "0110",
    "12-5",
    "cook|chef",
    "Ⅳ officer №5",
    "a_x0041_b clerk",
    "'tailor'",
    "שומר",
    "cleaner\nand  guard",
    "x" * 2_500,
    "sells shampoo " * 400,
    "<style>p {margin: 0}</style>" * 100 + "farmer",
    "",
)  # fmt: skip
DUTIES_OF_ALL = (
    "",
    "n/a",
    "-",
    "works; here",
    "<p>fries</p>",
    "cuts hair, " * 400,
    "=A1&B2",
    "yes",
)


@pytest.fixture
def harness(settings: Settings, bundle: Bundle) -> DaemonHarness:
    model = settings.model.model_copy(update={"confidence_threshold": 1.0})
    data = settings.data.model_copy(update={"context_in_duties": ("industry",)})
    review = settings.review.model_copy(update={"context": ("industry",)})
    update = {"model": model, "data": data, "review": review}
    harness = DaemonHarness(settings.model_copy(update=update))
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("id", JOB_TITLE, DUTIES, "industry"))
    for number in range(len(TITLES) * len(DUTIES_OF_ALL) * 2):
        title, duties = TITLES[number % len(TITLES)], DUTIES_OF_ALL[number % len(DUTIES_OF_ALL)]
        writer.writerow((number, title, duties, ("Hotel", "")[number % 3 == 0]))
    harness.drop("survey.csv", file.getvalue().encode())
    harness.tick(TURNS)
    return harness


def statuses(batch: Path | None) -> dict[str, int]:
    counts = receipt_of(batch)["statuses"]
    assert isinstance(counts, dict)
    return {status: n for status, n in counts.items() if n}


def test_a_review_comes_back_whole(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "review.csv")
    assert len(rows) > 100
    filled = [row | {"corrected_isco_code": "2221"} for row in rows]
    batch, _ = answer(harness, "review.csv", content(filled, ";"))
    assert statuses(batch) == {"accepted": len(rows)}
    assert receipt_of(batch)["n_never_asked"] == 0


def test_a_workbook_comes_back_whole(harness: DaemonHarness, tmp_path: Path) -> None:
    book = load_workbook(survey(harness) / "review.xlsx")
    sheet = book["review"]
    column = [cell.value for cell in sheet[1]].index("corrected_isco_code") + 1
    n_rows = sheet.max_row - 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, column, 2221)
    book.save(tmp_path / "back.xlsx")
    batch, _ = answer(harness, "back.xlsx", (tmp_path / "back.xlsx").read_bytes())
    assert statuses(batch) == {"accepted": n_rows} and n_rows > 100


def test_a_column_that_was_shifted_is_rejected_and_named_once(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "review.csv")
    texts = [row["text"] for row in rows]
    shifted = [
        row | {"text": text, "corrected_isco_code": "7512"}
        for row, text in zip(rows, [texts[-1], *texts[:-1]], strict=True)
    ]
    batch, _ = answer(harness, "review.csv", content(shifted))
    counts = statuses(batch)
    assert counts["rejected"] > 0.9 * len(rows)
    (note,) = [n for n in receipt_of(batch)["notes"] if "in part" in n]
    assert note.startswith(f"{counts['rejected']} rows have a text that differs")
    assert batch is not None
    rejected = [row for row in rows_of(batch / "corrections.csv") if row["status"] == "rejected"]
    assert all("sorted or edited in part" in row["reason"] for row in rejected)
    assert lookup(harness).decisions.get(rejected[0]["text"]) is None
