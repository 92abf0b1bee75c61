"""The status of a daemon as text for people."""

from __future__ import annotations

from datetime import datetime

from core.row_counts import quantity
from watcher.status.status import HealthReport, Status, duration_text, moment_text

_MOST_NAME_CHARS = 60  # a longer name moves its own line alone


def _model_text(status: Status) -> str:
    if status.model_version is not None:
        return f"model {_printable(status.model_version)}"
    return "the model is being loaded" if status.stopped is None else "no model was loaded"


def describe(status: Status, report: HealthReport, now: datetime) -> str:
    """Return the status as text for people; the health is the first line."""

    def age(since: datetime) -> str:
        return duration_text((now - since).total_seconds())

    lines = [
        f"{report.health}: {_printable(report.reason)}",
        f"process {status.pid} on {_printable(status.host)} since {moment_text(status.started)}",
        _model_text(status),
    ]
    lines += [f"warning: {_printable(warning)}" for warning in status.warnings]
    if status.next_training is not None:
        lines.append(f"next training: {moment_text(status.next_training)}")
    if status.last_training is not None:
        lines.append(f"last training: {_printable(status.last_training)}")
    if status.in_progress is not None:
        file = status.in_progress
        n_rows = quantity(file.n_rows, "row")
        lines.append(f"in progress: {file.name!r} for {age(file.since)}, {n_rows} coded")
    lines.append(f"waiting: {status.n_waiting:,}")
    lines += [f"  {w.name!r} for {age(w.since)}: {_printable(w.reason)}" for w in status.waiting]
    if status.n_waiting > len(status.waiting):
        lines.append(f"  and {status.n_waiting - len(status.waiting):,} more")
    if status.n_ignored:
        n_more = status.n_ignored - len(status.ignored)
        names = ", ".join(map(_printable, status.ignored)) + (
            f" and {n_more:,} more" if n_more else ""
        )
        lines.append(f"ignored: {names}")
    if status.n_hooks_waiting or status.n_hooks_failed:
        lines.append(
            f"hooks: {status.n_hooks_waiting:,} waiting, {status.n_hooks_failed:,} failed: "
            "see the log"
        )
    if status.results:
        lines.append("last results:")
        longest = max(len(repr(r.name)) for r in status.results)
        width = min(longest, _MOST_NAME_CHARS) + 1  # and the colon
        for r in status.results:
            name = f"{r.name!r}:".ljust(width)
            lines.append(f"  {moment_text(r.at)}  {name} {_printable(r.text)}")
    if status.rejected:
        n_shown, n_rejected = len(status.rejected), status.totals.n_rejected
        of_all = f" (the last {n_shown} of {n_rejected:,})" if n_rejected > n_shown else ""
        lines.append(f"rejected{of_all}:")  # the reasons name the files
        lines += [f"  {moment_text(r.at)}  {_printable(r.text)}" for r in status.rejected]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Return ``text`` for a terminal, without the characters that could control it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
