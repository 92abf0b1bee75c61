"""A coder with the model that ships, which needs no training."""

from __future__ import annotations

from pathlib import Path

import pytest

from isco import Coder


@pytest.fixture(scope="package")
def coder(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    """Return a coder without corrections. Tests that change its project make their own."""
    config = tmp_path_factory.mktemp("project") / "config.yaml"
    config.touch()
    return Coder(config)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the settings of an empty project."""
    path = tmp_path / "config.yaml"
    path.touch()
    return path
