"""The commands as a user types them."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import main
from cli.parser import make_parser
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings import Settings
from tests.cli.processes import config_of, run_here, run_script
from tests.conftest import ROOT

Isco = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def isco(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Isco:
    """Return what runs a command in this process, with the settings of the test."""
    return partial(run_here, capsys, *config_of(settings))


@pytest.mark.slow
def test_code_prints_one_record_as_json(settings: Settings) -> None:
    done = run_script("code", *config_of(settings), "Plumber", "--duties", "fits pipes")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    names = [name for name in OUTPUT_COLUMNS if not name.startswith("candidate_")]
    assert list(answer) == [*names, "candidates"], "as in predictions.csv and isco serve"
    assert len(answer["candidates"]) == 5


@pytest.mark.slow
def test_classify_writes_what_the_daemon_writes(isco: Isco, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"title\n{name} cook\n", encoding="utf-8")
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    for _ in range(2):  # the second time the results are there already
        done = isco("classify", *files, "--out", str(tmp_path / "out"), "--json")
        assert done.returncode == 0, done.stderr
        receipts = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(r["path"], r["input"]) for r in receipts] == [
            (files[0], "a.csv"), (files[1], "b.csv"),
        ]  # fmt: skip
    done = isco("classify", *files, "--out", str(tmp_path / "out"), "--json-predictions")
    predictions = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(p["path"], p["record"]) for p in predictions] == [(files[0], 1), (files[1], 1)]
    assert isinstance(predictions[0]["confidence"], float)
    assert isinstance(predictions[0]["is_fallback"], bool) and predictions[0]["isco_code"]
    for receipt in receipts:
        assert {p.name for p in Path(receipt["folder"]).iterdir()} == {
            "predictions.csv", "report.html", "review.csv", "review.xlsx", "review.html",
            "receipt.json",
        }  # fmt: skip
    folders = {Path(receipt["folder"]).name for receipt in receipts}
    found = {p.name for p in (tmp_path / "out").iterdir() if p.name != ".staging"}
    assert found == {*folders, "index.html"}
    assert (tmp_path / "a.csv").exists()
    assert not list((tmp_path / "out" / ".staging").iterdir())


@pytest.mark.slow
def test_errors_are_one_line_and_exit_1(isco: Isco, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("name\nx\n", encoding="utf-8")
    config = tmp_path / "other.yaml"
    config.write_text("x: 1\n", encoding="utf-8")
    for arguments in (
        ["classify", str(bad), "--out", str(tmp_path / "out")],
        ["classify", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")],
        ["--config", str(config), "code", "nurse"],
        ["train", "--raw", str(tmp_path / "nothing")],
    ):
        done = isco(*arguments)
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("isco: ") and done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("out/[!.]*"))


def test_wrong_usage_exits_2(isco: Isco) -> None:
    for arguments in (["fly"], ["code"], ["classify", "x.csv", "--out", "out", "--resume"]):
        done = isco(*arguments)
        assert done.returncode == 2
    assert "--engine ray" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["classify", "", "--out", "out"],
        ["classify", "x.csv", "--out", ""],
        ["classify", "--engine", "ray", "", "--out", "out"],
        ["init", ""],
        ["--config", "", "status"],
        ["train", "--raw", ""],
        ["evaluate", "--on", ""],
        ["watch", "--log="],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_not_the_current_folder(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that a script with an empty variable does not code, or write, where it stands."""
    monkeypatch.chdir(tmp_path)
    done = run_here(capsys, *arguments)
    assert done.returncode == 2 and "found an empty path" in done.stderr
    assert not [*tmp_path.iterdir()]


def test_without_ray_the_error_says_how_to_install_it(settings: Settings, tmp_path: Path) -> None:
    program = "import sys; sys.modules['ray'] = None; import main; sys.exit(main.main())"
    config = str(settings.watcher.inbox.parent / "config.yaml")
    arguments = ["classify", "--config", config, "--engine", "ray", "x.csv", "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and 'pip install -e ".[ray]"' in done.stderr


def test_a_folder_without_a_project_is_told_whose_settings_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ISCO_HOME", raising=False)
    listed = run_here(capsys, "models", "list")
    assert f"folders and model are those of the program, {str(ROOT)!r}" in listed.stderr
    assert "of the program" not in run_here(capsys, "init", "survey").stderr
    assert "of the program" not in run_here(capsys, "--version").stderr


def test_every_command_is_in_its_help_and_in_the_docs(isco: Isco) -> None:
    told = isco("--help").stdout
    commands = re.findall(r"^    (\w+)  ", told, re.MULTILINE)
    assert {"watch", "classify", "code", "train", "models"} <= set(commands)
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"## isco {command}" in page for command in commands)
    assert "a first session" in told


def test_every_command_and_option_says_what_it_does() -> None:
    waiting = [make_parser()]
    for parser in waiting:  # grows
        assert parser.description, parser.prog
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())
            else:
                assert action.help, (parser.prog, action.dest)
    assert len(waiting) > 15


@pytest.mark.slow
def test_the_versions_are_there_for_a_script(
    user_project: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run_here(capsys, "models", "list", "--json", *config_of(user_project))
    (version,) = json.loads(done.stdout)
    assert version["is_served"] and Path(version["path"]).name == "bundled"


@pytest.mark.parametrize("arguments", [["watch"], ["classify", "a.csv", "--out", "out"]])
def test_windows_is_refused_in_one_line(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.requirements.sys.platform", "win32")
    assert main.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "not on Windows" in error and "WSL" in error


@pytest.mark.slow
def test_a_bad_file_of_a_folder_costs_itself_alone(isco: Isco, tmp_path: Path) -> None:
    """The results may lie in the folder: they are no inputs the second time."""
    place = tmp_path / "place"
    place.mkdir()
    for name in ("a", "c"):
        (place / f"{name}.csv").write_text("title\ncook\n" + name + "\n", encoding="utf-8")
    (place / "b.csv").write_bytes(b"\0\0")
    for _ in range(2):
        done = isco("classify", str(place), "--out", str(place / "out"), "--json")
        assert done.returncode == 1 and "1 of 3 files was not coded" in done.stderr
        assert repr(str(place / "b.csv")) in done.stderr
        receipts = [json.loads(line) for line in done.stdout.splitlines()]
        assert [receipt["input"] for receipt in receipts] == ["a.csv", "c.csv"]
