"""Whether the corrections that a daemon has used are still there, also after a restart."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from core.corrections.presence import CorrectionsAwayError, present_folder
from core.files.own_files import OwnFileError, read_own_file
from core.files.whole_file import write_atomic
from watcher.intake.local_state import local_state_path


class KnownCorrections:
    """The corrections folder, and which one it was when a daemon last saw corrections in it."""

    def __init__(self, corrections_dir: Path) -> None:
        self._dir = corrections_dir
        self._path = local_state_path(corrections_dir, "corrections")
        try:
            self._known = read_own_file(self._path).decode("ascii")
        except (OSError, OwnFileError, UnicodeDecodeError):
            self._known = ""  # no daemon has seen corrections there

    def check(self) -> None:
        """Return where the corrections are there, and remember their folder.

        Raises CorrectionsAwayError where they are not, OSError where the folder cannot be listed.
        """
        present = present_folder(self._dir, self._known)
        if present != self._known:
            self._known = present
            with suppress(OSError):  # then only this daemon remembers it, until it ends
                write_atomic(self._path, present)

    def why_away(self) -> str | None:
        """Return why a daemon would wait for the corrections; None where it would not."""
        try:
            present_folder(self._dir, self._known)
        except CorrectionsAwayError as error:
            return str(error)
        except OSError:
            return None  # that the folder cannot be used is another finding
        return None
