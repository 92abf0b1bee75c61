"""``isco classify`` in this process: what a fault of one file costs, and what a killed run left."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import main
from core.settings import Settings
from results import code_file as coding
from tests.cli.processes import config_of, run_here

CODE_FILE = coding.code_file


@pytest.fixture
def command(settings: Settings, tmp_path: Path) -> list[str]:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.csv").write_text(f"title\n{name} cook\n", encoding="utf-8")
    return [*config_of(settings), "classify", str(folder), "--out", str(tmp_path / "out")]


@pytest.mark.parametrize("is_of_the_file", [True, False])
def test_a_file_that_cannot_be_read_costs_itself_alone(
    command: list[str],
    tmp_path: Path,
    is_of_the_file: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A full disk is no fault of the file: the others would meet it, too."""

    def fail(path: Path, *arguments: Any) -> Any:
        if path.name != "b.csv":
            return CODE_FILE(path, *arguments)
        number = errno.EACCES if is_of_the_file else errno.ENOSPC
        raise OSError(number, os.strerror(number), str(path) if is_of_the_file else None)

    monkeypatch.setattr(coding, "code_file", fail)
    left = tmp_path / "out" / ".staging" / f"classify-{'0' * 16}"
    left.mkdir(parents=True)
    (left / "predictions.csv").write_bytes(b"x")
    assert main.main(command) == 1
    coded = {path.parent.name.partition(".")[0] for path in tmp_path.glob("out/*/receipt.json")}
    assert coded == ({"a", "c"} if is_of_the_file else {"a"})
    words = "1 of 3 files was not coded" if is_of_the_file else os.strerror(errno.ENOSPC)
    assert words in capsys.readouterr().err
    assert not list((tmp_path / "out" / ".staging").iterdir())


@pytest.mark.slow
def test_files_of_one_name_are_told_apart(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wave of a survey a folder: the name alone would give two records of one number."""
    columns = {"2024": "title", "2025": "title", "2026": "x"}
    for wave, column in columns.items():
        (tmp_path / "in" / wave).mkdir(parents=True)
        text = f"{column}\ncook {wave}\n"
        (tmp_path / "in" / wave / "staff.csv").write_text(text, encoding="utf-8")
    paths = [str(tmp_path / "in" / wave / "staff.csv") for wave in columns]
    command = ["classify", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    done = run_here(capsys, *config_of(settings), *command, "--json", "--json-predictions")
    assert done.returncode == 1
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["path"] for line in printed] == [paths[0]] * 2 + [paths[1]] * 2
    said = done.stderr.splitlines()
    assert all(any(f" {path!r}" in line for line in said) for path in paths), said


@pytest.mark.parametrize("form", ["classify", "--skip-training"])
def test_a_stopped_command_leaves_no_texts(
    command: list[str],
    form: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``timeout``, a scheduler and a container stop a command with SIGTERM."""

    def stop(path: Path, folder: Path, *arguments: Any) -> None:
        (folder / "predictions.csv").write_bytes(b"job_title\ncook\n")
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(coding, "code_file", stop)
    if form == "--skip-training":
        command = [*config_of(settings), form, "--input", str(tmp_path / "in" / "a.csv")]
    assert main.main(command, prints_help=False) == 130
    assert not [*tmp_path.rglob("predictions.csv")]


def test_results_are_not_put_into_the_inbox(
    command: list[str], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = settings.watcher.inbox
    inbox.mkdir(exist_ok=True)
    for out in (inbox, inbox / ".." / inbox.name / "coded"):
        assert main.main([*command[:-1], str(out)]) == 1
        assert "found the inbox; expected a folder outside it" in capsys.readouterr().err
    assert not [*inbox.iterdir()]


def test_an_option_of_ray_without_ray_is_wrong_usage(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([*command, "--concurrency", "0"]) == 2
    assert "these go with --engine ray" in capsys.readouterr().err
