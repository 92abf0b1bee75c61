"""Which project holds: the current folder's, that of ISCO_HOME, or the checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings_file import project
from core.settings_file.project import borrowed_project, find_config, settings_of
from tests.conftest import ROOT


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The current folder and that of ISCO_HOME, both without settings."""
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    home.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("ISCO_HOME", str(home))
    return here, home


def test_the_current_folder_comes_before_the_variable(folders: tuple[Path, Path]) -> None:
    here, home = folders
    (home / "config.yaml").touch()
    assert find_config() == home / "config.yaml"
    (here / "config.yaml").touch()
    assert find_config() == here / "config.yaml"


def test_a_variable_that_names_no_project_is_an_error(folders: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsError, match=r"ISCO_HOME: found no config\.yaml in .*isco init"):
        find_config()


def test_a_home_folder_that_nobody_has_is_an_error(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISCO_HOME", "~nobody-here/survey")
    with pytest.raises(SettingsError, match=r"ISCO_HOME: found '~nobody.*no home folder ~nobody"):
        find_config()


def test_the_command_that_makes_a_project_can_be_pasted(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folders[1].parent / "my survey"
    monkeypatch.setenv("ISCO_HOME", str(home))
    with pytest.raises(SettingsError, match=re.escape(f"isco init '{home}'; or correct")):
        find_config()


def test_a_checkout_has_its_own_settings_and_a_wheel_none(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ISCO_HOME")
    assert find_config() == ROOT / "config.yaml"
    monkeypatch.setattr(project, "SHIPPED_SETTINGS", ROOT / "config.yaml")  # no link in a wheel
    assert find_config() is None
    settings = settings_of(None)
    assert settings.data.corrections_dir == folders[0] / "data" / "corrections"
    assert settings.model.confidence_threshold == 0.9


def test_settings_of_the_checkout_are_named_where_nobody_chose_them(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, home = folders
    (home / "config.yaml").touch()
    assert borrowed_project(find_config()) == ""
    monkeypatch.setenv("ISCO_HOME", str(ROOT))
    assert borrowed_project(find_config()) == ""
    monkeypatch.delenv("ISCO_HOME")
    sentence = borrowed_project(find_config())
    assert repr(str(here)) in sentence and repr(str(ROOT)) in sentence
    monkeypatch.chdir(ROOT)
    assert borrowed_project(find_config()) == ""
