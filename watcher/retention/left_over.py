"""Remove what killed processes had begun to write, once it is so old that nobody ends it."""

from __future__ import annotations

import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from core.corrections.doubts import DOUBTS_DIR
from core.files.folders import names_in
from core.files.own_files import TEXTS_DIR
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
        folders += [corrections_dir, corrections_dir / TEXTS_DIR, corrections_dir / DOUBTS_DIR]
    for folder in folders:
        for path in _old(folder, PART_FILE, stat.S_IFREG):
            with suppress(OSError):
                path.unlink()
    for path in _old(outbox / NIGHTLY, _STAGED_NIGHT, stat.S_IFDIR):
        shutil.rmtree(path, ignore_errors=True)


def _old(folder: Path, name: re.Pattern[str], kind: int) -> Iterator[Path]:
    """Yield what is old in ``folder``, is of this kind and has such a name."""
    with suppress(OSError):
        for path in map(folder.joinpath, filter(name.fullmatch, names_in(folder))):
            with suppress(FileNotFoundError):  # another daemon sweeps, too
                status = path.lstat()
                if stat.S_IFMT(status.st_mode) == kind and time.time() - status.st_mtime > _OLD_S:
                    yield path
