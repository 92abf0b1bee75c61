"""Taking hold of a file, keeping hold of it, and taking over from the dead.

``inbox/.work/<id>.<attempts>.<worker>/``   one claim; nobody else can look into it
    ``<name>``    the input, moved here by one rename: of two workers one finds it gone
    ``.beat``     written anew while its worker lives
    ``.why``      the reason, once it is decided that the input is rejected

The name of the folder is all there is to know, and changes by one rename: when an attempt begins,
and when another worker takes over. A worker that was taken over from finds its folder gone.
"""

from __future__ import annotations

import itertools
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from watcher.filesystem import Filesystem
from watcher.intake.stability import kind

WORK = ".work"
BEAT, WHY = ".beat", ".why"
MAX_ATTEMPTS = 3
_LEASE_BEATS = 10


@dataclass(frozen=True)
class Claim:
    """A file that is ours. ``path`` is where it lies, alone with our own notes."""

    path: Path

    @property
    def name(self) -> str:
        """The name it had in the inbox."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """The claim's own folder."""
        return self.path.parent

    @property
    def id(self) -> str:
        """Unique among all claims ever, safe in any path, kept when it changes hands."""
        return self.folder.name.partition(".")[0]

    @property
    def attempts(self) -> int:
        """How often work on it was begun and not ended."""
        number = self.folder.name.split(".")[1:2]
        return int(number[0]) if number and number[0].isdecimal() else 0

    @property
    def worker(self) -> str:
        """Whose it is."""
        return self.folder.name.partition(".")[2].partition(".")[2]


def take(files: Filesystem, inbox: Path, name: str, worker: str) -> Claim | None:
    """Take hold of ``inbox/name``; None where it is gone or another worker was faster.

    What turns out to be no regular file is put back, with an OSError.
    """
    folder = inbox / WORK / f"{uuid.uuid4().hex}.0.{worker}"
    files.make_dir(folder)
    claim = Claim(folder / name)
    try:
        files.write(folder / BEAT, b"0")
        files.rename(inbox / name, claim.path)
        mode = files.status(claim.path).st_mode
    except OSError as error:
        _discard(files, folder)
        if isinstance(error, FileNotFoundError):
            return None
        raise
    if not stat.S_ISREG(mode):
        files.rename(claim.path, inbox / name)
        _discard(files, folder)
        raise OSError(f"it has become {kind(mode)}")
    return claim


def begin(files: Filesystem, claim: Claim) -> Claim:
    """The claim with one attempt more; FileNotFoundError where it is ours no more."""
    return _renamed(files, claim, claim.attempts + 1, claim.worker)


def rest(files: Filesystem, claim: Claim) -> Claim:
    """The claim with one attempt less: what ended it was no fault of the file."""
    return _renamed(files, claim, max(claim.attempts - 1, 0), claim.worker)


def steal(files: Filesystem, claim: Claim, worker: str) -> Claim | None:
    """Take over; None where somebody else did."""
    try:
        return _renamed(files, claim, claim.attempts, worker)
    except FileNotFoundError:
        return None


def _renamed(files: Filesystem, claim: Claim, attempts: int, worker: str) -> Claim:
    folder = claim.folder.with_name(f"{claim.id}.{attempts}.{worker}")
    if folder != claim.folder:
        files.rename(claim.folder, folder)
    return Claim(folder / claim.name)


def release(files: Filesystem, claim: Claim) -> None:
    """Remove the claim once its input has left it."""
    for note in (WHY, BEAT):
        with suppress(FileNotFoundError):
            files.remove(claim.folder / note)
    files.remove_dir(claim.folder)


def _discard(files: Filesystem, folder: Path) -> None:
    with suppress(OSError):
        release(files, Claim(folder / "nothing"))


def beat(files: Filesystem, claim: Claim, number: int) -> None:
    """Show that its worker lives; nothing where it is ours no more."""
    with suppress(OSError):
        files.write(claim.folder / BEAT, b"%d" % number)


def claims(files: Filesystem, inbox: Path) -> list[Claim]:
    """Every claim there is. One without an input has ``path`` = its folder's ``.gone``."""
    found = []
    for name in files.names(inbox / WORK):
        if name.startswith("."):
            continue  # a trial of the folder, see folders.py
        folder = inbox / WORK / name
        try:
            inside = [entry for entry in files.names(folder) if entry not in (BEAT, WHY)]
        except (FileNotFoundError, NotADirectoryError):
            continue  # it has ended since, or is none of ours
        found.append(Claim(folder / (inside[0] if inside else ".gone")))
    return found


def is_empty(claim: Claim) -> bool:
    """Whether its input has left it already, or never came."""
    return claim.name == ".gone"


class Leases:
    """Who is dead: a claim whose beat has not changed for ten heartbeats, by our own clock.

    What the server's clock says, or the clock of the worker, is never asked: no two clocks are
    compared. Content is read, because a network share may keep times back for a minute.
    """

    def __init__(self, files: Filesystem, heartbeat_s: float) -> None:
        self._files, self._lease_s = files, heartbeat_s * _LEASE_BEATS
        self._seen: dict[str, tuple[bytes, float]] = {}
        self._number = itertools.count(1)

    def lapsed(self, others: list[Claim], now_s: float) -> list[Claim]:
        """Take in one look at the claims of others and return those of the dead."""
        seen = {claim.folder.name: (self._beat_of(claim), now_s) for claim in others}
        for name, (beat, _) in seen.items():
            known = self._seen.get(name)
            if known is not None and known[0] == beat:
                seen[name] = known
        self._seen = seen
        dead = (now_s - since_s >= self._lease_s for _, since_s in seen.values())
        return [claim for claim, is_dead in zip(others, dead, strict=True) if is_dead]

    def _beat_of(self, claim: Claim) -> bytes:
        try:
            return self._files.read(claim.folder / BEAT)
        except FileNotFoundError:
            return b""

    def beat(self, claim: Claim) -> None:
        """Show that we live."""
        beat(self._files, claim, next(self._number))
