"""Attempts that do not count and could not be taken back, remembered on this machine's own disk.

The share is away when an attempt is to be taken back, and the process may end before the share is
there again, as ``isco watch --once`` does. Without a note the next run would take the attempt for
one in which the file ended the program.
"""

from __future__ import annotations

from contextlib import suppress

from core.files.own_files import OwnFileError, read_own_file
from core.files.whole_file import write_atomic
from watcher.environment import Environment
from watcher.intake import claims
from watcher.intake.claims import Claim
from watcher.intake.local_state import local_state_path


class UndoNotes:
    """The claims of one daemon whose last attempt is still to be taken back.

    A note that cannot be written costs a file one of its three attempts: no error is raised.
    """

    def __init__(self, environment: Environment) -> None:
        self._files = environment.files
        self._path = local_state_path(environment.settings.inbox, f"{environment.name}.undo")

    def __contains__(self, claim: Claim) -> bool:
        """Whether the last attempt of a claim is to be taken back."""
        return claim.folder.name in self._read()

    def undo_attempt(self, claim: Claim) -> Claim:
        """Take back the last attempt of a claim, as ``claims.undo_attempt``.

        Raises OSError where that cannot be done now, and remembers it.
        """
        names = self._read()
        name = claim.folder.name
        try:
            undone = claims.undo_attempt(self._files, claim)
        except OSError:
            if name not in names:
                self._write(names | {name})
            raise
        if name in names:
            self._write(names - {name})
        return undone

    def _read(self) -> set[str]:
        try:
            return set(read_own_file(self._path).decode("utf-8", "surrogateescape").splitlines())
        except (OSError, OwnFileError):
            return set()

    def _write(self, names: set[str]) -> None:
        content = "".join(f"{name}\n" for name in sorted(names))
        with suppress(OSError):
            write_atomic(self._path, content.encode("utf-8", "surrogateescape"))
