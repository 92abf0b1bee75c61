"""Other users of a shared inbox: their files, some of them closed to the daemons, and an intruder.

This needs root on Linux. The daemons keep the user of the test, who may run this Python, without
the powers of root over files of others: ``command_prefix`` starts them so.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from watcher.intake.claims import WORK
from watcher.intake.folder_checks import STAGING

_UIDS = (20_001, 20_002, 20_003)
_POWERS = "-dac_override,-dac_read_search,-fowner"
_SHARED_MODE = 0o1777
_CLOSED_SHARE, _MAX_CLOSED_S = 0.1, 8


def are_possible() -> bool:
    """Return whether this process can act as other users, and start daemons without its powers."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("setpriv") is not None


def command_prefix() -> list[str]:
    """Return what starts a command without the powers of root over the files of others."""
    return ["setpriv", "--bounding-set", _POWERS, "--inh-caps", _POWERS]


class OtherUsers:
    """Owners of dropped files, who close some of them for a while, and an intruder among them."""

    def __init__(self, inbox: Path, outbox: Path, rng: random.Random) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._rng = rng
        self._closed: list[tuple[float, int]] = []  # when it is opened again, its descriptor
        self.n_closed = 0
        self.n_attacks = 0
        self.planted: list[Path] = []
        inbox.chmod(_SHARED_MODE)

    def own(self, file: int) -> None:
        """Give an open file to one of the users; one of ten closes it to others for a while."""
        os.fchown(file, self._rng.choice(_UIDS), -1)
        if self._rng.random() < _CLOSED_SHARE:
            os.fchmod(file, 0o600)
            until_s = time.monotonic() + self._rng.random() * _MAX_CLOSED_S
            self._closed.append((until_s, os.dup(file)))
            self.n_closed += 1

    def open_due(self) -> None:
        """Let the owners open the files whose time has come."""
        now_s = time.monotonic()
        for item in [item for item in self._closed if item[0] <= now_s]:
            self._closed.remove(item)
            os.fchmod(item[1], 0o644)
            os.close(item[1])

    def attack(self) -> None:
        """Let the intruder try to get at what is not his; raise AssertionError where he does."""
        self.n_attacks += 1
        planted = self._inbox / f"planted-by-another-{self.n_attacks}.csv"
        attempts = {
            "swapped .work": lambda: (self._inbox / WORK).rename(self._inbox / "taken"),
            "wrote into .work": lambda: (self._inbox / WORK / "0").mkdir(),
            "wrote into .staging": lambda: (self._outbox / STAGING / "0").mkdir(),
            "wrote into the outbox": lambda: (self._outbox / "0").symlink_to("/etc"),
            "took a file that waits": self._take_one,
        }
        succeeded = _as_user(_UIDS[-1], [*attempts.values(), lambda: _plant(planted)])
        deeds = [name for n, name in enumerate(attempts) if n in succeeded]
        assert not deeds, f"the intruder {' and '.join(deeds)}"
        assert len(attempts) in succeeded, (
            "the intruder cannot reach the inbox: this proves nothing"
        )
        self.planted.append(planted)

    def _take_one(self) -> None:
        paths = [path for path in self._inbox.glob("[!.p]*.csv") if path.stat().st_uid != _UIDS[-1]]
        paths[0].rename(self._inbox / "taken.csv")


def _plant(path: Path) -> None:
    path.symlink_to("/etc/shadow")


def _as_user(uid: int, attempts: Sequence[Callable[[], object]]) -> set[int]:
    """Run the attempts in a child process of another user, and return which of them succeeded."""
    child = os.fork()
    if not child:
        status = 255
        with suppress(OSError):
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            status = sum(_succeeds(attempt) << n for n, attempt in enumerate(attempts))
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status != 255, "the child could not become another user"
    return {n for n in range(len(attempts)) if status >> n & 1}


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, IndexError):
        return False
    return True
