"""Which files in the inbox are whole, and taking hold of them.

The directory listing is the truth; events only make the next look come sooner. A file is whole when
its size, modification time and inode were the same in at least three looks over the quiet time, by
our own clock: a file's own time may be old (``cp -p``) or in the future. Taking hold of it is one
rename into a private folder, ``inbox/.work/<claim>/``; whoever comes second finds it gone.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WORK = ".work"
SUFFIXES = (".csv", ".xlsx")
_MIN_LOOKS = 3

Fingerprint = tuple[int, int, int]  # size, mtime in ns, inode


@dataclass(frozen=True)
class Claim:
    """A file that is ours: it lies alone in a folder of the work area."""

    path: Path

    @property
    def name(self) -> str:
        """The name it had in the inbox."""
        return self.path.name

    @property
    def id(self) -> str:
        """The name of its folder: unique, safe in any path."""
        return self.path.parent.name

    def release(self) -> None:
        """Remove the folder once the file has left it."""
        self.path.parent.rmdir()


def look(inbox: Path) -> dict[str, Fingerprint]:
    """The CSV files and workbooks in the inbox: name → fingerprint.

    Hidden files, temporary names (``~$x.csv``) and anything but regular files are passed over; a
    link, a pipe or a device is never opened. Raises OSError where the folder cannot be listed.
    """
    found: dict[str, Fingerprint] = {}
    with os.scandir(inbox) as entries:
        for entry in entries:
            if not entry.name.lower().endswith(SUFFIXES) or _is_temporary(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # renamed or deleted since it was listed
            if stat.S_ISREG(status.st_mode):
                found[entry.name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


def _is_temporary(name: str) -> bool:
    """A hidden file or an editor's lock; a name that begins with two dots is odd, not hidden."""
    return name.startswith("~$") or (name.startswith(".") and not name.startswith(".."))


@dataclass(frozen=True)
class Wait:
    """A file in the inbox: for how long it has been seen there, and what it waits for."""

    name: str
    age_s: float
    why: str


class Stability:
    """Remembers what every look saw, and says which files have been quiet long enough."""

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._seen: dict[str, tuple[Fingerprint, float, int]] = {}
        self._first_s: dict[str, float] = {}

    def observe(self, listing: Mapping[str, Fingerprint], now_s: float) -> list[str]:
        """Take in one look at ``now_s`` (monotonic) and return the whole files, oldest first."""
        seen: dict[str, tuple[Fingerprint, float, int]] = {}
        for name, fingerprint in listing.items():
            before, since_s, n_looks = self._seen.get(name, (None, now_s, 0))
            if before != fingerprint:
                since_s, n_looks = now_s, 0
            seen[name] = (fingerprint, since_s, n_looks + 1)
        self._seen = seen
        self._first_s = {name: self._first_s.get(name, now_s) for name in seen}
        whole = [
            name
            for name, (_, since_s, n_looks) in seen.items()
            if n_looks >= _MIN_LOOKS and now_s - since_s >= self._quiet_s
        ]
        return sorted(whole, key=lambda name: (seen[name][0][1], name))

    def waits(self, now_s: float) -> list[Wait]:
        """What the last look saw, those first that have been there longest."""

        def why(name: str) -> str:
            _, since_s, n_looks = self._seen[name]
            if n_looks >= _MIN_LOOKS and now_s - since_s >= self._quiet_s:
                return "it is whole, its turn comes"
            if since_s > self._first_s[name]:
                return "still being written to"
            return f"it must be still for {self._quiet_s:g} s"

        oldest_first = sorted(self._first_s.items(), key=lambda first: first[1])
        return [Wait(name, now_s - first_s, why(name)) for name, first_s in oldest_first]

    @property
    def n_waiting(self) -> int:
        """How many files the last look saw."""
        return len(self._seen)


def claim(inbox: Path, name: str) -> Claim | None:
    """Take hold of ``inbox/name``; None where it is gone or another daemon was faster."""
    folder = inbox / WORK / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        os.rename(inbox / name, folder / name)
    except FileNotFoundError:
        folder.rmdir()
        return None
    except OSError:
        folder.rmdir()
        raise
    return Claim(folder / name)


def claims(inbox: Path) -> list[Claim]:
    """What an earlier life of this daemon had taken hold of and not finished, oldest first."""
    work = inbox / WORK
    held = []
    for folder in work.iterdir() if work.is_dir() else ():
        files = list(folder.iterdir())
        if not files:
            folder.rmdir()
        held += [Claim(path) for path in files]
    return sorted(held, key=lambda c: c.path.stat().st_mtime_ns)
