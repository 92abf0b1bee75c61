"""A batch is explained by the version that coded it, or the reason why not is stated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.commands.explain import _version_that_coded
from core.errors import BundleError
from core.settings import OutputSettings
from inference.bundle import Bundle
from inference.model_registry import VERSIONS, ModelRegistry
from tests.inference.test_model_registry import another


def test_a_batch_needs_its_own_version_alone(bundle: Bundle, tmp_path: Path) -> None:
    shutil.copytree(bundle.path, tmp_path / "bundled")
    output = OutputSettings(model_dir=tmp_path, best_model_dir=tmp_path / "best_model")
    registry = ModelRegistry(output)
    registry.promote(registry.add(another(bundle, tmp_path / "run", 1)).manifest.version)
    shutil.rmtree(tmp_path / VERSIONS / "v1")  # the link to the version in service is broken
    shipped = bundle.manifest.version
    assert _version_that_coded(registry, shipped).manifest.version == shipped
    with pytest.raises(BundleError, match=r"best_model' points to '.*v1', which does not exist"):
        _version_that_coded(registry, "v1")
    registry.rollback()
    with pytest.raises(BundleError, match="version 'v1' of the model, which coded them, is not"):
        _version_that_coded(registry, "v1")


def test_a_folder_of_the_users_explains_what_it_coded(bundle: Bundle, tmp_path: Path) -> None:
    another(bundle, tmp_path / "best_model", 7)
    output = OutputSettings(model_dir=tmp_path, best_model_dir=tmp_path / "best_model")
    assert _version_that_coded(ModelRegistry(output), "v7").manifest.version == "v7"
