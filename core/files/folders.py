"""List a folder, make one that others can read, and refuse one that is in use."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from core.files.whole_file import make_public


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, none where there is no folder.

    Raises OSError where it cannot be listed: ``Path.glob`` finds nothing there, as if it were
    empty.
    """
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def make_public_dir(path: Path) -> None:
    """Make a folder that other users of the share can read; one that is there stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(parents=True)
        make_public(path)


def require_new_dir(path: Path) -> None:
    """Raise FileExistsError where something is at ``path``, other than an empty folder."""
    if os.path.lexists(path) and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(errno.EEXIST, "expected a new folder, but it exists", str(path))
