"""An error that speaks of the settings names their file, whatever it is called."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import main
from core.packages import PACKAGES
from core.settings import Settings
from core.settings_file.project import CONFIG, name_settings_file
from tests.conftest import ROOT

UNKNOWN = "code;text\n1;nurse\n"


@pytest.fixture
def office(settings: Settings) -> Path:
    """The settings of the project under another name."""
    root = settings.watcher.inbox.parent
    return (root / CONFIG).rename(root / "office.yaml")


@pytest.mark.parametrize("names", [["survey.csv"], ["survey.csv", "jobs.csv"]])
def test_a_command_names_the_file_it_was_given(
    names: list[str],
    office: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(office.parent)
    Path("survey.csv").write_text(UNKNOWN, encoding="utf-8")
    Path("jobs.csv").write_text("title\ncook\n", encoding="utf-8")
    command = ["classify", *names, "--out", "out", "--config", "office.yaml"]
    assert main.main(command) == 1
    assert "name it in data.columns in 'office.yaml'" in capsys.readouterr().err + caplog.text


def test_the_daemon_names_its_file_in_the_reason(office: Path, settings: Settings) -> None:
    settings.watcher.inbox.mkdir()
    (settings.watcher.inbox / "survey.csv").write_text(UNKNOWN, encoding="utf-8")
    assert main.main(["watch", "--once", "--config", str(office)]) == 0
    (reason,) = settings.watcher.rejected_dir.glob("*.why.txt")
    assert f"name it in data.columns in {str(office)!r}" in reason.read_text(encoding="utf-8")


def test_without_a_file_the_usual_name_is_told() -> None:
    message = "set data.encoding in the file of settings"
    assert name_settings_file(message, None) == "set data.encoding in config.yaml"


def test_no_error_below_the_command_line_knows_the_name() -> None:
    """What is handed values of the settings cannot know which file they are from."""
    known = {
        "core/packages.py",
        "core/settings_file/project.py",
        "core/settings_file/settings_reader.py",
    }
    for package in (name for name in PACKAGES if name != "cli"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.relative_to(ROOT).as_posix() not in known:
                assert not list(_spoken(path)), path


def _spoken(path: Path) -> list[str]:
    """Return the texts of a module with the name in them that are no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node not in statements
        if isinstance(node.value, str) and CONFIG in node.value
    ]
