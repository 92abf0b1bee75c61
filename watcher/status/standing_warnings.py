"""What is wrong while the daemon works: it stops no file, and somebody should mend it."""

from __future__ import annotations

import logging

from core.languages.message import Message
from core.settings_file.project import name_settings_file
from core.settings_file.watched_file import WatchedFile
from watcher.environment import Environment
from watcher.processes.processor import Processor

_LOG = logging.getLogger(__name__)


class StandingWarnings:
    """The warnings that stand now, in words; one that was mended is gone."""

    def __init__(self, environment: Environment, processor: Processor) -> None:
        self._processor = processor
        self._environment = environment
        self._config = WatchedFile(environment.config) if environment.config else None
        self._is_logged = False

    def current(self) -> tuple[str, ...]:
        """Return the warnings that stand now; log once that the settings have changed."""
        unread = self._processor.unread_corrections
        warnings = [
            name_settings_file(file.warning(), self._environment.config)
            for file in unread
            if file.is_as_it_was
        ]
        if self._config is not None and self._config.has_changed():
            changed = Message(
                "settings changed: {file!r}; restart to use them", file=str(self._config.path)
            )
            warnings.append(changed)
            if not self._is_logged:
                _LOG.warning("%s", warnings[-1])
            self._is_logged = True
        else:
            self._is_logged = False
        return tuple(warnings)
