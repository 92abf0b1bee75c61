"""Leases: which daemons are dead, told by the heartbeats of their claims."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress

from core.files.own_files import OwnFileError
from watcher.filesystem import Filesystem
from watcher.intake.claims import HEARTBEAT, Claim

_LEASE_HEARTBEATS = 10


class Leases:
    """Decides who is dead: an owner whose heartbeat has not changed for ten heartbeats.

    The time is measured on this daemon's own clock, so no two clocks are compared. The content of
    the heartbeat is read and not its time, because a network share may cache times for a minute.
    """

    def __init__(self, files: Filesystem, heartbeat_s: float) -> None:
        self._files = files
        self._lease_s = heartbeat_s * _LEASE_HEARTBEATS
        self._seen: dict[str, tuple[bytes, float]] = {}  # heartbeat, first seen at
        self._numbers = itertools.count(1)

    def expired(
        self, foreign: list[Claim], now_s: float, on_fault: Callable[[OSError], None]
    ) -> list[Claim]:
        """Look at the claims of other daemons once and return those of dead daemons.

        ``on_fault`` gets the error of a heartbeat that cannot be read: its lease begins anew.
        """
        seen: dict[str, tuple[bytes, float]] = {}
        expired = []
        for claim in foreign:
            name = claim.folder.name
            try:
                heartbeat = self._heartbeat_of(claim)
            except OSError as error:  # of this claim; those behind it are no worse
                on_fault(error)
                continue
            before = self._seen.get(name, (None, now_s))
            since_s = before[1] if before[0] == heartbeat else now_s
            seen[name] = heartbeat, since_s
            if now_s - since_s >= self._lease_s:
                expired.append(claim)
        self._seen = seen
        return expired

    def _heartbeat_of(self, claim: Claim) -> bytes:
        try:
            return self._files.read(claim.folder / HEARTBEAT)
        except (FileNotFoundError, OwnFileError):
            return b""

    def renew(self, claim: Claim) -> None:
        """Write a new heartbeat; nothing happens where the claim was taken over."""
        with suppress(OSError):
            self._files.write(claim.folder / HEARTBEAT, b"%d" % next(self._numbers))
