"""Which files in the inbox are whole.

The directory listing is the truth; events only make the next look come sooner. A file is whole when
its size, modification time and inode were the same in at least three looks over the quiet time, by
our own clock: a file's own time may be old (``cp -p``) or in the future.
"""

from __future__ import annotations

import errno
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from watcher.filesystem import Filesystem

SUFFIXES = (".csv", ".xlsx")
_MIN_LOOKS = 3
# An empty file is often the placeholder of a program that is about to fill it.
_EMPTY_PATIENCE = 10  # quiet times

Fingerprint = tuple[int, int, int]  # size, mtime in ns, inode

# How Dropbox, Nextcloud, Syncthing, Seafile and Google Drive name the loser of a conflict.
_CONFLICT = re.compile(
    r"conflicted copy|case conflict|sync-conflict-\d|_conflict-\d|\[conflict|sfconflict"
    r"|in konflikt stehende kopie|copie en conflit|copia en conflicto",
    re.IGNORECASE,
)
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True)
class Listing:
    """One look: the files that may become work, and those held, with the reason."""

    files: dict[str, Fingerprint] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)


def look(files: Filesystem, inbox: Path) -> Listing:
    """The CSV files and workbooks in the inbox, in any case of their suffix.

    Hidden and temporary names are passed over in silence. What is no regular file is held and never
    opened; so is the conflict copy of a sync client, which only a person can judge. Raises OSError
    where the folder cannot be listed.
    """
    listing = Listing()
    for name in files.names(inbox):
        if not name.lower().endswith(SUFFIXES) or _is_temporary(name):
            continue
        try:
            status = files.status(inbox / name)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESTALE):
                raise
            continue  # renamed or deleted since it was listed
        if not stat.S_ISREG(status.st_mode):
            listing.held[name] = f"{kind(status.st_mode)}: never opened, remove it"
        elif _CONFLICT.search(name):
            listing.held[name] = "a conflict copy of a sync client: rename it to have it coded"
        else:
            listing.files[name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return listing


def kind(mode: int) -> str:
    """What something that is no regular file is, in words."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "a device")


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
        self._held: dict[str, str] = {}
        self._first_s: dict[str, float] = {}

    def observe(self, listing: Listing, now_s: float) -> list[str]:
        """Take in one look at ``now_s`` (monotonic) and return the whole files, oldest first."""
        seen: dict[str, tuple[Fingerprint, float, int]] = {}
        for name, fingerprint in listing.files.items():
            before, since_s, n_looks = self._seen.get(name, (None, now_s, 0))
            if before != fingerprint:
                since_s, n_looks = now_s, 0
            seen[name] = (fingerprint, since_s, n_looks + 1)
        self._seen, self._held = seen, listing.held
        names = [*seen, *listing.held]
        self._first_s = {name: self._first_s.get(name, now_s) for name in names}
        whole = [name for name in seen if self._is_whole(name, now_s)]
        return sorted(whole, key=lambda name: (seen[name][0][1], name))

    def _is_whole(self, name: str, now_s: float) -> bool:
        (size, *_), since_s, n_looks = self._seen[name]
        return n_looks >= _MIN_LOOKS and now_s - since_s >= self._needed_s(size)

    def _needed_s(self, size: int) -> float:
        return self._quiet_s if size else self._quiet_s * _EMPTY_PATIENCE

    def restart(self, name: str) -> None:
        """The file could not be taken: it has to be quiet all over again before the next try."""
        fingerprint, since_s, _ = self._seen[name]
        self._seen[name] = (fingerprint, since_s, 0)

    def forget(self, name: str) -> None:
        """The file is in the inbox no more: it was claimed."""
        self._seen.pop(name, None)
        self._first_s.pop(name, None)

    def waits(self, now_s: float) -> list[Wait]:
        """What the last look saw, those first that have been there longest."""

        def why(name: str) -> str:
            if name in self._held:
                return self._held[name]
            (size, *_), since_s, _ = self._seen[name]
            if self._is_whole(name, now_s):
                return "it is whole, its turn comes"
            if since_s > self._first_s[name]:
                return "still being written to"
            if not size:
                return f"it is empty; it has {self._needed_s(size):g} s to be filled"
            return f"it must be still for {self._quiet_s:g} s"

        oldest_first = sorted(self._first_s.items(), key=lambda first: first[1])
        return [Wait(name, now_s - first_s, why(name)) for name, first_s in oldest_first]

    @property
    def n_waiting(self) -> int:
        """How many files of the last look may yet become work."""
        return len(self._seen)
