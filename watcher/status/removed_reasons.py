"""Find the reason of a rejected file; of one that was removed the status keeps no words.

A reason quotes the file, and the first line of a file without a header is somebody's answer.
"""

from __future__ import annotations

from pathlib import Path

from watcher.status.status import FileResult, Status, encodable


def without_removed_reasons(status: Status) -> Status:
    """Return the status with only the names of rejected files whose ``.why.txt`` is gone.

    Raises OSError where that cannot be known.
    """
    rejected = tuple(_without_reason(r) if _is_gone(r) else r for r in status.rejected)
    if rejected == status.rejected:
        return status
    return status.model_copy(update={"rejected": rejected})


def find_reason(result: FileResult) -> Path | None:
    """Return where the reason of a rejected file is, None where it is gone.

    The path in a status has escapes for what is not UTF-8 in the name. Raises OSError where the
    folder cannot be read.
    """
    path = Path(result.reason_path)
    if path.exists():
        return path
    return next((p for p in path.parent.iterdir() if encodable(p.name) == path.name), None)


def _without_reason(result: FileResult) -> FileResult:
    text = f"{result.name!r}: the file and the reason were removed"
    return result.model_copy(update={"text": text, "reason_path": ""})


def _is_gone(result: FileResult) -> bool:
    if not result.reason_path or not Path(result.reason_path).parent.is_dir():
        return False
    return find_reason(result) is None
