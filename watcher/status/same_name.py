"""Refuse to start where a daemon of the same name is alive on another machine."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from core.errors import AlreadyRunningError, StatusError
from watcher.environment import Environment
from watcher.intake.folder_checks import STAGING
from watcher.status.status import Health, duration_text, judge
from watcher.status.status_file import read_status, status_file_name

_LOG = logging.getLogger(__name__)
_GONE = (Health.STOPPED, Health.DEAD, Health.UNRESPONSIVE)


def refuse_same_name(environment: Environment) -> None:
    """Raise AlreadyRunningError where a daemon of this name is alive on another machine."""
    settings, name = environment.settings, environment.name
    try:
        status = read_status(settings.outbox, name)
    except StatusError:
        return
    if not _is_written_by_this_user(settings.outbox, name):
        _LOG.warning("the status in the outbox is another user's: it is replaced")
        return
    now = environment.clock.now()
    if status.host == socket.gethostname() or judge(status, now).health in _GONE:
        return
    silent_s = (now - status.last_activity).total_seconds()
    raise AlreadyRunningError(
        f"another daemon on {status.host} watches {str(settings.inbox)!r}; stop it, or give this "
        "one a name: isco watch --worker NAME. If that machine is off, start this one again in "
        f"{duration_text(status.silence_limit_s - silent_s + 1)}"
    )


def _is_written_by_this_user(outbox: Path, name: str) -> bool:
    """Whether the status is one of a daemon of this user; anybody can put another there.

    A share may give all users another number: what else a daemon made there tells this user's.
    """
    try:
        made = outbox / STAGING
        user = made.lstat().st_uid if made.exists() else os.geteuid()
        return (outbox / status_file_name(name)).lstat().st_uid == user
    except OSError:
        return False
