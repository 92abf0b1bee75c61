"""An outbox that has become read-only keeps an old status: ``isco status`` looks for itself."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.support.disks import mounted, small_disk
from watcher.status.outbox_access import with_outbox
from watcher.status.status import Health, Status, judge
from watcher.status.status_file import write_status


def test_an_outbox_that_became_read_only_is_no_longer_ok(tmp_path: Path) -> None:

    now = datetime.now(UTC)
    status = Status(
        host=socket.gethostname(), pid=os.getpid(), started=now, poll_s=1, model_version="v1"
    )
    with mounted(tmp_path / "outbox", *small_disk(1 << 20)):
        path = tmp_path / "outbox" / "status.json"
        write_status(path, status)
        report = judge(status, now)
        assert with_outbox(report, status, path).health is Health.OK
        remount = ["mount", "-o", "remount,ro", str(path.parent)]
        subprocess.run(remount, check=True)
        found = with_outbox(report, status, path)
        assert found.health is Health.PAUSED and f"{str(path.parent)!r} cannot be written" in (
            found.reason
        )
        elsewhere = status.model_copy(update={"host": "another"})
        assert with_outbox(report, elsewhere, path) is report
