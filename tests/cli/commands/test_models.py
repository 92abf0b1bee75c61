"""``isco models``: what is recorded of each version, and what is refused beside a training."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.settings import Settings
from inference.bundle import MANIFEST, Bundle
from inference.model_registry import ModelRegistry
from main import main
from training.run_folder import RunKind, RunMetrics, RunState, record_metrics
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


@pytest.mark.parametrize("action", ["promote", "rollback"])
def test_nothing_is_put_into_service_during_a_training(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    (version,) = ModelRegistry(user_project.output).versions()
    command = ["models", action, *[version.name] * (action == "promote")]
    with training_lock(user_project.output):
        assert main([*command, "--config", str(tmp_path / "config.yaml")]) == 3
    assert "another training runs with the models in" in capsys.readouterr().err
