"""What one check found, how bad it is, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from core.settings_file.project import name_settings_file

# Where a path begins in a message, and where a name in it ends.
_START = r"(?:(?<![\w./~-])|(?<=//))"
_END = r"(?![\w-]|\.\w)"


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
    level: Level = field(default=Level.OK, kw_only=True)
    found: str
    remedy: str = ""


warning = partial(Finding, level=Level.WARNING)
fault = partial(Finding, level=Level.FAULT)


class PathNames:
    """Names paths so that they tell nothing about a person: below the settings, or below ``~``."""

    def __init__(self, config: Path) -> None:
        self._config = config.resolve()
        self._base = self._config.parent
        self._home = _home()

    def shown(self, path: Path) -> str:
        """Return the path as text."""
        if path.is_relative_to(self._base):
            return str(path.relative_to(self._base))
        if self._home is not None and path.is_relative_to(self._home):
            return str("~" / path.relative_to(self._home))
        return str(path)

    def without(self, text: str) -> str:
        """Return a message without the folder of the settings and the home folder in it."""
        text = name_settings_file(text, self._config)
        if self._base.name:
            text = re.sub(f"{_START}{re.escape(str(self._base))}/", "", text)
        if self._home is not None:
            text = re.sub(f"{_START}{re.escape(str(self._home))}{_END}", "~", text)
        return text


def _home() -> Path | None:
    """Return the home folder of this user; None where it is the root, or there is none.

    Both are so in containers.
    """
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.name else None
