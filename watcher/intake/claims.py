"""Claims: how one daemon of several takes a file, keeps it, and takes it over from a dead one.

``inbox/.work/<id>.<attempts>.<owner>/``   one claim; other users cannot read it
    ``<name>``    the input, moved here by one rename: of two daemons one finds it gone
    ``.beat``     the heartbeat, written again while the owner is alive
    ``.why``      the reason, once it is decided that the input is rejected
    ``.from``     the folder in the inbox that the input was in, if it was in one

The state of a claim is the name of its folder, which changes by one rename: when an attempt starts,
and when another daemon takes the claim over. The former owner then finds its folder gone.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.files.named_errors import name_instead
from core.files.own_files import OwnFileError
from core.formats.file_names import is_litter
from core.languages.message import Message
from watcher.filesystem import Filesystem
from watcher.intake.listing import kind_of, unreadable
from watcher.open_files import Writers

WORK = ".work"
HEARTBEAT = ".beat"
REASON = ".why"
ORIGIN = ".from"
NOTES = frozenset({HEARTBEAT, REASON, ORIGIN})
"""The names of what the program itself has beside the input of a claim."""
STILL_OPEN = Message("somebody has it open for writing; waiting until it is closed")
MAX_ATTEMPTS = 3
_NO_INPUT = ".gone"


class HeldError(OSError):
    """A file that stays in the inbox for now; its argument, a ``Message``, says why."""


class UnreadableError(HeldError):
    """A file in the inbox that this user may not read."""


class StillOpenError(HeldError):
    """A file in the inbox that somebody has open for writing."""


@dataclass(frozen=True)
class Claim:
    """A claimed file.

    ``path`` is where it is, beside the notes of the claim and what systems put there; ``origin`` is
    the folder in the inbox that it was in, empty where it was in none.
    """

    path: Path
    origin: str = ""

    @property
    def name(self) -> str:
        """The name that the file had in the inbox, without its folder."""
        return self.path.name

    @property
    def inbox_path(self) -> str:
        """The path that the file had in the inbox: what people know it by."""
        return f"{self.origin}/{self.name}" if self.origin else self.name

    @property
    def folder(self) -> Path:
        """The folder of the claim."""
        return self.path.parent

    @property
    def id(self) -> str:
        """The id of the claim: unique for ever, safe in any path, kept when the owner changes."""
        return self.folder.name.partition(".")[0]

    @property
    def attempts(self) -> int:
        """The number of attempts that were started and did not end."""
        number = self.folder.name.split(".")[1:2]
        return int(number[0]) if number and number[0].isdecimal() else 0

    @property
    def owner(self) -> str:
        """The name of the daemon that has the claim."""
        return self.folder.name.partition(".")[2].partition(".")[2]

    @property
    def is_empty(self) -> bool:
        """Whether the input has left the claim already, or never came."""
        return self.name == _NO_INPUT


def claim_file(files: Filesystem, inbox: Path, name: str, owner: str) -> Claim | None:
    """Claim ``inbox/name``; return None where it is gone or another daemon was faster.

    In a folder of the inbox the name is relative to the inbox, and no link on the way is followed.
    What turns out to be no regular file is moved back, with an OSError. UnreadableError where the
    file cannot be read, and StillOpenError where somebody has it open for writing: it stays in the
    inbox, where its owner can change that.
    """
    try:
        files.check_readable(inbox / name)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise UnreadableError(unreadable(error)) from None
    if files.writers(inbox / name) is Writers.SOME:
        raise StillOpenError(STILL_OPEN)
    folder = inbox / WORK / f"{uuid.uuid4().hex}.0.{owner}"
    path = inbox / name
    origin = "" if path.parent == inbox else str(path.parent.relative_to(inbox))
    claim = Claim(folder / path.name, origin)
    try:
        files.make_dir(folder)
    except OSError as error:
        name_instead(error, folder, folder.parent)
        raise
    try:
        files.write(folder / HEARTBEAT, b"0")
        if origin:
            files.write(folder / ORIGIN, os.fsencode(origin))
            files.rename_inside(inbox, path, claim.path)
        else:
            files.rename(path, claim.path)
        mode = files.status(claim.path).st_mode
    except OSError as error:
        _discard(files, folder)
        if isinstance(error, FileNotFoundError):
            return None
        name_instead(error, folder, folder.parent)
        if isinstance(error, PermissionError):
            error.strerror = (
                f"{error.strerror}; the user of isco-coder must be allowed to rename it"
            )
        raise
    if not stat.S_ISREG(mode):
        files.rename_inside(inbox, claim.path, path)
        _discard(files, folder)
        raise OSError(f"it has become {kind_of(mode)}")
    return claim


def _origin_of(files: Filesystem, folder: Path) -> str:
    try:
        return os.fsdecode(files.read(folder / ORIGIN))
    except (FileNotFoundError, OwnFileError):
        return ""


def start_attempt(files: Filesystem, claim: Claim) -> Claim:
    """Return the claim with one attempt more; FileNotFoundError where it was taken over."""
    return _renamed(files, claim, claim.attempts + 1, claim.owner)


def undo_attempt(files: Filesystem, claim: Claim) -> Claim:
    """Return the claim with one attempt less: what ended the attempt was no fault of the file."""
    return _renamed(files, claim, max(claim.attempts - 1, 0), claim.owner)


def take_over(files: Filesystem, claim: Claim, owner: str) -> Claim | None:
    """Give the claim a new owner; return None where another daemon was faster."""
    try:
        return _renamed(files, claim, claim.attempts, owner)
    except FileNotFoundError:
        return None


def _renamed(files: Filesystem, claim: Claim, attempts: int, owner: str) -> Claim:
    folder = claim.folder.with_name(f"{claim.id}.{attempts}.{owner}")
    if folder != claim.folder:
        files.rename(claim.folder, folder)
    return Claim(folder / claim.name, claim.origin)


def remove(files: Filesystem, claim: Claim) -> None:
    """Remove the folder of a claim that its input has left, with all that is beside an input."""
    for note in (ORIGIN, REASON, HEARTBEAT):
        with suppress(FileNotFoundError):
            files.remove(claim.folder / note)
    for name in set(files.names(claim.folder)) - set(input_names(files, claim.folder)):
        files.remove_tree(claim.folder / name)
        with suppress(OSError):  # it was a folder, or is still open on a network share
            files.remove(claim.folder / name)
    files.remove_dir(claim.folder)


def input_names(files: Filesystem, folder: Path) -> list[str]:
    """Return the name of the input of a claim: the only one, or none where it has left.

    Beside it are notes, and what a disk station, a Mac or a network share puts into every folder.
    """
    names = set(files.names(folder)) - NOTES
    return [name for name in names if not is_litter(name) and not name.startswith("._")]


def _discard(files: Filesystem, folder: Path) -> None:
    """Remove a claim that came to nothing; one whose input has come after all is recovered."""
    with suppress(OSError):
        if not input_names(files, folder):
            remove(files, Claim(folder / _NO_INPUT))


def _raise(error: OSError) -> None:
    raise error


def list_claims(
    files: Filesystem, inbox: Path, on_fault: Callable[[OSError], None] = _raise
) -> list[Claim]:
    """Return the claims of all daemons; one that its input has left ``is_empty``.

    ``on_fault`` gets the error of one that cannot be read, which is left out where it returns.
    """
    listed = []
    for folder in _claim_folders(files, inbox):
        try:
            inputs = input_names(files, folder)
            origin = _origin_of(files, folder)
        except (FileNotFoundError, NotADirectoryError):
            continue  # the claim has ended since, or this is no claim
        except OSError as error:
            on_fault(error)
            continue
        listed.append(Claim(folder / (inputs[0] if inputs else _NO_INPUT), origin))
    return listed


def claim_ids(files: Filesystem, inbox: Path) -> set[str]:
    """Return the ids of the claims of all daemons, also of those that cannot be read."""
    return {Claim(folder / _NO_INPUT).id for folder in _claim_folders(files, inbox)}


def _claim_folders(files: Filesystem, inbox: Path) -> list[Path]:
    work_dir = inbox / WORK
    # A hidden one is a probe of the folder, see folder_checks.py.
    return [work_dir / name for name in sorted(files.names(work_dir)) if not name.startswith(".")]


def is_taken_over(files: Filesystem, inbox: Path, claim: Claim) -> bool:
    """Whether a claim whose folder is gone has another owner; else somebody removed it."""
    try:
        return claim.id in claim_ids(files, inbox)
    except OSError:
        return False
