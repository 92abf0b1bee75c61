"""An edited predictions.csv comes back without a column that its batch had."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness
from tests.support.written_rows import rows_of

TURNS = 12


def drop(harness: DaemonHarness, name: str, data: str) -> Path | None:
    before = set(harness.batches())
    harness.drop(name, data.encode())
    harness.tick(TURNS)
    batches = set(harness.batches()) - before
    return batches.pop() if batches else None


def test_nothing_of_a_file_without_its_duties_is_kept(settings: Settings) -> None:
    harness = DaemonHarness(settings)
    batch = drop(harness, "a.csv", "job_title,duties\nhelper,helps\ncook,\nworker,sorts stuff\n")
    drop(harness, "b.csv", "job_title\nhelper\nworker\n")
    assert batch is not None
    rows = rows_of(batch / "predictions.csv")
    names = [name for name in rows[0] if name != "duties"]
    rows[1]["isco_code"] = "9411"
    lines = [names, *([row[name] for name in names] for row in rows)]
    data = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    assert drop(harness, "edited.csv", data) is None
    assert "found no column 'duties'" in harness.rejected()["edited.csv"]
    assert not list(settings.data.corrections_dir.glob("*.csv"))


def test_the_column_with_the_published_codes_is_named(settings: Settings) -> None:
    """The input had codes of its own, and those were changed."""
    harness = DaemonHarness(settings)
    batch = drop(harness, "a.csv", "job_title,isco_code\nhelper,9329\ncook,5120\n")
    assert batch is not None
    published = (batch / "predictions.csv").read_text(encoding="utf-8-sig")
    assert drop(harness, "edited.csv", published.replace("helper,9329", "helper,9411")) is None
    reason = harness.rejected()["edited.csv"]
    assert "expected a changed predicted_isco_code in at least one row" in reason
    assert "change them in the column predicted_isco_code, save" in reason


def test_two_columns_of_corrected_codes_are_refused(settings: Settings) -> None:
    """Also where neither has a code."""
    harness = DaemonHarness(settings)
    data = "job_title,corrected_code,corrected_isco\nx2 job,2221,3221\n"
    assert drop(harness, "two.csv", data) is None
    reason = harness.rejected()["two.csv"]
    assert "'corrected_isco' and 'corrected_code'" in reason and "Remove the columns" in reason
    assert drop(harness, "one.csv", data.replace("2221", "").replace("3221", "")) is None
    assert "2 columns of corrected codes" in harness.rejected()["one.csv"]
    assert not list(settings.data.corrections_dir.glob("*.csv"))
