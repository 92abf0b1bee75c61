"""Whether the corrections folder is still the one that corrections were read from.

A share that is away leaves no folder, or the empty folder where it was mounted. Both look as if
nobody had ever corrected anything.
"""

from __future__ import annotations

from pathlib import Path

from core.files.own_files import SENTINEL
from core.formats.file_names import suffix_of


class CorrectionsAwayError(OSError):
    """The corrections folder is missing, or another one without corrections has its place."""


def present_folder(corrections_dir: Path, known: str) -> str:
    """Return the identity of the folder if corrections files are in it, else an empty text.

    ``known`` is what an earlier call returned. A folder that was emptied keeps its identity, and so
    is no other one. Raises CorrectionsAwayError where corrections were known, and OSError where the
    folder cannot be listed.
    """
    try:
        status = corrections_dir.stat()
        names = {path.name for path in corrections_dir.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        if known:
            raise CorrectionsAwayError(_away(corrections_dir, "is missing")) from None
        return ""
    identity = f"{status.st_dev}:{status.st_ino}"
    if any(suffix_of(name) for name in names):
        return identity
    if known not in ("", identity) and SENTINEL not in names:
        raise CorrectionsAwayError(_away(corrections_dir, "is another folder, without corrections"))
    return ""


def _away(corrections_dir: Path, what: str) -> str:
    return (
        f"{str(corrections_dir)!r} {what}, and corrections were read from there: is the share "
        f"connected? If it is new on purpose, create the folder with an empty file "
        f"{SENTINEL} in it"
    )
