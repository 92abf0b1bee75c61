"""Progress without a terminal."""

from __future__ import annotations

import logging

import pytest

from cli import progress_bar


def test_a_training_without_a_terminal_logs_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now_s = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(progress_bar.sys.stderr, "isatty", lambda: False, raising=False)
    with progress_bar.training_progress("training", 10_000) as advance:
        advance(2_000)  # done before an interruption
        for _ in range(30):
            now_s[0] += 10.0
            advance(100)
    messages = [record.message for record in caplog.records]
    assert len(messages) == 5
    assert messages[0] == ("training: 2,600 of 10,000 texts, 10 texts/s, about 12 minutes left")
