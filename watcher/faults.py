"""What an error means while a file is in progress: is it one of the file, or one of all files?"""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from core.errors import BundleError, FolderError, InputError
from core.files.named_errors import DISK_FULL, words_of_full_disk
from core.settings_file.project import name_settings_file
from watcher.delivery import archive
from watcher.environment import Environment
from watcher.intake import claims
from watcher.intake.active_claims import ActiveClaim
from watcher.intake.claims import Claim
from watcher.intake.folder_checks import Folders
from watcher.intake.local_state import local_state_dir

_LOG = logging.getLogger(__name__)
# What passes: the disk, the share, the model, a folder of the watcher. No file is rejected for it.
PASSING_FAULTS = (OSError, BundleError, FolderError)
_REFUSALS = {
    errno.EACCES: "let this user read and write there",
    errno.EPERM: "let this user read and write there",
    errno.EROFS: "mount it with the right to write",
}


class NoSpaceError(OSError):
    """A folder has too little space for one file; the message names it and says what to do."""


def explained(error: Exception, environment: Environment) -> Exception:
    """Return an error that says what to do where ``error`` is a full disk or a missing right.

    Of a full disk it names the folder without space. What was written is removed by then. An error
    that names no path came from any of the folders that a file passes through: the one with the
    least space is named.
    """
    if not isinstance(error, OSError):
        return error
    if (remedy := _REFUSALS.get(error.errno or 0)) and error.filename is not None:
        paths = (str(path) for path in (error.filename, error.filename2) if path is not None)
        return OSError(f"{' -> '.join(map(repr, paths))}: {error.strerror}; {remedy}")
    if error.errno not in DISK_FULL:
        return error
    settings, corrections_dir = environment.settings, environment.corrections_dir
    places = [settings.outbox, settings.inbox, settings.archive_dir, settings.rejected_dir]
    places += [*filter(None, [corrections_dir]), local_state_dir(), Path(tempfile.gettempdir())]
    free = _free_bytes(places)
    folder = min(free, key=lambda place: free[place], default=settings.outbox)
    if isinstance(error.filename, str | Path):
        folder = next((p for p in places if Path(error.filename).is_relative_to(p)), folder)
    space = f", of which {free[folder] / 1e6:,.1f} MB are free," if folder in free else ""
    return NoSpaceError(
        f"{str(folder)!r}{space} has too little space for this file and its results: "
        f"{words_of_full_disk(error, folder)}. Make space there"
    )


def _free_bytes(folders: list[Path]) -> dict[Path, int]:
    """Return how much is free in each folder where that can be known."""
    free = {}
    for folder in folders:
        with suppress(OSError):
            free[folder] = shutil.disk_usage(folder).free
    return free


def cause_for_all(error: Exception, folders: Folders) -> Exception | None:
    """Return why no file can be processed, None where the error is one of this file alone.

    An error of the operating system stops all files only if a trial write fails, too.
    """
    return failed_folder(folders) if isinstance(error, OSError) else error


def failed_folder(folders: Folders) -> OSError | FolderError | None:
    """Return why a trial write in the folders fails; None where all of them work."""
    try:
        folders.probe()
    except (OSError, FolderError) as cause:
        return cause
    return None


def is_lost(claim: Claim, environment: Environment, folders: Folders) -> bool:
    """Whether a fault came from the input having left the claim; release what is left then."""
    files = environment.files
    inbox, outbox = environment.settings.inbox, environment.settings.outbox
    try:
        folders.check()
        inputs = claims.input_names(files, claim.folder)
        if claim.name in inputs:
            return False
        if inputs:  # the next recovery takes the claim up again, with the new name
            _LOG.warning("%r: somebody renamed the file while it was in progress", claim.inbox_path)
            return True
        _LOG.warning("%r: somebody deleted the file while it was in progress", claim.inbox_path)
        archive.release(files, claim, outbox)
    except FileNotFoundError:
        if claims.is_taken_over(files, inbox, claim):
            _LOG.info("%r: another daemon has taken the file over", claim.inbox_path)
        else:
            _LOG.warning("%r: somebody removed the claim with the file", claim.inbox_path)
    except (OSError, FolderError):
        return False  # the share is unavailable: nothing can be known
    return True


def reason_of(error: InputError, claim: Claim, config: Path | None) -> str:
    """Return why an input cannot be read, with its path in the inbox and that of the settings.

    ``config`` is the file of settings. Raises BundleError for an error of a file that is not the
    input, such as one of the corrections.
    """
    reason = name_settings_file(str(error), config)
    path = error.file
    if isinstance(path, Path) and path.parent != claim.folder and path.exists():
        raise BundleError(reason) from error
    return reason.replace(repr(claim.name), repr(claim.inbox_path), 1)


def too_many_attempts(active: ActiveClaim) -> str:
    """Return why a file is rejected whose attempts ended three times without an answer.

    What ended those of an earlier run of the daemon is not known.
    """
    if active.worker_loss is None:
        what = "the daemon or its worker process ended three times in the middle of this file"
    else:
        what = (
            f"this file stopped the worker process three times; the last time: {active.worker_loss}"
        )
    return (
        f"{active.claim.inbox_path!r}: {what}. Divide it into smaller files and drop them one by "
        "one to find the part that causes this."
    )
