"""The packages of the program, and the files that travel with it."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGES = (
    "core",
    "inference",
    "exporters",
    "training",
    "results",
    "watcher",
    "distributed",
    "cli",
    "isco",
    "web",
)
"""The names of all packages at the top: also the names of the loggers that are the program's own,
and where templates lie.
"""
_PROGRAM_DIR = Path(__file__).resolve().parents[1]
SHIPPED_MODEL = _PROGRAM_DIR / "isco" / "bundled"
"""The model that ships: a folder of the wheel, in a checkout a link to ``models/bundled``."""
SHIPPED_SETTINGS = _PROGRAM_DIR / "isco" / "config.yaml"
"""The commented settings: a file of the wheel, in a checkout a link to ``config.yaml``."""


def install_command(extra: str) -> str:
    """Return the command that installs the optional dependencies ``extra`` beside the program."""
    if (_PROGRAM_DIR / "pyproject.toml").exists():
        return f'.venv/bin/pip install -e ".[{extra}]"'
    return f'{sys.executable} -m pip install "WHEEL[{extra}]", with the path of the wheel'
