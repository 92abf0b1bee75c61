"""What an error means while a file is in progress: is it one of the file, or one of all files?"""

from __future__ import annotations

from pathlib import Path

from core.errors import BundleError, FolderError, InputError
from watcher.intake.active_claims import ActiveClaim
from watcher.intake.claims import Claim
from watcher.intake.folder_checks import Folders

# What passes: the disk, the share, the model, a folder of the watcher. No file is rejected for it.
PASSING_FAULTS = (OSError, BundleError, FolderError)


def cause_for_all(error: Exception, folders: Folders) -> Exception | None:
    """Return why no file can be processed, None where the error is one of this file alone.

    An error of the operating system stops all files only if a trial write fails, too.
    """
    if not isinstance(error, OSError):
        return error
    try:
        folders.probe()
    except (OSError, FolderError) as cause:
        return cause
    return None


def is_of_another_file(error: InputError, claim: Claim) -> bool:
    """Whether an error names a file that is not the input, such as one of the corrections."""
    path = error.file
    return isinstance(path, Path) and path.parent != claim.folder and path.exists()


def too_many_attempts(active: ActiveClaim) -> str:
    """Return why a file that stopped the worker process three times is rejected."""
    last = f"; the last time: {active.worker_loss}" if active.worker_loss is not None else ""
    return (
        f"{active.claim.name!r}: this file stopped the worker process three times{last}. Divide it "
        "into smaller files and drop them one by one to find the part that causes this."
    )
