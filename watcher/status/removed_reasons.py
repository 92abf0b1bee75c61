"""Rejected files whose reason was removed: their status keeps no words of it.

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


def _without_reason(result: FileResult) -> FileResult:
    text = f"{result.name!r}: the file and the reason were removed"
    return result.model_copy(update={"text": text, "reason_path": ""})


def _is_gone(result: FileResult) -> bool:
    path = Path(result.reason_path)
    if not result.reason_path or path.exists() or not path.parent.is_dir():
        return False
    # The path of a name that is not UTF-8 has escapes.
    return all(encodable(other.name) != path.name for other in path.parent.iterdir())
