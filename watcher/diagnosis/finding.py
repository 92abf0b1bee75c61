"""What one check found, how bad it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """It works, with a limit that somebody should know."""

    FAULT = "fault"
    """It does not work, or not for long."""


@dataclass(frozen=True)
class Finding:
    """One finding. ``check`` names what was looked at; ``remedy`` is empty if nothing is to do."""

    check: str
    level: Level
    found: str
    remedy: str = ""


class PathNames:
    """Names paths so that they tell nothing about a person: below the settings, or below ``~``."""

    def __init__(self, config: Path) -> None:
        self._base = config.resolve().parent
        self._home = Path.home()

    def shown(self, path: Path) -> str:
        """Return the path as text."""
        if path.is_relative_to(self._base):
            return str(path.relative_to(self._base))
        if path.is_relative_to(self._home):
            return str("~" / path.relative_to(self._home))
        return str(path)

    def without(self, text: str) -> str:
        """Return a message without the folder of the settings and the home folder in it."""
        return text.replace(f"{self._base}/", "").replace(str(self._home), "~")
