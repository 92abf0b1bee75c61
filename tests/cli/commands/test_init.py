"""``isco init``: a project in a folder of its own, which every command finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.settings_file.settings_reader import load_settings
from inference.model_registry import ModelRegistry
from main import main
from tests.conftest import ROOT
from training.dataset.reference_data import read_answers, reference_files


def test_a_new_project_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a" / "survey"
    assert main(["init", str(folder)]) == 0
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    assert text == (ROOT / "config.yaml").read_text(encoding="utf-8")
    for name in ("inbox", "outbox", "data/archive", "data/rejected", "data/corrections", "models"):
        assert (folder / name).is_dir()
    monkeypatch.chdir(folder)
    assert main(["models", "list", "--json"]) == 0
    (version,) = json.loads(capsys.readouterr().out)
    assert version["is_served"]
    assert main(["init", str(folder)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_the_next_command_can_be_pasted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["init", str(tmp_path / "my survey")]) == 0
    assert f"next: cd '{tmp_path / 'my survey'}', then isco watch" in caplog.text


def test_a_new_project_of_a_checkout_finds_what_a_training_reads(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "survey")]) == 0
    settings = load_settings(tmp_path / "survey" / "config.yaml")
    assert settings.schedule.enabled
    assert ModelRegistry(settings.output).served().checkpoint_dir().is_dir()
    assert len(read_answers(settings.data.reference_dir, ["mt"]))  # the fewest
    assert reference_files(settings.data.reference_dir)


@pytest.mark.parametrize("name", ["notes.txt", "notes.txt/survey"])
def test_a_file_in_the_place_of_the_folder_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").touch()
    assert main(["init", str(tmp_path / name)]) == 1
    error = capsys.readouterr().err
    assert "is a file, or a folder above it is one" in error and "Name another" in error


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("inference.model_registry.SHIPPED_MODEL", "the weights of the model are not here"),
        ("core.packages.SHIPPED_ANSWERS", "the bundled reference answers are not here"),
    ],
)
def test_without_what_a_training_reads_the_nightly_training_is_off(
    missing: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(missing, tmp_path / "no" / "bundled")
    assert main(["init", str(tmp_path / "survey")]) == 0
    assert words in caplog.text
    settings = load_settings(tmp_path / "survey" / "config.yaml")
    assert not settings.schedule.enabled
    on = settings.schedule.model_copy(update={"enabled": True})
    shipped = load_settings(ROOT / "config.yaml")
    assert on == shipped.schedule and settings.inference == shipped.inference


@pytest.mark.parametrize(
    "command", [["models", "list"], ["status"], ["classify", "a", "--out", "b"]]
)
def test_without_a_project_a_command_says_how_to_make_one(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ISCO_HOME", raising=False)
    monkeypatch.setattr("core.settings_file.project.SHIPPED_SETTINGS", ROOT / "config.yaml")
    assert main(command) == 1
    assert "found no config.yaml in" in (error := capsys.readouterr().err)
    assert "isco init" in error
    assert main(["--version"]) == 0
