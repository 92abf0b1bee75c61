"""Find the reason of a rejected file; of one that was removed the status keeps no words.

A reason quotes the file, and the first line of a file without a header is somebody's answer. A
status has the paths of the place where it was written: a project that was moved, or restored from a
backup to another folder, has its reasons elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from watcher.status.status import FileResult, Status, encodable


def without_removed_reasons(status: Status, rejected_dir: Path) -> Status:
    """Return the status with only the names of rejected files whose ``.why.txt`` is gone.

    The paths of others lead to ``rejected_dir`` where the reason is there, or where its former
    folder is gone. Raises OSError where that cannot be known.
    """
    rejected = tuple(_current(result, rejected_dir) for result in status.rejected)
    return status.model_copy(update={"rejected": rejected})


def find_reason(path: Path) -> Path | None:
    """Return where the reason of a rejected file is that a status has at ``path``, None if gone.

    The path in a status has escapes for what is not UTF-8 in the name. Raises OSError where the
    folder cannot be read.
    """
    if path.exists():
        return path
    return next((p for p in path.parent.iterdir() if encodable(p.name) == path.name), None)


def _current(result: FileResult, rejected_dir: Path) -> FileResult:
    """Return what is known of a rejected file now: where its reason is, or that it is gone."""
    if not result.reason_path:
        return result
    path = Path(result.reason_path)
    here = rejected_dir.absolute() / path.name
    if path != here and rejected_dir.is_dir() and (find_reason(here) or not path.parent.is_dir()):
        result = result.model_copy(update={"reason_path": encodable(str(here))})
        path = here
    if path.parent.is_dir() and find_reason(path) is None:
        text = f"{result.name!r}: the file and the reason were removed"
        return result.model_copy(update={"text": text, "reason_path": ""})
    return result
