"""The environment variable that Ray reads while it is imported."""

from __future__ import annotations

import os

from core import process_start

# At 0, a thread of a run that has ended does not start Ray again.
_AUTO_CONNECT = "RAY_ENABLE_AUTO_CONNECT"


def prepare_environment() -> None:
    """Set the variable of Ray unless it is set; call it before anything imports ``ray``."""
    os.environ.setdefault(_AUTO_CONNECT, "0")


def actor_environment() -> dict[str, str]:
    """Return the variables for the processes of a cluster, as they are set here."""
    return {**process_start.VARIABLES, _AUTO_CONNECT: os.environ.get(_AUTO_CONNECT, "0")}
