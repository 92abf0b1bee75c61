"""The status of a daemon as metrics of Prometheus, in the text format that node_exporter reads.

The collector ``textfile`` of node_exporter takes ``*.prom`` from a folder. Times are in seconds
since 1970. What is not known, such as the next training where none is planned, has no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core.files.whole_file import write_atomic
from core.version import VERSION
from watcher.environment import MAIN
from watcher.status.status import Status

_METRICS = "metrics"
_SUFFIX = ".prom"

Sample = tuple[str, str, str, float | None]
"""The name of a metric, its type, its meaning, and its value; None where it is not known."""


def metrics_file_name(worker: str) -> str:
    """Return the name of the file of the daemon ``worker`` in the outbox."""
    return f"{_METRICS}{_SUFFIX}" if worker == MAIN else f"{_METRICS}-{worker}{_SUFFIX}"


def write_metrics(outbox: Path, status: Status, worker: str) -> None:
    """Replace the file of a daemon; one that cannot be written stops nothing."""
    with suppress(OSError):  # what is wrong with the folder is said of the status
        path = outbox / metrics_file_name(worker)
        write_atomic(path, metrics_text(status, worker), is_public=True)


def metrics_text(status: Status, worker: str) -> str:
    """Return the content of the file; every metric has the label ``worker``."""
    label = f'worker="{worker}"'
    version = (
        f'{label},version="{_escaped(VERSION)}",model="{_escaped(status.model_version or "")}"'
    )
    lines = [*_head("isco_info", "gauge", "the versions in service"), f"isco_info{{{version}}} 1"]
    for name, kind, meaning, value in _samples(status):
        if value is not None:
            lines += [*_head(name, kind, meaning), f"{name}{{{label}}} {value:.15g}"]
    return "\n".join(lines) + "\n"


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def _samples(status: Status) -> Iterator[Sample]:
    totals, in_progress = status.totals, status.in_progress
    gauges = {
        "running": ("1 while the daemon runs, 0 after it has stopped", status.stopped is None),
        "share_unavailable": ("1 while a folder is away", status.share_unavailable is not None),
        "paused": (
            "1 while no file can be processed, or one waits for space",
            status.paused is not None or status.no_space is not None,
        ),
        "start_time_seconds": ("when the daemon started", _seconds(status.started)),
        "last_poll_time_seconds": ("the last complete poll", _seconds(status.last_poll)),
        "last_progress_time_seconds": ("the last step on a file", _seconds(status.last_progress)),
        "next_training_time_seconds": ("the next training", _seconds(status.next_training)),
        "waiting_files": ("files that wait", status.n_waiting),
        "ignored_names": ("names in the inbox that are ignored", status.n_ignored),
        "warnings": ("warnings of isco status", len(status.warnings)),
        "in_progress_records": (
            "records coded of the file in progress, 0 without one",
            in_progress.n_rows if in_progress is not None else 0,
        ),
        "hooks_waiting": ("events whose command has not ended well so far", status.n_hooks_waiting),
    }
    for name, (meaning, value) in gauges.items():
        yield f"isco_{name}", "gauge", meaning, value
    counters = {
        "results": ("files with results", totals.n_results),
        "rejected": ("files that were rejected", totals.n_rejected),
        "records": ("records of new results", totals.n_records),
        "autocoded_records": ("those that the model coded with four digits", totals.n_autocoded),
        "review_records": ("those that need a person", totals.n_review),
        "hooks_failed": ("events whose command failed too often", status.n_hooks_failed),
    }
    for name, (meaning, value) in counters.items():
        yield f"isco_{name}_total", "counter", meaning, value


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _escaped(text: str) -> str:
    """Return the value of a label as the format wants it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
