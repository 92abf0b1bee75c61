"""What is wrong while the daemon works: it stops no file, and somebody should mend it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from core.errors import SettingsError
from core.languages.message import Message
from core.settings_file.project import name_settings_file
from core.settings_file.settings_reader import load_settings
from watcher.environment import Environment
from watcher.intake.misplaced_files import MisplacedFiles
from watcher.processes.processor import Processor

_LOG = logging.getLogger(__name__)


class StandingWarnings:
    """The warnings that stand now, in words; one that was mended is gone."""

    def __init__(self, environment: Environment, processor: Processor) -> None:
        self._processor = processor
        self._misplaced = MisplacedFiles(environment, processor)
        self._config = environment.config
        self._at_start = self._latest = _content(self._config)
        self._changed: Message | None = None

    def look(self, on_progress: Callable[[], None]) -> None:
        """Look for what takes time to find. To be called while no file waits."""
        self._misplaced.look(lambda n_done: on_progress())

    def current(self) -> tuple[str, ...]:
        """Return the warnings that stand now; log each change of the settings once."""
        warnings = [
            name_settings_file(file.warning(), self._config)
            for file in self._processor.unread_corrections
            if file.is_as_it_was
        ]
        content = _content(self._config)
        if self._config is not None and content not in (None, self._latest):
            self._latest = content
            self._changed = _changed(self._config) if content != self._at_start else None
            if self._changed is not None:
                _LOG.warning("%s", self._changed)
        if self._changed is not None:
            warnings.append(self._changed)
        return (*warnings, *self._misplaced.warnings)


def _content(config: Path | None) -> bytes | None:
    """Return what the file of settings has in it, None where it cannot be read: nobody knows."""
    try:
        return config.read_bytes() if config is not None else None
    except OSError:
        return None


def _changed(config: Path) -> Message:
    """Return what to do about other settings than those that the daemon has read."""
    try:
        load_settings(config)
    except SettingsError as error:
        return Message(
            "settings changed: {why}. Mend them before a restart: the daemon goes on with those "
            "that it has read, but no training and no explanation can start",
            why=str(error),
        )
    return Message("settings changed: {file!r}; restart to use them", file=str(config))
