"""The ground that the watcher stands on: are these the folders it knows, and can it work there.

Inbox and outbox carry a sentinel, ``.isco``. A folder that had one and has none now is the empty
mount point of a share that is away: nothing is read from it, and above all no result written to it,
where it would be hidden when the share returns. On which device a folder was is remembered on this
machine's own disk, so that a daemon may start before the share is mounted.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from core.errors import AlreadyRunningError, FolderError
from core.settings import WatcherSettings
from watcher.filesystem import Filesystem
from watcher.intake.claims import WORK

STAGING = ".staging"
SENTINEL = ".isco"
_SENTINEL_TEXT = """\
isco-coder works in this folder. While this file is missing, it takes the folder for the empty
place of a share that is not connected, and waits.
"""
_PROBE = ".probe"


class ShareDownError(OSError):
    """A folder is not the one that it was: its share is away."""


class Folders:
    """Inbox and outbox, with the private folders in them, and where finished inputs go."""

    def __init__(self, settings: WatcherSettings, files: Filesystem, worker: str) -> None:
        self.inbox, self.outbox = settings.inbox, settings.outbox
        self._settled = (settings.archive_dir, settings.rejected_dir)
        self._files, self._worker = files, worker
        self._is_tested = False

    def lock(self) -> FileLock:
        """One worker of this name on this machine; held until the process ends, however it ends.

        Raises AlreadyRunningError.
        """
        lock = FileLock(known(self.inbox, f"{self._worker}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyRunningError(
                f"another daemon already watches {str(self.inbox)!r} on this machine; to run a "
                "second one beside it, give it a name: isco watch --worker NAME"
            ) from None
        return lock

    def require(self) -> None:
        """Return where everything is in its place, tested once.

        Raises ShareDownError where a sentinel is missing, FolderError where a folder cannot be
        worked in.
        """
        if not self._is_tested:
            self._open()
        for folder, private in ((self.inbox, WORK), (self.outbox, STAGING)):
            if not self._has_sentinel(folder):
                raise ShareDownError(self._absent(folder))
            self._require_private(folder / private)

    def _open(self) -> None:
        """Make what is missing, where it was never there before, and try what is needed of it."""
        for folder in (self.inbox, self.outbox):
            if not self._has_sentinel(folder) and self._was_on_another_device(folder):
                raise ShareDownError(self._absent(folder))
        for folder in (self.inbox, self.outbox, *self._settled):
            self._make(folder)
        for folder, private in ((self.inbox, WORK), (self.outbox, STAGING)):
            self._require_private(folder / private)
            self._test(folder / private)
            if not self._has_sentinel(folder):
                self._files.write(folder / SENTINEL, _SENTINEL_TEXT.encode())
                self._files.publish(folder / SENTINEL)
            device = str(self._files.status(folder / SENTINEL).st_dev)
            known(folder, "device").write_text(device, encoding="ascii")
        for folder in (self.inbox, self.outbox, *self._settled):
            self._test(folder)
        self._is_tested = True

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(_refusal(folder, error)) from None

    def _test(self, folder: Path) -> None:
        """Make, write, sync, rename without replacing, remove: what the protocol lives on."""
        one, two, three = probes = [
            folder / f"{_PROBE}-{self._worker}-{number}" for number in (1, 2, 3)
        ]
        try:
            for probe in probes:  # left by a start that was killed
                self._files.remove_tree(probe)
            for probe in (one, two):
                self._files.make_dir(probe)
                self._files.write(probe / "probe", b"probe")
                self._files.sync(probe / "probe")
            try:
                self._files.rename_new(one, two)
            except FileExistsError:
                pass
            else:
                raise FolderError(
                    f"{str(folder)!r} lets one folder take the place of another that is not empty: "
                    "results could be lost there, choose a folder on another file system"
                )
            self._files.rename(one, three)
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
        """Whether it was another one when a daemon last worked there; False for a new folder."""
        try:
            device = known(folder, "device").read_text(encoding="ascii")
            return device != str(folder.stat().st_dev)
        except FileNotFoundError:
            return False

    def _require_private(self, folder: Path) -> None:
        """Make it, or raise FolderError: who may write in the inbox must not lead us elsewhere."""
        try:
            mode = self._files.status(folder).st_mode
        except FileNotFoundError:
            with suppress(FileExistsError):  # of several daemons the other made it
                self._files.make_dir(folder)
            mode = self._files.status(folder).st_mode
        if not stat.S_ISDIR(mode):
            raise FolderError(
                f"{str(folder)!r} is no folder of its own: somebody has put something else there; "
                "remove it"
            )

    def _absent(self, folder: Path) -> str:
        return (
            f"{str(folder)!r} is not the folder it was, its file {SENTINEL} is missing: is the "
            "share connected? If the folder is new on purpose, make an empty file of that name"
        )


def known(folder: Path, what: str) -> Path:
    """Where this machine remembers something about a folder, on its own disk."""
    known_dir = platformdirs.user_state_path("isco-coder", appauthor=False)
    known_dir.mkdir(parents=True, exist_ok=True)
    key = sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return known_dir / f"{key}.{what}"


def _refusal(folder: Path, error: OSError) -> str:
    return (
        f"{str(folder)!r} cannot be worked in: {error.strerror or error}. Expected a folder where "
        "this user can make, rename and remove files; change its permissions or the settings"
    )
