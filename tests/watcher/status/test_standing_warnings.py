"""The daemon says that its settings were changed, and goes on with those that it read."""

from __future__ import annotations

import logging
import os

import pytest

from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness
from watcher.environment import Environment
from watcher.status.standing_warnings import StandingWarnings


def test_only_another_content_is_a_change(settings: Settings) -> None:
    path = settings.watcher.inbox.parent / "config.yaml"
    path.write_text("review: {double_share: 0.2}\n", encoding="utf-8")
    environment = Environment(settings.watcher, config=path)
    warnings = StandingWarnings(environment, DaemonHarness(settings).processor)
    os.utime(path, (1, 1))
    assert not warnings.current()
    path.write_text("review: {double_share: 0.3}\n", encoding="utf-8")
    assert warnings.current() and warnings.current()
    path.unlink()  # the share may be away
    assert warnings.current()
    path.write_text("review: {double_share: 0.2}\n", encoding="utf-8")
    os.utime(path, (2, 2))
    assert not warnings.current()
    path.write_text("review: {double_share: 0.4}\n", encoding="utf-8")
    os.utime(path, (2, 2))  # as who copies a file with its time
    assert warnings.current()


def test_changed_settings_are_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    harness = DaemonHarness(settings)
    config = settings.watcher.inbox.parent / "config.yaml"
    environment = Environment(settings.watcher, config=config)
    warnings = StandingWarnings(environment, harness.processor)
    assert warnings.current() == ()
    config.write_text("watcher: {poll_s: 9}\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING, "watcher"):
        first, second = warnings.current(), warnings.current()
    assert first == second == (f"settings changed: {str(config)!r}; restart to use them",)
    assert caplog.text.count("settings changed") == 1
    config.write_text("watcher: {poll_s: 9\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING, "watcher"):
        (warning,) = warnings.current()
        assert warnings.current() == (warning,)
    assert warning.startswith(f"settings changed: {str(config)!r} cannot be read as YAML: line 2:")
    assert "restart to use them" not in warning and "Mend them before a restart" in warning
    assert caplog.text.count("settings changed") == 2
