"""Find the project that the program works in: the folder with its config.yaml."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from core.errors import SETTINGS_FILE, SettingsError
from core.packages import SHIPPED_SETTINGS
from core.settings import Settings
from core.settings_file.section import expanded
from core.settings_file.settings_reader import load_settings, resolved

CONFIG = "config.yaml"
ISCO_HOME = "ISCO_HOME"
"""The variable of the environment that names the folder of the project."""


def find_config() -> Path | None:
    """Return the settings that hold where no file is named, None where there is no project.

    They are ``config.yaml`` in the current folder, else in ``$ISCO_HOME``, else in the checkout
    that the program runs from. Raises SettingsError where ``$ISCO_HOME`` has none.
    """
    here = Path.cwd() / CONFIG
    if here.exists():
        return here
    if home := os.environ.get(ISCO_HOME):
        try:
            config = expanded(Path(home)) / CONFIG
        except ValueError as error:
            raise SettingsError(f"{ISCO_HOME}: found {home!r}; {error}") from None
        if not config.exists():
            raise SettingsError(
                f"{ISCO_HOME}: found no {CONFIG} in {home!r}; expected the folder of a project. "
                f"Make one with: isco init {quote(str(config.parent))}; or correct the variable"
            )
        return config
    return SHIPPED_SETTINGS.resolve() if SHIPPED_SETTINGS.is_symlink() else None


def borrowed_project(config: Path | None) -> str:
    """Return a sentence where ``config``, which ``find_config`` found, is nobody's choice, else "".

    That is so in a folder without a project: the settings of the checkout hold there. Who named a
    folder in ``$ISCO_HOME`` has chosen it.
    """
    is_chosen = config != SHIPPED_SETTINGS.resolve() or bool(os.environ.get(ISCO_HOME))
    if config is None or is_chosen or config.parent == Path.cwd():
        return ""
    return (
        f"found no {CONFIG} in {str(Path.cwd())!r}: settings, folders and model are those of the "
        f"program, {str(config.parent)!r}"
    )


def name_settings_file(message: str, config: Path | None) -> str:
    """Return an error's message with the path of the settings where it speaks of their file.

    What reads tables is handed values of the settings, and does not know which file they are from.
    """
    return message.replace(SETTINGS_FILE, CONFIG if config is None else repr(str(config)))


def settings_of(config: Path | None) -> Settings:
    """Return the settings in the file ``config``; for None every setting has its default.

    Folders are then relative to the current one. Raises SettingsError as ``load_settings`` does.
    """
    return load_settings(config) if config is not None else resolved(Settings(), Path.cwd())
