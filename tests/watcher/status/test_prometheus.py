"""The metrics are in the text format of Prometheus, and are what the status says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from core.settings import Settings
from tests.conftest import ROOT
from tests.support.daemon_harness import DaemonHarness
from watcher.status.prometheus import metrics_text
from watcher.status.status import Status, Totals

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_VALUE = r'"(?:[^"\\\n]|\\\\|\\"|\\n)*"'
_LABELS = rf"\{{[a-zA-Z_]\w*={_VALUE}(?:,[a-zA-Z_]\w*={_VALUE})*\}}"
_SAMPLE = re.compile(rf"({_NAME})({_LABELS}) ([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
_HEAD = re.compile(rf"# HELP ({_NAME}) [^\n]+\n# TYPE \1 (gauge|counter)")
MOMENT = datetime(2026, 11, 26, 23, 0, 5, 250_000, tzinfo=UTC)
STATUS = Status(host="vm", pid=1, started=MOMENT, poll_s=1, model_version="v1")


def parsed(text: str) -> dict[str, float]:
    """Return name → value; every line must be of the format, every metric once with its head."""
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    values, kinds = {}, {}
    for help_line, type_line, line in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        head = _HEAD.fullmatch(f"{help_line}\n{type_line}")
        sample = _SAMPLE.fullmatch(line)
        assert head is not None and sample is not None, line
        assert head[1] == sample[1] and sample[1] not in values
        assert (head[2] == "counter") == sample[1].endswith("_total")
        values[sample[1]], kinds[sample[1]] = float(sample[3]), head[2]
    return values


def test_every_metric_is_of_the_format_and_documented() -> None:
    status = STATUS.model_copy(
        update={
            "model_version": 'v"1"\\\n',
            "last_poll": MOMENT,
            "last_progress": MOMENT,
            "next_training": MOMENT,
            "totals": Totals(n_results=3, n_records=10**9 + 1),
        }
    )
    values = parsed(metrics_text(status, "two"))
    assert values["isco_results_total"] == 3 and values["isco_records_total"] == 10**9 + 1
    assert values["isco_last_poll_time_seconds"] == MOMENT.timestamp()
    assert values["isco_running"] == 1 and values["isco_paused"] == 0
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in values if f"`{name}`" not in page] == []


def test_what_is_not_known_has_no_line() -> None:
    values = parsed(metrics_text(STATUS.model_copy(update={"stopped": MOMENT}), "main"))
    assert values["isco_running"] == 0
    assert {"isco_last_poll_time_seconds", "isco_next_training_time_seconds"}.isdisjoint(values)


def test_the_daemon_counts_on_after_a_restart(settings: Settings) -> None:
    harness = DaemonHarness(settings)
    harness.drop("a.csv", b"job_title\nnurse\nwelder\n")
    harness.drop("b.csv", b"name\nno title\n")
    harness.tick(12)
    path = settings.watcher.outbox / "metrics.prom"

    def totals(path: Path) -> list[float]:
        values = parsed(path.read_text(encoding="utf-8"))
        return [values[f"isco_{name}_total"] for name in ("results", "rejected", "records")]

    assert totals(path) == [1, 1, 2] and path.stat().st_mode & 0o777 == 0o644
    harness.start_daemon("two")
    assert totals(path.with_name("metrics-two.prom")) == [0, 0, 0]
    harness.daemon = harness.start_daemon("main")
    assert totals(path) == [1, 1, 2]
    harness.drop("c.csv", b"job_title\nnurse\nwelder\n")  # answered from the receipt
    harness.tick(12)
    assert totals(path) == [2, 1, 2]
    assert not list(settings.watcher.outbox.glob(".metrics*"))
