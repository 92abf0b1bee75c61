"""Whether a daemon can still write its status: what the file says may be of an earlier time."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from watcher.status.status import Health, HealthReport, Status, is_running


def with_outbox(report: HealthReport, status: Status, status_path: Path) -> HealthReport:
    """Return the report; that the daemon is paused where its user cannot write the outbox.

    Only this user's own daemon on this machine can be judged so.
    """
    outbox = status_path.parent
    if report.health not in (Health.OK, Health.UNRESPONSIVE, Health.NO_SPACE):
        return report
    if status.host != socket.gethostname() or not is_running(status.pid):
        return report
    try:
        is_own = status_path.stat().st_uid == os.geteuid()
    except OSError:
        return report
    if not is_own or os.access(outbox, os.W_OK | os.X_OK):
        return report
    return HealthReport(
        Health.PAUSED,
        f"{str(outbox)!r} cannot be written now, so this status may be old. Expected a folder "
        "where this user can create, rename and remove files; change its permissions, or mount it "
        "with the right to write",
    )
