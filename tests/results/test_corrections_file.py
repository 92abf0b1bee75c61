"""A corrections file: each row gets a status, and accepted codes are used at once."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from core.corrections.correction import CorrectionStatus, open_corrections, read_corrections
from core.errors import InputError
from core.settings import Columns, Settings
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import is_corrections_file, process_corrections
from tests.watcher.test_daemon import batches, daemon, drop, wait_for
from training.dataset.correction_set import read_all_corrections


def judged(path: Path) -> list[tuple[str, str, CorrectionStatus]]:
    corrections = read_corrections(open_corrections(path, Columns()))
    return [(c.text, c.code, c.status) for c in corrections]


def test_every_row_gets_its_status(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "text,corrected_isco_code,note\n"
        "nurse | unknown,2221,\nSoldier!,310,\ncook | fries,512,\nwelder | unknown,,x\n"
        "baker | unknown,9999,\nguard | unknown,=1+1,\nunknown | unknown,2221,\nx | y,21,\n",
        encoding="utf-8",
    )
    assert judged(path) == [
        ("nurse | unknown", "2221", CorrectionStatus.ACCEPTED),
        ("soldier | unknown", "0310", CorrectionStatus.RESTORED),
        ("cook | fries", "512", CorrectionStatus.GROUP),
        ("welder | unknown", "", CorrectionStatus.SKIPPED),
        ("baker | unknown", "", CorrectionStatus.SKIPPED),
        ("guard | unknown", "", CorrectionStatus.REJECTED),
        ("unknown | unknown", "", CorrectionStatus.REJECTED),
        ("x | y", "", CorrectionStatus.REJECTED),
    ]


def test_title_and_duties_do_as_well_as_the_text(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("Title;Duties;corrected_isco_code\nNurse;Wards;2221\n", encoding="utf-8")
    assert judged(path) == [("nurse | wards", "2221", CorrectionStatus.ACCEPTED)]


def test_codes_without_texts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id,corrected_isco_code\n1,2221\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"review\.csv"):
        judged(path)


@pytest.mark.parametrize(
    ("content", "is_corrections"),
    [
        ("job_title,corrected_isco_code\nnurse,2221\n", True),
        ("job_title,corrected_isco_code\nnurse,\ncook, \n", False),
        ("job_title\nnurse\n", False),
    ],
)
def test_a_filled_column_makes_a_corrections_file(
    tmp_path: Path, settings: Settings, content: str, is_corrections: bool
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(content, encoding="utf-8")
    assert is_corrections_file(path, settings) == is_corrections


def test_the_later_file_holds_and_the_conflict_is_reported(
    tmp_path: Path, settings: Settings
) -> None:
    corrections_lookup = CorrectionsLookup()
    for number, code in enumerate(("2221", "3221"), start=1):
        path, out = tmp_path / f"{number}.csv", tmp_path / f"out{number}"
        path.write_text(f"text,corrected_isco_code\nnurse | unknown,{code}\n", encoding="utf-8")
        out.mkdir()
        receipt = process_corrections(path, out, corrections_lookup, settings)
        kept = settings.data.corrections_dir / f"{receipt.batch_id}.csv"
        os.utime(kept, (number, number))
        corrections_lookup = CorrectionsLookup.load(settings.data.corrections_dir, Columns())
    assert corrections_lookup.codes == {"nurse | unknown": "3221"}
    assert receipt.n_conflicts == 1
    with (tmp_path / "out2" / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert "replaces 2221" in row["reason"]


@pytest.mark.parametrize(
    ("later", "kept_code", "conflict"),
    [
        ("3221", "3221", "replaces 2221"),
        ("222", "2221", ""),  # a group that the code lies in
        ("322", None, "replaces 2221"),
        ("not codable", None, "replaces 2221"),
        ("2221", "2221", ""),
        ("9999", "2221", ""),  # rejected: it says nothing
    ],
)
def test_the_later_row_wins_also_where_it_takes_a_code_back(
    tmp_path: Path, settings: Settings, later: str, kept_code: str | None, conflict: str
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        f"text,corrected_isco_code\nnurse | unknown,2221\nnurse | unknown,{later}\n",
        encoding="utf-8",
    )
    receipt = process_corrections(path, tmp_path, CorrectionsLookup(), settings)
    assert receipt.n_conflicts == bool(conflict)
    assert conflict in (tmp_path / "corrections.csv").read_text(encoding="utf-8-sig")
    corrections_lookup = CorrectionsLookup.load(settings.data.corrections_dir, Columns())
    assert corrections_lookup.codes.get("nurse | unknown") == kept_code
    taught = read_all_corrections(settings.data.corrections_dir, None, settings)
    assert list(taught["label"]) == ([kept_code] if kept_code else [])


def test_the_memory_outranks_the_model_and_the_cache(bundle: Bundle, settings: Settings) -> None:
    coder = open_autocoder(bundle, settings)
    text = join("nurse")
    (before,) = coder.code([text])
    coder.corrections_lookup = CorrectionsLookup({text: "0110"})
    (after,) = coder.code([text])
    assert (before.source, after.source) == ("model", "correction")
    assert (after.isco_code, after.confidence, after.needs_review) == ("0110", 1.0, False)
    coder.corrections_lookup = CorrectionsLookup()
    assert coder.code([text]) == [before]


@pytest.mark.slow
def test_a_review_filled_and_dropped_back_is_remembered(settings: Settings) -> None:
    with daemon(settings) as process:
        drop(settings, "survey.csv", "job_title\nsoldier\ncook\n")
        wait_for((settings.watcher.archive_dir / "survey.csv").exists, process)
        (first,) = batches(settings, "survey")
        with (first / "review.csv").open(encoding="utf-8-sig", newline="") as file:
            review = list(csv.DictReader(file))
        for row in review:
            row["corrected_isco_code"] = "310" if row["text"].startswith("soldier") else ""
        lines = [list(review[0]), *(list(row.values()) for row in review)]
        filled = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
        for n in (1, 2):  # the second time changes nothing
            drop(settings, "review.csv", filled)
            archive = settings.watcher.archive_dir
            wait_for(lambda n=n, a=archive: len(list(a.glob("review*"))) == n, process)
        drop(settings, "survey.csv", "job_title\nsoldier\ncook\n")
        wait_for(lambda: len(batches(settings, "survey")) == 2, process)
    (corrected,) = batches(settings, "review")
    receipt = json.loads((corrected / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["statuses"]["restored"] == 1 and receipt["statuses"]["skipped"] == 1
    assert len(list(settings.data.corrections_dir.glob("*.csv"))) == 1
    (second,) = set(batches(settings, "survey")) - {first}
    with (second / "predictions.csv").open(encoding="utf-8", newline="") as file:
        soldier, cook = csv.DictReader(file)
    assert (soldier["isco_code"], soldier["source"]) == ("0310", "correction")
    assert soldier["confidence"] == "1" and soldier["candidate_2"] == ""
    assert cook["source"] == "model"
    assert json.loads((second / "receipt.json").read_text(encoding="utf-8"))["n_corrected"] == 1
