"""The environment variables that Ray reads while it is imported."""

from __future__ import annotations

import os

from core import process_start

_VARIABLES = {
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a thread of a run that has ended must not start Ray again
}


def prepare_environment() -> None:
    """Set the variables of Ray that are not set; call it before anything imports ``ray``."""
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)


def actor_environment() -> dict[str, str]:
    """Return the variables for the processes of a cluster, as they are set here."""
    ours = {name: os.environ.get(name, value) for name, value in _VARIABLES.items()}
    return {**process_start.VARIABLES, **ours}
