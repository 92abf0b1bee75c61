"""A corrections file that cannot be read: its decisions do not hold until somebody mends it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_State = tuple[int, int, int]


@dataclass(frozen=True)
class UnreadFile:
    """A file of the corrections folder that was left out, why, and the state it was left in."""

    path: Path
    why: str
    state: _State | None

    @classmethod
    def of(cls, path: Path, error: Exception) -> UnreadFile:
        """Return the file that ``error`` kept from being read."""
        why = str(error)
        if isinstance(error, OSError):  # it names the whole path, or no file
            why = f"{path.name!r}: {error.strerror or error}."
        return cls(path, why, _state(path))

    @property
    def is_as_it_was(self) -> bool:
        """Whether nobody has changed or removed the file, or its permissions, since."""
        return _state(self.path) == self.state

    def warning(self) -> str:
        """Return what people should know while the file is there, in one line."""
        return (
            f"the corrections of a file are not used, because it cannot be read: {self.why} "
            f"Mend {str(self.path)!r}, or remove it"
        )


def _state(path: Path) -> _State | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size
