"""Look for what network shares do otherwise: events, clocks, names, renames."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from watcher.diagnosis.finding import Finding, fault, warning
from watcher.filesystem import Filesystem
from watcher.intake.file_events import FileEvents
from watcher.open_files import file_system_of

_NETWORK = ("nfs", "cifs", "smb", "fuse.", "9p", "afp", "webdav", "davfs", "ceph", "gluster")
_MAX_SKEW_S = 60.0
_EVENT_WAIT_S = 1.0


def share_findings(check: str, folder: Path, probe: Path) -> Iterator[Finding]:
    """Yield what is special about the volume of ``folder``; ``probe`` is an empty place in it."""
    yield from _kind(check, folder)
    yield from _clock(check, probe)
    yield from _names(check, probe)
    yield from _rename(check, probe)
    if check == "inbox":
        yield _events(check, probe)


def _kind(check: str, folder: Path) -> Iterator[Finding]:
    kind = file_system_of(folder)
    if kind.startswith(_NETWORK):
        yield warning(
            check,
            f"it is on a share ({kind}): the kernel does not say who has a file open there",
            "let programs copy under a temporary name, such as x.csv.part, and rename then; see "
            "docs/reliability.md, limits",
        )


def _clock(check: str, probe: Path) -> Iterator[Finding]:
    path = probe / "clock"
    before_s = time.time()
    path.touch()
    skew_s = path.stat().st_mtime - (before_s + time.time()) / 2
    if abs(skew_s) > _MAX_SKEW_S:
        yield warning(
            check,
            f"the clock of the share is {abs(skew_s):.0f} s {'ahead' if skew_s > 0 else 'behind'}",
            "set both clocks by NTP. Coding does not depend on it; the age of files for isco purge "
            "and the order of corrections that were placed by hand do",
        )


def _names(check: str, probe: Path) -> Iterator[Finding]:
    (probe / "case").touch()
    if (probe / "CASE").exists():
        yield warning(
            check,
            "names that differ only in capital letters are one file there",
            "nothing is lost: who drops a.csv on A.csv replaces it before it is claimed, as in any "
            "folder of that kind. Use names that differ otherwise",
        )


def _rename(check: str, probe: Path) -> Iterator[Finding]:
    """Look whether a rename can refuse to replace in one step."""
    for name in ("first", "second"):
        (probe / name).touch()
    files = _OneStep()
    try:
        files.rename_new(probe / "first", probe / "second")
    except FileExistsError:
        if files.needs_two_steps:
            yield warning(
                check,
                "a rename cannot refuse to replace in one step: the name is reserved first",
                "nothing is lost; a crash in between may leave an empty file of the name",
            )
    else:
        yield fault(
            check,
            "a rename replaces a file that is there: results could be lost",
            "choose a folder on another file system",
        )


class _OneStep(Filesystem):
    """Tells whether the rename that never replaces took two steps."""

    needs_two_steps = False

    def _rename_in_two_steps(self, source: Path, target: Path) -> None:
        self.needs_two_steps = True
        super()._rename_in_two_steps(source, target)


def _events(check: str, probe: Path) -> Finding:
    seen = threading.Event()
    logger = logging.getLogger("watcher.intake.file_events")
    level = logger.level
    logger.setLevel(logging.ERROR)  # the finding says it
    events = FileEvents(probe, seen.set)
    events.start()
    try:
        (probe / "event").touch()
        has_events = seen.wait(_EVENT_WAIT_S)
    finally:
        with suppress(RuntimeError):
            events.stop()
        logger.setLevel(level)
    if has_events:
        return Finding(check, "new files are noticed by events, and by polling")
    return Finding(check, "no events there: new files are noticed by polling alone")
