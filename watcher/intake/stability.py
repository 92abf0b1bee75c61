"""Which files in the inbox are stable, so that they may be claimed.

The directory listing is the truth; events only make the next poll come sooner. A file is stable
when its size, modification time and inode were the same in at least three polls over the quiet
time. That time is measured on the daemon's own clock, because a file's time may be old (``cp -p``)
or in the future.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.formats.file_names import UNFINISHED
from core.languages.message import Message
from watcher.intake.listing import Fingerprint, Listing, top_folder

_MIN_POLLS = 3
# An empty file is often the placeholder of a program that is about to fill it.
_N_QUIET_TIMES_EMPTY = 10


@dataclass(frozen=True)
class WaitingFile:
    """A file in the inbox: how long it has been there, and the reason why it waits."""

    name: str
    age_s: float
    reason: str


@dataclass(frozen=True)
class _Observation:
    """A file's fingerprint, since when it is the same, and in how many polls."""

    fingerprint: Fingerprint
    since_s: float
    n_polls: int


class Stability:
    """Remembers what every poll found, and decides which files are stable."""

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._observed: dict[str, _Observation] = {}
        self._blocked: dict[str, str] = {}
        self._unsettled_folders: set[str] = set()
        self._unfinished_folders: set[str] = set()
        self._first_seen_s: dict[str, float] = {}
        self.held: set[str] = set()
        """The files of the last poll that cannot be claimed before somebody acts."""

    def observe(self, listing: Listing, now_s: float) -> list[str]:
        """Take in the poll of ``now_s`` (monotonic) and return the stable files, oldest first.

        The files of a folder are stable together: it may still be copied.
        """
        observed = {}
        for name, fingerprint in listing.files.items():
            before = self._observed.get(name)
            if before is None or before.fingerprint != fingerprint:
                before = _Observation(fingerprint, now_s, 0)
            observed[name] = _Observation(fingerprint, before.since_s, before.n_polls + 1)
        self._observed = observed
        self._blocked = listing.blocked | dict.fromkeys(listing.unfinished, UNFINISHED)
        self.held &= observed.keys()
        names = [*observed, *self._blocked]
        self._first_seen_s = {name: self._first_seen_s.get(name, now_s) for name in names}
        moving = {name for name in observed.keys() - self.held if not self._is_stable(name, now_s)}
        self._unfinished_folders = {top_folder(name) for name in listing.unfinished} - {""}
        self._unsettled_folders = {top_folder(name) for name in moving} - {""}
        self._unsettled_folders |= self._unfinished_folders
        stable = [
            name
            for name in observed
            if self._is_stable(name, now_s) and top_folder(name) not in self._unsettled_folders
        ]
        return sorted(stable, key=lambda name: (observed[name].fingerprint.mtime_ns, name))

    def _is_stable(self, name: str, now_s: float) -> bool:
        observation = self._observed[name]
        quiet_s = self._required_quiet_s(observation.fingerprint.size)
        return observation.n_polls >= _MIN_POLLS and now_s - observation.since_s >= quiet_s

    def next_stable_s(self, now_s: float) -> float:
        """Return when the next file will have been quiet for long enough, if none changes."""
        stable_s = (
            observation.since_s + self._required_quiet_s(observation.fingerprint.size)
            for observation in self._observed.values()
        )
        return min((moment_s for moment_s in stable_s if moment_s > now_s), default=math.inf)

    def _required_quiet_s(self, size: int) -> float:
        return self._quiet_s if size else self._quiet_s * _N_QUIET_TIMES_EMPTY

    def restart(self, name: str) -> None:
        """Count the polls from the beginning: the file could not be claimed."""
        observation = self._observed[name]
        self._observed[name] = _Observation(observation.fingerprint, observation.since_s, 0)
        self.held.discard(name)

    def hold(self, name: str) -> None:
        """Count the polls from the beginning, and expect nothing: a person must act first."""
        self.restart(name)
        self.held.add(name)

    def forget(self, name: str) -> None:
        """Forget a file that was claimed and is not in the inbox any more."""
        self._observed.pop(name, None)
        self.held.discard(name)
        self._first_seen_s.pop(name, None)

    def waiting_files(self, now_s: float) -> list[WaitingFile]:
        """Return the files of the last poll, those first that have been there longest."""
        oldest_first = sorted(self._first_seen_s.items(), key=lambda item: item[1])
        return [
            WaitingFile(name, now_s - first_seen_s, self._reason(name, now_s))
            for name, first_seen_s in oldest_first
        ]

    def _reason(self, name: str, now_s: float) -> str:
        """Return why a file of the last poll waits."""
        if name in self._blocked:
            return self._blocked[name]
        observation = self._observed[name]
        if self._is_stable(name, now_s):
            if top_folder(name) in self._unsettled_folders:
                return Message("waiting until its whole folder has been copied")
            return Message("it is complete and will be processed next")
        if observation.since_s > self._first_seen_s[name]:
            return Message("it is still being written")
        size = observation.fingerprint.size
        if not size:
            seconds = _written(self._required_quiet_s(size))
            return Message("it is empty; waiting {seconds} s for its content", seconds=seconds)
        seconds = _written(self._quiet_s)
        return Message("waiting until it has not changed for {seconds} s", seconds=seconds)

    @property
    def n_waiting(self) -> int:
        """The number of files of the last poll that may be processed when they are stable.

        Files beside an unfinished one, which may be left over, are not counted.
        """
        return sum(
            name not in self.held and top_folder(name) not in self._unfinished_folders
            for name in self._observed
        )


def _written(seconds: float) -> int | float:
    """Return a whole number of seconds as one."""
    return int(seconds) if seconds == int(seconds) else seconds
