"""``isco models``: what is recorded of each version, and what is refused beside a training."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.run_state import RunState
from core.settings import Settings
from inference.bundle import MANIFEST, Bundle
from inference.model_registry import ModelRegistry
from main import main
from training.run_folder import RunKind, RunMetrics, record_metrics
from training.training_lock import training_lock


def added(registry: ModelRegistry, bundle: Bundle, folder: Path, number: int) -> str:
    """Add a bundle like ``bundle`` under a version of its own, and return its name."""
    shutil.copytree(bundle.path, folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest |= {"version": f"v{number}", "created": f"2027-01-{number:02}T00:00:00"}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return registry.add(folder).manifest.version


def test_the_list_says_what_became_of_each_version(
    user_project: Settings, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = ModelRegistry(user_project.output)
    for number in range(1, 5):
        added(registry, bundle, tmp_path / f"bundle{number}", number)
    for name in ("v1", "v2"):
        registry.promote(name)
    run_dir = user_project.output.model_dir / "runs" / "run_2027-01-03_041500"
    run_dir.mkdir(parents=True)
    refused = RunMetrics(RunKind.FINE_TUNE, RunState.REFUSED, version="v3")
    record_metrics(run_dir, refused)
    config = ["--config", str(tmp_path / "config.yaml")]
    assert main(["models", "list", "--json", *config]) == 0
    listed = {version["name"]: version for version in json.loads(capsys.readouterr().out)}
    shipped = bundle.manifest.version
    assert {name: version["state"] for name, version in listed.items()} == {
        shipped: "was in service",
        "v1": "was in service",
        "v2": "in service",
        "v3": "refused",
        "v4": "",
    }
    assert main(["models", "list", *config]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "not recorded" in rows[shipped] and rows[shipped].endswith("was in service")
    assert rows["v3"].split()[2:] == ["never", "refused"] and rows["v4"].split()[2:] == ["never"]
    assert str(listed["v1"]["promoted"]) in rows["v1"] and "never" not in rows["v1"]


def test_the_list_marks_the_reference_version_of_the_gate(
    user_project: Settings, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = ModelRegistry(user_project.output)
    for number in range(1, 4):
        added(registry, bundle, tmp_path / f"bundle{number}", number)
    registry.promote("v1")
    for name in ("v2", "v3"):  # as nights do
        registry.promote(name, reference="v1")
    assert main(["models", "list", "--config", str(tmp_path / "config.yaml")]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert rows["v1"].endswith("was in service, reference version of the gate")
    assert rows["v2"].endswith("  was in service") and rows["v3"].endswith("  in service")
    registry.promote("v2")  # by a person: it is its own
    assert main(["models", "list", "--config", str(tmp_path / "config.yaml")]) == 0
    assert "reference" not in capsys.readouterr().out


MANIFEST_OF_VERSION_0_1 = {
    "version": "2026-11-23.5b4138e6",
    "created": "2026-11-23T18:20:40+00:00",
    "text_version": 1,
    "max_tokens": 128,
    "temperature": 0.93,
    "model": "model_int8.onnx",
    "precision": "int8",
    "lexicon_weight": 0.6,
    "format": 1,
}


def test_a_model_of_an_earlier_program_is_marked_and_another_can_be_served(
    user_project: Settings, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An office comes back from a newer program, or brings models of an older one."""
    output = user_project.output
    old_dir = output.model_dir / "versions" / str(MANIFEST_OF_VERSION_0_1["version"])
    old_dir.mkdir(parents=True)
    (old_dir / MANIFEST).write_text(json.dumps(MANIFEST_OF_VERSION_0_1), encoding="utf-8")
    output.best_model_dir.symlink_to(old_dir)
    config = ["--config", str(tmp_path / "config.yaml")]
    assert main(["models", "list", *config]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert rows[old_dir.name].endswith("in service, not supported")
    shipped = bundle.manifest.version
    assert "not supported" not in rows[shipped]
    assert main(["code", "nurse", *config]) == 1
    error = capsys.readouterr().err
    assert "has bundle format 1, this program supports 2" in error
    assert "isco models promote VERSION" in error and "isco models list" in error
    assert main(["check", *config]) == 1
    assert "rollback" not in capsys.readouterr().out
    assert main(["models", "promote", shipped, *config]) == 0
    assert main(["code", "nurse", *config]) == 0


def test_an_earlier_model_copied_over_the_shipped_one_names_its_remedy(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No version may be left that could be promoted."""
    own_dir = user_project.output.model_dir / "bundled"
    if own_dir.is_symlink():
        own_dir.unlink()
    shutil.rmtree(own_dir, ignore_errors=True)
    own_dir.mkdir(parents=True)
    (own_dir / MANIFEST).write_text(json.dumps(MANIFEST_OF_VERSION_0_1), encoding="utf-8")
    config = ["--config", str(tmp_path / "config.yaml")]
    assert main(["code", "nurse", *config]) == 1
    error = capsys.readouterr().err
    assert "in a project remove it" in error and "models promote" not in error
    shutil.rmtree(own_dir)
    assert main(["code", "nurse", *config]) == 0


@pytest.mark.parametrize("action", ["promote", "rollback"])
def test_nothing_is_put_into_service_during_a_training(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    (version,) = ModelRegistry(user_project.output).versions()
    command = ["models", action, *[version.name] * (action == "promote")]
    with training_lock(user_project.output):
        assert main([*command, "--config", str(tmp_path / "config.yaml")]) == 3
    assert "works with the models in" in capsys.readouterr().err
