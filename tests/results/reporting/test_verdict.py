"""The verdict: usual, or what is unusual and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.corrections.decisions import Decisions
from core.corrections.office_answers import OfficeAnswers
from core.csv_table import open_table
from core.isco_codes.code_column import CODE_COLUMN
from inference.decision import Prediction
from inference.office.office_calibration import bundle_calibration
from inference.output_columns import counts
from results.agreement import open_agreement
from results.batch import Batch
from results.receipt import Receipt
from results.reporting.contested_codes import ContestedCodes
from results.reporting.verdict import MIN_ANSWERS, findings, is_small
from results.review.queue import ReviewQueue
from results.statistics import BatchStatistics
from tests.results.test_statistics import UNITS, a_prediction, a_profile

USUAL = [a_prediction(code, 0.95) for code in (*["2221"] * 30, *["7212"] * 10)]  # as a_profile

CONTESTED = ContestedCodes(Decisions())
CALIBRATION = bundle_calibration(0.9, 0.95, OfficeAnswers(), 0)


def a_batch(tmp_path: Path, predictions: list[Prediction], **more: Any) -> Batch:
    source = tmp_path / "survey.csv"
    source.write_text("job_title\nnurse\n", encoding="utf-8")
    statistics = BatchStatistics(a_profile(set()), 0.9)
    statistics.training_profile.agreements[:] = 0.95
    statistics.add([f"text {n}" for n in range(len(predictions))], predictions)
    receipt = Receipt(
        input="survey.csv",
        sha256="",
        batch_id="a",
        encoding="utf-8",
        delimiter="comma",
        model_version="v1",
        settings={},
        started="",
    )
    receipt.add(counts(predictions))
    for name, value in more.items():
        setattr(receipt, name, value)
    table = open_table(source, {"job_title": ()}, ("job_title",))
    return Batch(table, receipt, statistics, ReviewQueue("a"), None, CALIBRATION, CONTESTED)


def test_a_usual_batch_has_no_findings(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, USUAL)
    assert not is_small(batch) and findings(batch) == []


@pytest.mark.parametrize("predictions", [USUAL, USUAL[:1]])
@pytest.mark.parametrize(("slip_rate", "n"), [(0.04, 0), (0.08, 1)])
def test_where_coders_slip_often_the_verdict_says_so_of_any_batch(
    tmp_path: Path, predictions: list[Prediction], slip_rate: float, n: int
) -> None:
    batch = a_batch(tmp_path, predictions)
    batch.calibration = replace(CALIBRATION, slip_rate=slip_rate)
    found = findings(batch)
    assert len(found) == n
    assert all("isco coders" in finding.remedy for finding in found)


def test_a_small_batch_is_not_judged(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, [a_prediction("2221", 0.1)] * (MIN_ANSWERS - 1))
    assert is_small(batch) and findings(batch) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"n_empty": 11}, "neither a title nor duties"),
        ({"n_not_working": 30}, "hold no answer"),
        ({"n_lost_letters": 1}, "damaged"),
        ({"n_encoded_twice": 1}, "damaged"),
        ({"n_truncated": 3}, "longer than the model reads"),
        ({"n_too_unsure": 5}, "got no code"),
    ],
)
def test_each_count_over_its_limit_is_found(
    tmp_path: Path, more: dict[str, int], what: str
) -> None:
    batch = a_batch(tmp_path, USUAL, **more)
    batch.receipt.n_rows_out += sum(v for k, v in more.items() if k in ("n_empty", "n_not_working"))
    (finding,) = findings(batch)
    assert what in finding.what and finding.remedy.endswith((".", "?"))


def test_unsure_codes_and_other_groups_are_found(tmp_path: Path) -> None:
    predictions = [a_prediction(code, 0.5) for code in UNITS[:40]]  # armed forces and managers
    what = [finding.what for finding in findings(a_batch(tmp_path, predictions))]
    assert [words.split(" ", 2)[:2] for words in what] == [["Few", "records"], ["The", "major"]]


def test_a_low_expected_agreement_is_found(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, USUAL)
    batch.statistics.training_profile.agreements[:] = 0.7
    (finding,) = findings(batch)
    assert "often wrong" in finding.what and "confidence_threshold" in finding.remedy


def test_codes_of_another_classification_are_found(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, USUAL)
    source = tmp_path / "coded.csv"
    rows = "".join(f"nurse,{code}\n" for code in (*["2221"] * 8, *["7217"] * 2))
    source.write_text(f"job_title,isco_code\n{rows}", encoding="utf-8")
    aliases = {"job_title": (), CODE_COLUMN: ("isco_code",)}
    table = open_table(source, aliases, ("job_title",))
    with open_agreement(tmp_path, table, "en") as agreement:
        assert agreement is not None
        chunk = [row for _, row in table.rows()]
        seen = batch.statistics.add(["x"] * 10, [a_prediction("2221", 0.95)] * 10)
        agreement.add(table, chunk, [a_prediction("2221", 0.95)] * 10, seen, 1)
        batch.agreement = agreement
        assert agreement.n_unknown == 2
        assert [f.what for f in findings(batch)] == [
            "Many codes of the input cannot be read as codes of ISCO-08"
        ]
