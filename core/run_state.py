"""How far a training is, or how it ended: as its metrics have it, and as pages say it."""

from __future__ import annotations

from enum import StrEnum

from core.languages.message import Message


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    RUNNING = "running"
    """Not finished; if no process runs it, it was interrupted."""
    PROMOTED = "promoted"
    """The challenger passed the gate and is in service."""
    REFUSED = "refused"
    """The champion stays in service."""
    SKIPPED = "skipped"
    """There was nothing to train."""
    FAILED = "failed"
    """It ended with an error, without a report."""


ENDS = {
    RunState.PROMOTED: Message("promoted"),
    RunState.REFUSED: Message("refused"),
    RunState.FAILED: Message("failed"),
    RunState.SKIPPED: Message("skipped"),
}
"""How a training ended, in words."""
