"""Errors of the operating system that name what people know, and are the same each time."""

from __future__ import annotations

from pathlib import Path


def name_instead(error: BaseException | None, hidden: Path, shown: Path) -> None:
    """Let ``error`` name ``shown`` where it names ``hidden``, or what is in it.

    A hidden file has another name at each attempt: whoever says only what is news would take the
    same fault for another one each time, and nobody finds that file any more.
    """
    if not isinstance(error, OSError):
        return
    if _names(error.filename, hidden):
        error.filename = str(shown)
    if _names(error.filename2, hidden) or error.filename2 == error.filename:
        del error.filename2  # None would be shown


def _names(name: object, hidden: Path) -> bool:
    return isinstance(name, str) and Path(name).is_relative_to(hidden)
