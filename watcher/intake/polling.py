"""The looks at the inbox: when, what they found, and whether the share is there at all."""

from __future__ import annotations

import logging

from core.errors import FolderError
from core.settings import WatcherSettings
from watcher.clock import Clock, back_off_s
from watcher.filesystem import Filesystem
from watcher.intake.folder_checks import Folders
from watcher.intake.stability import Stability, look
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
# With files waiting, the three looks of the quiet time come this often at most.
MIN_INTERVAL_S = 0.05
# Of the time that goes into looks: with 10,000 files waiting each takes a while.
_MAX_SHARE, _MAX_REST_S = 0.1, 10.0
_MAX_BLIND_S = 15.0  # between two looks while the share is away


class InboxPoller:
    """Looks in its time, and remembers what it saw.

    ``whole``: the files that may be taken, oldest first. ``blind``: why the last look failed, or
    None. ``next_s``: when the next one is due, by the monotonic clock.
    """

    def __init__(
        self,
        settings: WatcherSettings,
        folders: Folders,
        files: Filesystem,
        clock: Clock,
        status: StatusWriter,
    ) -> None:
        self._settings, self._folders, self._files = settings, folders, files
        self._clock, self._status = clock, status
        self.stability = Stability(settings.quiet_s)
        self.whole: list[str] = []
        self.blind: Exception | None = None
        self.next_s = 0.0
        self._n_blind = 0  # in a row
        self._told: set[str] = set()  # files that are held in the inbox

    @property
    def is_due(self) -> bool:
        """Whether it is time to look."""
        return self._clock.monotonic_s() >= self.next_s

    def soon(self) -> None:
        """Something has changed: the next look is due now."""
        self.next_s = min(self.next_s, self._clock.monotonic_s())

    def look(self, is_at_work: bool, model_version: str) -> None:
        """See what is there; where the inbox cannot be listed, less and less often.

        ``is_at_work``: files are claimed, so the next look comes sooner. ``model_version`` goes
        into the status.
        """
        now_s, poll_s = self._clock.monotonic_s(), self._settings.poll_s
        try:
            self._folders.require()
            listing = look(self._files, self._settings.inbox)
        except (OSError, FolderError) as error:
            self.whole, self.blind = [], error
            self._n_blind += 1
            self.next_s = now_s + back_off_s(poll_s, self._n_blind, _MAX_BLIND_S)
            if self._status.share_down(error):
                _LOG.warning("the folders cannot be read, looking again and again: %s", error)
            return
        if self.blind is not None:
            _LOG.info("the folders can be read again")
        self.blind, self._n_blind = None, 0
        self.whole = self.stability.observe(listing, now_s)
        for name in listing.held.keys() - self._told:
            _LOG.warning("%r is held: %s", name, listing.held[name])
        self._told = set(listing.held)
        self._status.looked(self.stability.waits(now_s), model_version)
        is_waiting = is_at_work or bool(self.stability.n_waiting)
        often_s = max(min(poll_s, self._settings.quiet_s / 3), MIN_INTERVAL_S)
        rest_s = (self._clock.monotonic_s() - now_s) / _MAX_SHARE
        self.next_s = now_s + max(often_s if is_waiting else poll_s, min(rest_s, _MAX_REST_S))
