"""Checks of what a command needs before it starts."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import IscoError, SettingsError
from core.packages import install_command
from core.settings_file.project import CONFIG, ISCO_HOME

_LOG = logging.getLogger(__name__)


def require_table(path: Path) -> None:
    """Raise IscoError if there is no file at ``path``, or one whose name says it is not read."""
    from core.formats.file_names import reason_to_hold  # half of the time of the command line

    if not path.is_file():
        raise IscoError(
            f"{str(path)!r} is not a file; expected a table with a column of job titles"
        )
    reason = reason_to_hold(path.name)
    if reason is not None:
        raise IscoError(f"{str(path)!r} is not processed: {reason}")


def find_tables(places: Iterable[Path], out: Path) -> list[Path]:
    """Return the files, and those in and below the folders, that are read; none in ``out``.

    What else is in a folder is named in the log, but for what systems put there. Raises IscoError
    as ``require_table`` does, for a folder without a file that is read, and for ``out`` itself.
    """
    from core.formats.file_names import READ_SUFFIXES
    from core.formats.folder_content import sort_files

    tables: list[Path] = []
    for place in places:
        if not place.is_dir():
            require_table(place)
            tables.append(place)
            continue
        if place.resolve() == out.resolve():
            raise IscoError(
                f"{str(place)!r} is the folder of the results (--out), too: their tables would be "
                "read as inputs. Name another folder for the results"
            )
        content = sort_files(_files_below(place, out.resolve()))
        held = dict(content.held)
        read = []
        for name in content.read:
            if (place / name).is_file():
                read.append(place / name)
            else:
                held[name] = "it is no regular file"
        for name, reason in held.items():
            _LOG.warning("%r is not processed: %s", str(place / name), reason)
        if not read:
            raise IscoError(f"{str(place)!r} has no file that is read: {', '.join(READ_SUFFIXES)}")
        tables += read
    return tables


def _files_below(folder: Path, out: Path) -> Iterator[str]:
    """Yield the path of each file in and below ``folder``, relative to it; none that is in ``out``.

    ``folder`` itself may be in ``out``. A folder that is not looked into is named in the log: one
    that cannot be read, or a link.
    """

    def name_unread(error: OSError) -> None:
        _LOG.warning("%r is not processed: %s", error.filename, error.strerror)

    for place, folder_names, names in os.walk(folder, onerror=name_unread):
        inner = Path(place)
        if inner.resolve() == out:
            folder_names.clear()
            continue
        for linked in filter(Path.is_symlink, map(inner.joinpath, folder_names)):
            _LOG.warning("%r is not processed: it is a link to a folder", str(linked))
        for name in names:
            yield (inner / name).relative_to(folder).as_posix()


def require_project(config: Path | None) -> None:
    """Raise SettingsError where a command that keeps state in folders has no project."""
    if config is None:
        raise SettingsError(
            f"found no {CONFIG} in {str(Path.cwd())!r}; expected the folder of a project. Make one "
            f"with 'isco init FOLDER' and go there, or name one with --config or {ISCO_HOME}"
        )


def require_posix(command: str) -> None:
    """Raise IscoError on Windows, which lacks what publishing whole results needs."""
    if sys.platform == "win32":
        raise IscoError(
            f"isco {command} runs on Linux and macOS, not on Windows; put the files from Windows "
            "into a folder that a Linux machine or a Mac shares and watches, or use the Windows "
            "Subsystem for Linux (WSL)"
        )


@contextmanager
def require_extra(extra: str, purpose: str) -> Iterator[None]:
    """Raise IscoError with the ``pip install`` line if an import within the block is missing.

    Parameters
    ----------
    extra : the optional dependencies of ``pyproject.toml`` that the imports belong to.
    purpose : what needs them; the error begins with it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise IscoError(f"{purpose} needs {error.name!r}: run {install_command(extra)}") from None
