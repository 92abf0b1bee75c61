"""Every column and key that people and programs meet is in docs/."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import main
from core.settings import Settings
from tests.conftest import ROOT
from watcher.status.status import Status

_CODE = re.compile(r"`([^`\n]+)`")


@pytest.fixture(scope="module")
def words() -> dict[str, set[str]]:
    """What each page names in code type."""
    pages = (ROOT / "docs").glob("*.md")
    return {page.stem: set(_CODE.findall(page.read_text(encoding="utf-8"))) for page in pages}


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    """What the daemon makes of records with codes, and of corrections."""
    inbox = settings.watcher.inbox
    inbox.mkdir()
    (inbox / "records.csv").write_text(
        "job_title,isco_code\nplumber,7126\nnurse,2221\nwelder,7212\n", encoding="utf-8"
    )
    (inbox / "answers.csv").write_text(
        "text,corrected_isco_code\nplumber | unknown,7126\n", encoding="utf-8"
    )
    assert main.main(["watch", "--once", "--config", str(tmp_path / "config.yaml")]) == 0
    return settings.watcher.outbox


def test_every_column_and_key_of_results_is_documented(
    outbox: Path, words: dict[str, set[str]]
) -> None:
    (batch,), (taken,) = outbox.glob("records.*"), outbox.glob("answers.*")
    columns = set(header(batch / "predictions.csv")) - {"job_title"}
    columns |= {*header(batch / "review.csv"), *header(batch / "disagreements.csv")}
    columns -= {f"predicted_{name}" for name in columns}  # the input has a column of that name
    assert len(columns) > 25
    assert undocumented(columns, words["results"]) == set()
    assert undocumented(keys(batch), words["results"]) == set()
    assert undocumented(header(taken / "corrections.csv"), words["corrections"]) == set()
    assert undocumented(keys(taken), words["corrections"]) == set()
    files = {path.name for path in batch.iterdir()}
    assert undocumented(files, words["results"]) == set()


def test_every_key_of_the_status_is_documented(words: dict[str, set[str]]) -> None:
    schema = Status.model_json_schema()
    names = {*schema["properties"], "health", "reason"}
    for part in schema.get("$defs", {}).values():
        names |= part.get("properties", {}).keys()
    assert len(names) > 20
    assert undocumented(names, words["operations"]) == set()


def test_every_health_is_documented(words: dict[str, set[str]]) -> None:
    from watcher.status.status import Health

    assert undocumented({str(health) for health in Health}, words["operations"]) == set()


def test_every_status_of_a_correction_is_documented(words: dict[str, set[str]]) -> None:
    from core.corrections.correction import CorrectionStatus

    assert undocumented({str(s) for s in CorrectionStatus}, words["corrections"]) == set()


def test_every_key_of_the_metrics_is_documented(words: dict[str, set[str]]) -> None:
    from training.dataset.prepare import DatasetSummary
    from training.evaluation.metrics import measure
    from training.run_folder import RunMetrics, TrainingSummary

    written_beside = {"training", "dataset"}  # not as objects of their own
    names = {
        field.name
        for kind in (RunMetrics, TrainingSummary, DatasetSummary)
        for field in fields(kind)
    }
    assert undocumented(names - written_beside, words["training"]) == set()
    figures = measure(np.full((2, 436), 1 / 436), ["0110", "9629"], threshold=0.9)
    accuracies = {f"accuracy_{digits}" for digits in (2, 3)}  # "`accuracy_4` … `accuracy_1`"
    assert undocumented(set(figures) - accuracies, words["training"]) == set()


def test_every_list_of_a_training_is_documented(words: dict[str, set[str]]) -> None:
    from training.label_quality import label_issues, outliers

    names = {*outliers.COLUMNS, *label_issues.COLUMNS}
    assert undocumented(names, words["training"]) == set()


def test_every_key_of_a_distributed_receipt_is_documented(words: dict[str, set[str]]) -> None:
    from core.row_counts import RowCounts

    run_receipt = pytest.importorskip("distributed.run_receipt")
    names = {field.name for field in fields(run_receipt.RunReceipt)}
    names -= {field.name for field in fields(RowCounts)}
    assert undocumented(names, words["distributed"] | words["results"]) == set()


def header(path: Path) -> list[str]:
    """Return the column names, with candidates by the letter k."""
    text = path.read_text(encoding="utf-8-sig")
    names = next(csv.reader([text.splitlines()[0]]))
    return [re.sub(r"^candidate_\d", "candidate_k", name) for name in names]


def keys(folder: Path) -> set[str]:
    """Return the keys of a receipt."""
    receipt: dict[str, Any] = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    return set(receipt)


def undocumented(names: Iterator[str] | set[str] | list[str], documented: set[str]) -> set[str]:
    """Return the names that a page does not have in code type."""
    return set(names) - documented
