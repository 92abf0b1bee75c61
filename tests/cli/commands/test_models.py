"""``isco models`` beside a training: one of them at a time changes what is in service."""

from __future__ import annotations

from pathlib import Path

import pytest

import main
from core.settings import Settings
from inference.model_registry import ModelRegistry
from training.training_lock import training_lock


@pytest.mark.parametrize("action", ["promote", "rollback"])
def test_nothing_is_put_into_service_during_a_training(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    (version,) = ModelRegistry(user_project.output).versions()
    command = ["models", action, *[version.name] * (action == "promote")]
    with training_lock(user_project.output):
        assert main.main([*command, "--config", str(tmp_path / "config.yaml")]) == 3
    assert "another training runs with the models in" in capsys.readouterr().err
