"""What all parts of one daemon share: its settings, its name, the file operations, the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.isco_titles.group_titles import ENGLISH
from core.settings import WatcherSettings
from core.settings_file.hook_settings import HookSettings
from watcher.clock import Clock
from watcher.filesystem import Filesystem

MAIN = "main"  # the name of the daemon that was given none


@dataclass(frozen=True)
class Environment:
    """The surroundings of one daemon; tests pass file operations and a clock of their own.

    ``name`` tells several daemons on the same inbox apart; ``language`` is that of the index;
    ``hooks`` are the commands to run; once corrections were in ``corrections_dir``,
    nothing is coded without that folder; None for a processor that uses none. ``config`` is the
    file that the settings were read from.
    """

    settings: WatcherSettings
    name: str = MAIN
    files: Filesystem = field(default_factory=Filesystem)
    clock: Clock = field(default_factory=Clock)
    language: str = ENGLISH
    hooks: HookSettings = field(default_factory=HookSettings)
    corrections_dir: Path | None = None
    config: Path | None = None
