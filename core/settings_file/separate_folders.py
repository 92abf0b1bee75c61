"""Which folders of the settings must be different ones."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

from core.errors import SettingsError
from core.settings import Settings
from core.settings_file.yaml_text import SettingsText

_SEPARATE = (
    ("watcher", "inbox"),
    ("watcher", "outbox"),
    ("watcher", "archive_dir"),
    ("watcher", "rejected_dir"),
    ("data", "corrections_dir"),
    ("data", "raw_dir"),
)


def refuse_common_folders(settings: Settings, path: Path, text: SettingsText) -> None:
    """Raise SettingsError where two settings name one folder, also by a link.

    Archived inputs would be read as corrections or learned as records, and removed as either.

    Parameters
    ----------
    settings : with absolute paths.
    path, text : of the settings, for the error.
    """
    folders = {
        (section, name): os.path.realpath(getattr(getattr(settings, section), name))
        for section, name in _SEPARATE
    }
    for pair in combinations(_SEPARATE, 2):
        if folders[pair[0]] != folders[pair[1]]:
            continue
        other, keys = sorted(pair, key=text.line_of)  # the later one was added
        raise SettingsError(
            f"{str(path)!r}, line {text.line_of(keys)}: {'.'.join(keys)}: found the folder of "
            f"{'.'.join(other)}; expected a folder of its own, because the program takes what is "
            "in a folder for one thing alone"
        )
