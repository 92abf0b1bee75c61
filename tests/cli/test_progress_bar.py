"""Progress without a terminal."""

from __future__ import annotations

import gzip
import io
import logging
import sys
from pathlib import Path

import pytest

from cli import progress_bar
from tests.support.format_writers import WRITERS


def test_a_training_without_a_terminal_logs_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    now_s = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(progress_bar.sys.stderr, "isatty", lambda: False, raising=False)
    with progress_bar.progress_bar("training", 10_000, "texts") as advance:
        advance(2_000)  # done before an interruption
        for _ in range(30):
            now_s[0] += 10.0
            advance(100)
    messages = [record.message for record in caplog.records]
    assert len(messages) == 5
    assert messages[0] == ("training: 2,600 of 10,000 texts, 10 texts/s, about 12 minutes left")
    caplog.clear()
    with progress_bar.progress_bar("training", 1_100, "texts") as advance:
        advance(0)
        now_s[0] += 60.0
        advance(600)
    assert caplog.messages == ["training: 600 of 1,100 texts, 10 texts/s, about 1 minute left"]


@pytest.mark.parametrize(
    ("n_rows", "line"),
    [
        (50_000, "'a.csv': 13,000 of about 50,000 rows, 200 rows/s, about 3 minutes left"),
        (0, "'a.csv': 13,000 rows, 200 rows/s"),
    ],
)
def test_a_large_file_without_a_terminal_logs_a_line_a_minute(
    n_rows: int,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A scheduler that shows no terminal cannot tell a long run from one that hangs."""
    caplog.set_level(logging.INFO)
    now_s = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(progress_bar.sys.stderr, "isatty", lambda: False, raising=False)
    path = tmp_path / "a.csv"
    path.write_text("job_title\n" + "nurse\n" * n_rows if n_rows else "", encoding="utf-8")
    with progress_bar.file_progress_bar(path) as advance:
        advance(1_000)
        for _ in range(7):
            now_s[0] += 10.0
            advance(2_000)
    assert caplog.messages == [line]


@pytest.mark.parametrize(
    ("name", "content", "n_rows"),
    [
        ("a.csv", b"job_title\nnurse\ncook\n", 2),
        ("a.csv.gz", gzip.compress(b"job_title\n" + b"nurse\n" * 1000), 1000),
        ("a.jsonl", b'{"job_title": "a"}\n' * 3, 2),
        ("empty.csv", b"", None),
        ("page.csv", b"<html>\n\n\n<table>", None),
    ],
)
def test_the_rows_of_a_file_with_lines_are_counted(
    name: str, content: bytes, n_rows: int | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert progress_bar._n_rows(tmp_path / name) == n_rows


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".sav"])
def test_those_of_other_formats_are_not_guessed(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(WRITERS[suffix](["job_title"], [["nurse"]] * 500))
    assert progress_bar._n_rows(path) is None


def test_a_bar_without_a_total(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar.progress_bar("staff.xlsx", None, "rows") as advance:
        advance(10)
    assert "10/?" in terminal.getvalue()
