"""A line of the log is one line, of text or of JSON, whatever its message has."""

from __future__ import annotations

import json
import logging
import subprocess
from pathlib import Path

import pytest

from core.log_lines import JSON, TEXT, log_formatter
from core.settings import Settings
from tests.cli.processes import SCRIPT, config_of, environment

MESSAGE = "ab\n\x1b[1m'é\udc80'"


def record(**details: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "watcher.daemon", "levelname": "INFO", "msg": "%s waits", "args": (MESSAGE,)}
        | details
    )


def test_a_no_break_space_is_a_space() -> None:
    """French has one before a colon, and a narrow one in numbers."""
    line = log_formatter(TEXT, "%(message)s").format(
        record(msg="Profession\u00a0: 1\u202f200 waits", args=())
    )
    assert line == "Profession : 1 200 waits"


def test_text_escapes_what_controls_a_terminal() -> None:
    line = log_formatter(TEXT, "%(levelname)s %(message)s").format(record())
    assert line == "INFO ab\\n\\x1b[1m'é\\udc80' waits"


def test_json_has_time_level_logger_message_and_traceback() -> None:
    line = log_formatter(JSON, "").format(record(created=1.5))
    assert line.isascii() and "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:01.500+00:00",
        "level": "INFO",
        "logger": "watcher.daemon",
        "message": f"{MESSAGE} waits",
    }
    error = ValueError("bad")
    with_error = log_formatter(JSON, "").format(record(exc_info=(ValueError, error, None)))
    assert json.loads(with_error)["traceback"] == "ValueError: bad"


@pytest.mark.slow
def test_every_line_of_the_daemon_is_json(settings: Settings, tmp_path: Path) -> None:
    settings.watcher.inbox.mkdir()
    (settings.watcher.inbox / "a\nb.csv").write_text("job_title\nnurse\n")
    log = tmp_path / "logs" / "isco.log"
    for options in (["watch", "--once"], ["--log-format", "text", "watch", "--once"]):
        command = [*SCRIPT, *options, *config_of(settings), "--log-format", "json"]
        done = subprocess.run(command, capture_output=True, env=environment(), check=False)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert done.returncode == 0 and lines[-1]["message"] == "stopped"
    subprocess.run([*command, "--log", str(log)], env=environment(), check=True)
    assert all(map(json.loads, log.read_text("utf-8").splitlines()))
    (tmp_path / "config.yaml").write_text("modle: {}\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    (line,) = map(json.loads, done.stderr.splitlines())
    assert done.returncode == 1 and line["level"] == "ERROR" and "modle" in line["message"]
