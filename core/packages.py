"""The packages of the program, and the files that travel with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote

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
SHIPPED_ANSWERS = _PROGRAM_DIR / "data" / "reference" / "answers"
"""The bundled reference answers of a checkout; a wheel has none."""


def answers_dir(reference_dir: Path) -> Path:
    """Return the folder of the bundled reference answers: the project's own, else the checkout's.

    ``reference_dir`` is ``data.reference_dir``. If neither is there, the project's own is named.
    """
    own_dir = reference_dir / SHIPPED_ANSWERS.name
    is_own = os.path.lexists(own_dir) or not SHIPPED_ANSWERS.is_dir()
    return own_dir if is_own else SHIPPED_ANSWERS


def install_command(extra: str) -> str:
    """Return the command that installs the optional dependencies ``extra`` beside the program."""
    if (_PROGRAM_DIR / "pyproject.toml").exists():
        return f'.venv/bin/pip install -e ".[{extra}]"'
    return f'{quote(sys.executable)} -m pip install "WHEEL[{extra}]", with the path of the wheel'
