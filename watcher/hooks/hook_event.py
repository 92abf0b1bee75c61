"""What happened, as a file that outlives the daemon until its command has run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from core.files.own_files import parse_own_json, read_own_json
from core.settings_file.hook_settings import HookKind
from watcher.status.status import encodable


class HookEvent(BaseModel):
    """The content of ``outbox/.staging/hooks/<event_id>.json``, and what the command is told.

    Attributes
    ----------
    event_id : the same in every attempt, so that the receiver can tell a repetition; that of a file
        is the id of its claim, which must be released before the command runs.
    input : the path that the file had in the inbox; empty for a night.
    path : the receipt, the reason of the rejection, or the metrics of the training; as it is, it
        need not be UTF-8.
    worker : the name of the daemon that runs the command.
    attempt : how many times the command was started.
    n_failures : how many times it failed; one that the end of the daemon interrupted did not.
    """

    model_config = ConfigDict(frozen=True)

    event: HookKind
    event_id: str
    at: AwareDatetime
    input: str
    path: Path
    summary: str
    worker: str
    attempt: int = 0
    n_failures: int = 0

    @classmethod
    def parse(cls, content: bytes, name: str) -> HookEvent:
        """Return the event in a file. Raises OwnFileError and ValidationError."""
        # Not by pydantic alone: it refuses the escapes of what is not UTF-8 in a path.
        return cls.model_validate(parse_own_json(content, name))

    def to_json(self) -> bytes:
        """Return the content of the file, which ``parse`` reads."""
        return json.dumps(self.model_dump(mode="json"), indent=2).encode()

    def told(self) -> dict[str, Any]:
        """Return what the command reads: the event, and the content of a receipt or of metrics.

        What is not UTF-8 in the path is shown by escapes: a mail or a web server takes only text.
        """
        told = self.model_dump(mode="json", exclude={"n_failures"})
        told["path"] = encodable(str(self.path))
        if self.path.suffix == ".json":
            try:
                return {**told, "record": read_own_json(self.path)}
            except (OSError, ValueError):
                pass  # it was deleted since: the command is told without it
        return {**told, "record": None}
