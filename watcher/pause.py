"""The pause of all files: a folder, the share or the model has failed, and not one file."""

from __future__ import annotations

import logging

from core.errors import BundleError
from watcher.clock import back_off_s
from watcher.environment import Environment
from watcher.faults import failed_folder
from watcher.intake.folder_checks import Folders
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
MAX_PAUSE_S = 60.0
"""A pause, and the time before a file that cannot be read is tried again, is at most so long."""


class Pause:
    """Lets all files wait, longer every time, until the folders work again.

    Attributes
    ----------
    cause : why all files wait; None while they do not.
    until_s : when the next attempt may be made, by the monotonic clock.
    n_in_a_row : how many pauses followed each other without a finished file.
    """

    def __init__(self, environment: Environment, folders: Folders, status: StatusWriter) -> None:
        self._poll_s = environment.settings.poll_s
        self._clock = environment.clock
        self._folders = folders
        self._status = status
        self.cause: Exception | None = None
        self.until_s = 0.0
        self.n_in_a_row = 0
        self._reported = ""

    @property
    def lasts(self) -> bool:
        """Whether no file may be started now."""
        return self._clock.monotonic_s() < self.until_s

    def begin(self, cause: Exception) -> None:
        """Let all files wait."""
        self._status.on_pause(cause)
        self.cause = cause
        self.n_in_a_row += 1
        self.until_s = self._clock.monotonic_s() + back_off_s(
            self._poll_s, self.n_in_a_row, MAX_PAUSE_S
        )

    def begin_if_folders_fail(self) -> bool:
        """Let all files wait if a trial write in the folders fails; return whether it did."""
        cause = failed_folder(self._folders)
        if cause is None:
            return False
        if str(cause) != self._reported:
            _LOG.warning("paused, all files are kept and tried again: %s", cause)
        self._reported = str(cause)
        self.begin(cause)
        return True

    def end_if_over(self) -> None:
        """Continue when the time is over, if the folders work again.

        Whether a model can be loaded shows only with the next file.
        """
        cause = self.cause
        if cause is None or self.lasts:
            return
        self.cause = None
        if isinstance(cause, BundleError):
            return
        if not self.begin_if_folders_fail():
            self.n_in_a_row = 0
            self._status.on_resume()
            if self._reported:
                _LOG.info("the pause is over: the folders work again")
            self._reported = ""

    def on_finished_file(self) -> None:
        """Count the pauses anew: the model and the folders work."""
        self.n_in_a_row = 0
