"""``isco init``: make the folder of a project."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from shlex import quote
from typing import Any

from cli.options import add_command, add_folder
from core.errors import SettingsError
from core.files.whole_file import write_atomic
from core.packages import SHIPPED_SETTINGS, answers_dir
from core.settings import Settings
from core.settings_file.project import CONFIG
from core.settings_file.settings_reader import load_settings

_LOG = logging.getLogger(__name__)
_ABOUT = """\
A project is a folder with config.yaml, inbox/, outbox/, data/ and models/. The program works in the
project of --config, of the current folder, or of the variable ISCO_HOME, in this order.

  isco init survey
  cd survey
  isco watch
"""
_NIGHTLY_ON, _NIGHTLY_OFF = "\n  enabled: true ", "\n  enabled: false"


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco init``."""
    command = add_command(
        commands, "init", run, "make the folder of a project", _ABOUT, needs_project=False
    )
    command.set_defaults(works_in_project=False)
    add_folder(command, "folder", "folder of the project; it may exist already")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Write the settings with their comments, and make the folders that they name."""
    from inference.bundle import CHECKPOINT
    from inference.model_registry import ModelRegistry

    config = parsed.folder / CONFIG
    if config.exists():
        raise SettingsError(
            f"{str(config)!r} is there already; expected a folder without a project. Use it as it "
            "is, or name another folder"
        )
    text = SHIPPED_SETTINGS.read_text(encoding="utf-8")
    try:
        parsed.folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise SettingsError(
            f"{str(parsed.folder)!r} cannot be made: it is a file, or a folder above it is one; "
            "expected a new folder or an empty one. Name another"
        ) from None
    write_atomic(config, text, is_public=True)
    project = load_settings(config)
    missing = []
    if not (ModelRegistry(project.output).bundled_dir / CHECKPOINT).is_dir():
        missing.append("the weights of the model")
    if not answers_dir(project.data.reference_dir).is_dir():
        missing.append("the bundled reference answers")
    if missing:
        write_atomic(config, text.replace(_NIGHTLY_ON, _NIGHTLY_OFF), is_public=True)
        what = " and ".join(missing)
        _LOG.info("%s are not here: the nightly training is off in %s", what, CONFIG)
    for folder in _folders(project):
        folder.mkdir(parents=True, exist_ok=True)
    _LOG.info("the project is ready; next: cd %s, then isco watch", quote(str(parsed.folder)))


def _folders(settings: Settings) -> list[Path]:
    """Return the folders that people put files into, or look for files in."""
    data, watcher = settings.data, settings.watcher
    return [
        *(watcher.inbox, watcher.outbox, watcher.archive_dir, watcher.rejected_dir),
        *(data.raw_dir, data.processed_dir, data.corrections_dir, data.review_dir),
        settings.output.model_dir,
    ]
