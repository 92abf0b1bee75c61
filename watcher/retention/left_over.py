"""Remove what killed processes had begun to write, once it is so old that nobody ends it."""

from __future__ import annotations

import re
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path

from core.files.folders import names_in
from core.files.whole_file import PART_FILE
from watcher.environment import Environment
from watcher.intake.local_state import local_state_dir
from watcher.processes.scheduler import NIGHTLY

_OLD_S = 24 * 3600
# The folder of a night before it has its name.
_STAGED_NIGHT = re.compile(r"\.(report|\d{4}-\d\d-\d\d(_\d{4})?)\.(part|failed)")


def remove_left_over(environment: Environment) -> None:
    """Remove the hidden files and folders of killed processes; what cannot be removed stays."""
    outbox, corrections_dir = environment.settings.outbox, environment.corrections_dir
    folders = [outbox, outbox / NIGHTLY, local_state_dir()]
    if corrections_dir is not None:
        folders += [corrections_dir, *corrections_dir.glob(".*/")]  # of the lists, of the doubts
    for folder in folders:
        with suppress(OSError):
            for name in filter(PART_FILE.fullmatch, names_in(folder)):
                if _is_old(folder / name, stat.S_IFREG):
                    (folder / name).unlink()
    with suppress(OSError):
        for name in filter(_STAGED_NIGHT.fullmatch, names_in(outbox / NIGHTLY)):
            if _is_old(outbox / NIGHTLY / name, stat.S_IFDIR):
                shutil.rmtree(outbox / NIGHTLY / name, ignore_errors=True)


def _is_old(path: Path, kind: int) -> bool:
    status = path.lstat()
    return stat.S_IFMT(status.st_mode) == kind and time.time() - status.st_mtime > _OLD_S
