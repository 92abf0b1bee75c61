"""Whether the folders of the watcher are the right ones, and whether it can work in them.

Inbox and outbox have a sentinel file, ``.isco``. A folder that had one and has none now is the
empty mount point of a share that is not connected. Nothing is read from it and no result is written
to it, because it would be hidden when the share is connected again. The device of each folder is
remembered on this machine's own disk, so that a daemon may start before the share is mounted.
Nothing is coded either while corrections that were there are away (``known_corrections.py``).
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import AlreadyRunningError, FolderError
from core.files.named_errors import DISK_FULL, words_of_full_disk
from core.files.own_files import SENTINEL
from core.files.whole_file import write_atomic
from watcher.environment import Environment
from watcher.intake.claims import WORK, Claim
from watcher.intake.known_corrections import KnownCorrections
from watcher.intake.listing import kind_of
from watcher.intake.local_state import device_path, local_state_path, make_local_state_dir

_LOG = logging.getLogger(__name__)
STAGING = ".staging"
_SENTINEL_TEXT = """\
isco-coder works in this folder. While this file is missing, isco-coder assumes that the share of
this folder is not connected, and waits.
"""
_PROBE = ".probe"
_PLACEHOLDER = ".gitkeep"  # keeps the empty folder in the repository of this program
OWN_NAMES = frozenset({WORK, SENTINEL, _PLACEHOLDER})
"""What the program itself has in the inbox, beside the probes of a start."""
# The results of a small file: a folder that cannot take so much is full for all files.
PROBE_BYTES = 1 << 18
_CHANGES = {
    errno.EROFS: "mount it with the right to write",
    errno.EEXIST: "remove what is there",
    errno.ENOTDIR: "remove what is there",
}
_FULL = DISK_FULL | {errno.EFBIG}


class ShareUnavailableError(OSError):
    """A folder has lost its sentinel: its share is not connected."""


class Folders:
    """Checks the inbox, the outbox and their private folders, the archive, the rejected files.

    It also checks that the corrections are there, if the environment names their folder.
    """

    def __init__(self, environment: Environment) -> None:
        settings = environment.settings
        self._inbox = settings.inbox
        self._outbox = settings.outbox
        self._private_dirs = (settings.inbox / WORK, settings.outbox / STAGING)
        self._final_dirs = (settings.archive_dir, settings.rejected_dir)
        self._files = environment.files
        self._name = environment.name
        self._is_tested = False
        corrections_dir = environment.corrections_dir
        self._corrections = KnownCorrections(corrections_dir) if corrections_dir else None
        self._kept_dirs = (*self._final_dirs, *filter(None, [corrections_dir]))
        # Owner and mode of what this user creates in a folder: a share may have only one of each.
        self._own: dict[Path, tuple[int, int]] = {}

    def lock(self) -> FileLock:
        """Return a lock that only one daemon of this name on this machine can have.

        It is released when the process ends, however it ends. Raises AlreadyRunningError, or
        FolderError where there is no place for it.
        """
        make_local_state_dir()
        lock = FileLock(local_state_path(self._inbox, f"{self._name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyRunningError(
                f"another daemon already watches {str(self._inbox)!r} on this machine; to run a "
                "second one beside it, give it a name: isco watch --worker NAME"
            ) from None
        return lock

    def check(self) -> None:
        """Return where all folders are usable; the first successful check also tests them.

        Raises ShareUnavailableError where a sentinel is missing, CorrectionsAwayError where the
        corrections are, FolderError where a folder cannot be used.
        """
        if not self._is_tested:
            self._prepare()
        for folder in (self._inbox, self._outbox):
            if not self._has_sentinel(folder):
                raise ShareUnavailableError(_no_sentinel(folder))
        for private_dir in self._private_dirs:
            self._require_private(private_dir)
        if self._corrections is not None:
            self._corrections.check()

    def _prepare(self) -> None:
        """Create missing folders, unless their share is not connected, and test all of them."""
        for folder in (self._inbox, self._outbox):
            if not self._has_sentinel(folder) and self._was_on_another_device(folder):
                raise ShareUnavailableError(_no_sentinel(folder))
        self._refuse_loops()
        make_local_state_dir()
        for folder in (self._inbox, self._outbox, *self._final_dirs):
            self._make(folder)
            self._test(folder)
        for private_dir in self._private_dirs:
            self._require_private(private_dir)
            self._test(private_dir)
            self._mark(private_dir.parent)
            self._warn_of_others(private_dir)
        self._is_tested = True

    def _refuse_loops(self) -> None:
        """Raise FolderError where what leaves the inbox would come back into it."""
        inbox = self._inbox.resolve()
        for folder in (self._outbox, *self._kept_dirs):
            if folder.resolve().is_relative_to(inbox):
                raise FolderError(
                    f"{str(folder)!r} is the inbox or a folder in it: files would come back for "
                    "ever; choose another folder in the settings"
                )

    def _warn_of_others(self, private_dir: Path) -> None:
        """Warn where others may rename the private folder; the sticky bit forbids it."""
        folder = private_dir.parent
        status = self._files.status(folder.resolve())  # the mode of a link says nothing
        is_shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not (
            status.st_mode & stat.S_ISVTX
        )
        owner, _ = self._own[folder]
        if is_shared or status.st_uid not in (owner, 0):
            _LOG.warning(
                "others can replace %s: let the user of isco-coder own %s, with the sticky bit "
                "(chmod +t); see docs/operations.md, shared folders",
                private_dir,
                folder,
            )

    def probe(self) -> None:
        """Try all operations of the protocol in all folders. Raises FolderError naming the folder.

        It tells a fault of a place, which stops all files, from a fault of one file.
        """
        self.check()
        for private_dir in reversed(self._private_dirs):
            self._test(private_dir)
        for folder in (self._outbox, self._inbox, *self._final_dirs):
            self._make(folder)
            self._test(folder)

    def _mark(self, folder: Path) -> None:
        """Write the sentinel where there is none, and remember the device of the folder."""
        if not self._has_sentinel(folder):
            self._files.write(folder / SENTINEL, _SENTINEL_TEXT.encode())
            self._files.publish(folder / SENTINEL)
        device = str(self._files.status(folder / SENTINEL).st_dev)
        write_atomic(device_path(folder), device)

    def _make(self, folder: Path) -> None:
        """Create a folder that is missing, and say so: its path may be mistyped."""
        is_missing = not os.path.lexists(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(_refusal(folder, error)) from None
        if is_missing:
            _LOG.info("made the folder %s, which was missing", folder)

    def _test(self, folder: Path) -> None:
        """Try the operations of the protocol: create, write, sync, rename without replacing."""
        first, second, third = probes = [
            folder / f"{_PROBE}-{self._name}-{number}" for number in (1, 2, 3)
        ]
        try:
            for probe in probes:  # left by a start that was killed
                self._files.remove_tree(probe)
            for probe in (first, second):
                self._files.make_dir(probe)
                self._own[folder] = _owner_and_mode(self._files.status(probe))
                content = bytes(PROBE_BYTES if probe == first else 1)
                self._files.write(probe / "probe", content)
                self._files.publish(probe / "probe")
                self._files.sync(probe / "probe")
            try:
                self._files.rename_new(first, second)
            except FileExistsError:
                pass
            else:
                raise FolderError(
                    f"in {str(folder)!r} a rename replaces a folder that is not empty, so results "
                    "could be lost; choose a folder on another file system"
                )
            self._files.rename(first, third)
            self._files.sync(folder)
        except OSError as error:
            raise FolderError(_refusal(folder, error)) from None
        finally:
            for probe in probes:
                self._files.remove_tree(probe)

    def _has_sentinel(self, folder: Path) -> bool:
        try:
            self._files.status(folder / SENTINEL)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def _was_on_another_device(self, folder: Path) -> bool:
        """Whether a daemon last saw the folder on another device; False for a new folder.

        Of a folder that is missing, the nearest one above it decides: a share that is not connected
        may lack the whole path, and what a link leads to.
        """
        try:
            device = device_path(folder).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return False
        path = folder.resolve()
        nearest = next(place for place in (path, *path.parents) if place.exists())
        return device != b"%d" % nearest.stat().st_dev

    def _require_private(self, folder: Path) -> None:
        """Create the private folder. Raises FolderError where something else has its name.

        Whoever can write into the inbox must not lead the watcher to another place by a link.
        """
        try:
            status = self._files.status(folder)
        except FileNotFoundError:
            with suppress(FileExistsError):  # another daemon has just created it
                self._files.make_dir(folder)
            status = self._files.status(folder)
        if not stat.S_ISDIR(status.st_mode):
            raise FolderError(
                f"{str(folder)!r} is not a folder: something else has the name of a private folder "
                "of isco-coder; remove it"
            )
        owner, mode = self._own[folder.parent]
        if status.st_uid == owner and _owner_and_mode(status) != (owner, mode):
            self._files.make_private(folder)
            status = self._files.status(folder)
        if _owner_and_mode(status) != (owner, mode):
            actual_owner, actual_mode = _owner_and_mode(status)
            raise FolderError(
                f"{str(folder)!r} is not private: it belongs to user {actual_owner} with the mode "
                f"{actual_mode:o}, expected user {owner} and the mode {mode:o}. Somebody has "
                "replaced it: look into it, then remove it"
            )

    def require_own(self, claim: Claim) -> None:
        """Check that a claim is still what this user put there, from the inbox down to the file.

        Whoever can write into the inbox may have put a folder with links in its place. Raises
        FolderError, and OSError where the input is no regular file any more.
        """
        self.check()
        status = self._files.status(claim.folder)
        own = self._own[self._inbox / WORK]
        if not stat.S_ISDIR(status.st_mode) or _owner_and_mode(status) != own:
            raise OSError(f"{str(claim.folder)!r} is not a claim of this user")
        mode = self._files.status(claim.path).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(f"it has become {kind_of(mode)}")


def _owner_and_mode(status: os.stat_result) -> tuple[int, int]:
    return status.st_uid, stat.S_IMODE(status.st_mode) & 0o777


def _no_sentinel(folder: Path) -> str:
    return (
        f"{str(folder)!r} has no file {SENTINEL}: is the share connected? If this folder is new on "
        f"purpose, create an empty file {SENTINEL} in it"
    )


def _refusal(folder: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return (
            f"{str(folder)!r} cannot take {PROBE_BYTES // 1024} kB more: "
            f"{words_of_full_disk(error, folder)}; make space there"
        )
    change = _CHANGES.get(error.errno or 0, "change its permissions")
    return (
        f"{str(folder)!r} cannot be used: {error.strerror or error}. Expected a folder where this "
        f"user can create, rename and remove files; {change}, or name another one in the settings"
    )
