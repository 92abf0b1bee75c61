"""What happened, as a file that outlives the daemon until its command has run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from core.own_files import read_own_json


class HookKind(StrEnum):
    """What a command can be run for; the value is the name of the setting."""

    RESULT = "on_result"
    """The results of a file are published, or those of the same content were found."""

    REJECTED = "on_rejected"
    """A file was rejected."""

    NIGHT = "on_night"
    """A nightly training has ended, well or not."""


class HookEvent(BaseModel):
    """The content of ``outbox/.staging/hooks/<event_id>.json``, and what the command is told.

    Attributes
    ----------
    event_id : the same in every attempt, so that the receiver can tell a repetition.
    input : the name of the file; empty for a night.
    path : the receipt, the reason of the rejection, or the metrics of the training.
    claim : the claim that must be released before the command runs; empty for a night.
    worker : the name of the daemon that runs the command.
    attempt : how many times the command was started.
    n_failures : how many times it failed; one that the end of the daemon interrupted did not.
    """

    model_config = ConfigDict(frozen=True)

    event: HookKind
    event_id: str
    at: AwareDatetime
    input: str
    path: str
    summary: str
    claim: str
    worker: str
    attempt: int = 0
    n_failures: int = 0

    def told(self) -> dict[str, Any]:
        """Return what the command reads: the event, and the content of a receipt or of metrics."""
        told = self.model_dump(mode="json", exclude={"claim", "n_failures"})
        if self.path.endswith(".json"):
            try:
                return {**told, "record": read_own_json(Path(self.path))}
            except (OSError, ValueError):
                pass  # it was deleted since: the command is told without it
        return {**told, "record": None}
