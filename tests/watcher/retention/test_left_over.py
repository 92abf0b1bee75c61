"""What a killed process had begun to write goes with a later start, and nothing else does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.corrections.doubts import doubts_path
from core.files.own_files import TEXTS_DIR
from core.files.whole_file import open_atomic
from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness
from watcher.intake.local_state import local_state_dir
from watcher.processes.scheduler import NIGHTLY

DAY_S = 24 * 3600


def killed_while_writing(path: Path) -> Path:
    """Leave what a process leaves that is killed while it writes ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if (pid := os.fork()) == 0:
        with open_atomic(path) as file:
            file.write(b"a part")
            file.flush()
            os._exit(9)
    os.waitpid(pid, 0)
    (part,) = path.parent.glob(f".{path.name}.*")
    return part


def age(path: Path) -> None:
    before = time.time() - 2 * DAY_S
    os.utime(path, (before, before))


@pytest.mark.parametrize("is_old", [True, False])
def test_what_killed_processes_left_goes_when_it_is_old(settings: Settings, is_old: bool) -> None:
    outbox, corrections = settings.watcher.outbox, settings.data.corrections_dir
    files = [
        outbox / "status.json",
        outbox / NIGHTLY / "last.json",
        local_state_dir() / f"{is_old}.undo",
        corrections / "0123.csv",
        corrections / TEXTS_DIR / "0123.texts",
        doubts_path(corrections / "0123.csv"),
    ]
    left = [killed_while_writing(path) for path in files]
    for name in (".report.part", ".2026-06-02.part", ".2026-06-02_0400.failed"):
        left.append(outbox / NIGHTLY / name)
        left[-1].mkdir()
        (left[-1] / "metrics.json").touch()
    others = [outbox / ".archive.part", outbox / NIGHTLY / ".2026.part", corrections / "a.part"]
    for path in others:
        path.touch()
    (outbox / ".a.0123abcd.part").mkdir()
    for path in [*left, *others, outbox / ".a.0123abcd.part"]:
        if is_old:
            age(path)
    elsewhere = killed_while_writing(settings.watcher.inbox.parent / "elsewhere" / "x.csv")
    (corrections / ".linked").symlink_to(elsewhere.parent)
    others += [elsewhere, killed_while_writing(corrections / ".git" / "x.csv")]
    for path in others[-2:]:
        age(path)
    DaemonHarness(settings)
    assert [path.exists() for path in left] == [not is_old] * len(left)
    assert all(path.exists() for path in others) and (outbox / ".a.0123abcd.part").is_dir()
