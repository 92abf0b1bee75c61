"""When the inbox is polled, what was found, and whether the share is available."""

from __future__ import annotations

import logging

from core.errors import FolderError
from watcher.clock import back_off_s
from watcher.environment import Environment
from watcher.intake.folder_checks import OWN_NAMES, Folders
from watcher.intake.listing import list_inbox
from watcher.intake.stability import Stability
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
# The shortest time between two polls while files wait.
MIN_INTERVAL_S = 0.05
# The share of the time that polls may take: with 10,000 files waiting each takes a while.
_MAX_POLL_SHARE = 0.1
_MAX_REST_S = 10.0
_MAX_UNAVAILABLE_S = 15.0  # between two polls while the share is unavailable


class InboxPoller:
    """Polls the inbox and remembers the result.

    Attributes
    ----------
    stable : the names of the files that may be claimed, oldest first.
    error : why the last poll failed, or None.
    next_poll_s : when the next poll is due, by the monotonic clock.
    """

    def __init__(self, environment: Environment, folders: Folders, status: StatusWriter) -> None:
        self._settings = environment.settings
        self._files = environment.files
        self._clock = environment.clock
        self._folders = folders
        self._status = status
        self.stability = Stability(environment.settings.quiet_s)
        self.stable: list[str] = []
        self.error: Exception | None = None
        self.next_poll_s = 0.0
        self._n_failures = 0  # in a row
        self._reported: set[str] = set()  # blocked files that were logged

    @property
    def is_due(self) -> bool:
        """Whether it is time to poll."""
        return self._clock.monotonic_s() >= self.next_poll_s

    def request_poll(self) -> None:
        """Make the next poll due now, because something has changed."""
        self.next_poll_s = min(self.next_poll_s, self._clock.monotonic_s())

    def poll(self, has_active_claims: bool, model_version: str | None) -> None:
        """List the inbox once; where it cannot be listed, back off.

        With active claims the next poll comes sooner. ``model_version`` goes into the status.
        """
        now_s = self._clock.monotonic_s()
        try:
            self._folders.check()
            listing = list_inbox(self._files, self._settings.inbox, OWN_NAMES)
        except (OSError, FolderError) as error:
            self._on_failure(error, now_s)
            return
        if self.error is not None:
            _LOG.info("the folders are available again")
        self.error = None
        self._n_failures = 0
        self.stable = self.stability.observe(listing, now_s)
        for name in listing.blocked.keys() - self._reported:
            _LOG.warning("%r is not processed: %s", name, listing.blocked[name])
        self._reported = set(listing.blocked)
        self._status.on_poll(self.stability.waiting_files(now_s), model_version, listing.ignored)
        self.next_poll_s = now_s + self._interval_s(has_active_claims, now_s)

    def _on_failure(self, error: Exception, now_s: float) -> None:
        self.stable = []
        self.error = error
        self._n_failures += 1
        wait_s = back_off_s(self._settings.poll_s, self._n_failures, _MAX_UNAVAILABLE_S)
        self.next_poll_s = now_s + wait_s
        if self._status.on_share_unavailable(error):
            _LOG.warning("a folder is unavailable, trying again: %s", error)

    def _interval_s(self, has_active_claims: bool, began_s: float) -> float:
        """Return the time from the beginning of this poll to the next one."""
        poll_s = self._settings.poll_s
        rest_s = min((self._clock.monotonic_s() - began_s) / _MAX_POLL_SHARE, _MAX_REST_S)
        if has_active_claims or self.stability.n_waiting:
            # Three polls within the quiet time show that a file is stable.
            until_stable_s = self.stability.next_stable_s(began_s) - began_s
            poll_s = max(min(poll_s, self._settings.quiet_s / 3, until_stable_s), MIN_INTERVAL_S)
        return max(poll_s, rest_s)
