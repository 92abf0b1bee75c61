"""The registry: a promoted version serves, a damaged one is refused, a rollback is one step."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import BundleError
from core.settings import OutputSettings
from core.text import join
from exporters.parity import checkpoint_logits
from inference.bundle import CHECKPOINT, TOKENIZER, Bundle
from inference.model_registry import ModelRegistry
from tests.conftest import ROOT


@pytest.fixture
def registry(tmp_path: Path, bundle: Bundle) -> ModelRegistry:
    """A registry whose bundled version is the small RoBERTa."""
    shutil.copytree(bundle.path, tmp_path / "models" / "bundled")
    return ModelRegistry(output(tmp_path))


def output(tmp_path: Path) -> OutputSettings:
    return OutputSettings(
        model_dir=tmp_path / "models",
        best_model_dir=tmp_path / "models" / "best_model",
        keep_versions=2,
    )


def another(bundle: Bundle, folder: Path, number: int) -> Path:
    """A bundle like ``bundle`` under a version of its own."""
    shutil.copytree(bundle.path, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"], manifest["created"] = f"v{number}", f"2026-01-{number:02}T00:00:00"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_transformers_loads_the_folder_of_a_version(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    made = Path(shutil.copytree(bundle.path, tmp_path / "run", symlinks=True))
    shutil.rmtree(registry.bundled_dir)
    registry.promote(registry.add(made).manifest.version)
    served = tmp_path / "models" / "best_model"
    assert {file.name for file in served.iterdir() if file.is_symlink()} == {
        file.name for file in (served / CHECKPOINT).iterdir() if file.name != TOKENIZER
    }
    assert_loads_the_same(served, served / CHECKPOINT)


def test_transformers_loads_the_folder_of_the_bundled_version() -> None:
    assert_loads_the_same(ROOT / "models" / "bundled", ROOT / "models" / "bundled" / CHECKPOINT)


def assert_loads_the_same(folder: Path, checkpoint: Path) -> None:
    logits = []
    for path in (folder, checkpoint):
        tokenizer = AutoTokenizer.from_pretrained(path)
        model = AutoModelForSequenceClassification.from_pretrained(path)
        logits.append(checkpoint_logits(model, tokenizer, [join("nurse"), join("baker")], 64))
    assert (logits[0] == logits[1]).all() and logits[0].shape == (2, 436)


def names(registry: ModelRegistry) -> list[str]:
    return [version.name for version in registry.versions()]


def test_promote_and_back(registry: ModelRegistry, bundle: Bundle, tmp_path: Path) -> None:
    shipped = bundle.manifest.version
    assert registry.served().manifest.version == shipped
    with pytest.raises(BundleError, match="before"):
        registry.rollback()
    for number in (1, 2):
        made = another(bundle, tmp_path / f"run{number}", number)
        registry.add(made)
        assert not made.exists()
    assert names(registry) == ["v1", "v2", shipped]
    for name in ("v1", "v2"):
        assert registry.promote(name).manifest.version == name
        assert registry.served().manifest.version == name
    assert [v.name for v in registry.versions() if v.is_served] == ["v2"]
    assert registry.rollback().manifest.version == "v1"
    assert registry.rollback().manifest.version == shipped
    assert registry.served().manifest.version == shipped


def test_old_versions_go_but_never_the_one_before(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in range(1, 6):
        registry.add(another(bundle, tmp_path / f"run{number}", number))
        if number in (1, 5):
            registry.promote(f"v{number}")
    # Two are kept; v1 was in service before v5.
    assert names(registry) == ["v1", "v4", "v5", bundle.manifest.version]
    assert registry.rollback().manifest.version == "v1"


def test_the_version_that_the_gate_compares_with_stays(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in range(1, 6):
        registry.add(another(bundle, tmp_path / f"run{number}", number))
        registry.promote(f"v{number}", "v1" if number < 5 else None)
    # Two are kept, and v1, which v4 is compared with: a rollback may serve that again.
    assert names(registry) == ["v1", "v4", "v5", bundle.manifest.version]
    assert registry.reference_of("v4") == "v1" and registry.reference_of("v5") == "v5"
    assert registry.reference_of(bundle.manifest.version) == bundle.manifest.version
    assert registry.rollback().manifest.version == "v4"
    registry.add(another(bundle, tmp_path / "run6", 6))
    assert "v1" in names(registry)


def test_the_bundled_version_can_be_put_back_after_an_update(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    shipped = bundle.manifest.version
    registry.add(another(bundle, tmp_path / "run1", 1))
    registry.promote("v1")
    assert names(registry) == ["v1", shipped]  # the copy is not listed beside it
    shutil.rmtree(registry.bundled_dir)
    another(bundle, registry.bundled_dir, 9)  # as an update of the program does
    assert names(registry) == ["v1", "v9", shipped]
    assert registry.rollback().manifest.version == shipped
    assert registry.served().checkpoint_dir().is_dir()
    assert registry.new_bundled() == "v9"
    registry.add(another(bundle, tmp_path / "run2", 2))
    registry.promote("v2")
    assert registry.new_bundled() == "v9"


def test_a_damaged_bundled_version_keeps_no_other_out_of_service(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    registry.add(another(bundle, tmp_path / "run1", 1))
    (registry.bundled_dir / CHECKPOINT / "model.safetensors").write_bytes(b"damaged")
    assert registry.promote("v1").manifest.version == "v1"
    assert [path.name for path in (tmp_path / "models" / "versions").glob("*/")] == ["v1"]


def test_refused_versions_go_though_none_is_promoted(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    """A gate that refuses every night of a year must not fill the disk."""
    for number in range(1, 7):
        registry.add(another(bundle, tmp_path / f"run{number}", number))
        if number in (1, 2):
            registry.promote(f"v{number}")
    # Two are kept; v2 is in service, v1 was before it.
    assert names(registry) == ["v1", "v2", "v5", "v6", bundle.manifest.version]


def test_what_a_kill_left_is_no_version_and_goes(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    """Killed before its last step, a copy may be whole; a removal has begun with a rename."""
    left = another(bundle, tmp_path / "models" / "versions" / ".v9.part", 9)
    (left.parent / ".v8.json.0123abcd.part").write_text("{", encoding="utf-8")
    assert names(registry) == [bundle.manifest.version]
    with pytest.raises(BundleError, match="no version 'v9'"):
        registry.promote("v9")
    registry.add(another(bundle, tmp_path / "run1", 1))
    registry.add(another(bundle, tmp_path / "run2", 2))
    assert names(registry) == ["v1", "v2", bundle.manifest.version]
    assert not list(left.parent.glob(".*"))


def test_the_last_version_stays_where_the_clock_was_set_back(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in (7, 8, 9, 1):
        registry.add(another(bundle, tmp_path / f"run{number}", number))
    assert names(registry) == ["v1", "v8", "v9", bundle.manifest.version]


def test_a_bundled_version_that_came_later_is_named(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    def serve(number: int) -> None:
        registry.add(another(bundle, tmp_path / f"run{number}", number))
        registry.promote(f"v{number}")

    assert registry.new_bundled() is None
    serve(1)
    assert registry.new_bundled() is None
    shutil.rmtree(registry.bundled_dir)
    another(bundle, registry.bundled_dir, 9)  # as an update of the program does
    for number in range(2, 6):  # the promotions of before are pruned meanwhile
        assert registry.new_bundled() == "v9"
        serve(number)
    registry.promote("v9")
    assert registry.new_bundled() is None
    serve(6)
    assert registry.new_bundled() is None
    shutil.rmtree(registry.bundled_dir)
    assert registry.new_bundled() is None


def test_a_version_of_before_takes_the_bundled_one_for_known(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in (1, 2):
        registry.add(another(bundle, tmp_path / f"run{number}", number))
    registry.promote("v1")
    kept = tmp_path / "models" / "versions" / "v1.json"
    kept.write_text('{"promoted": "2026-01-01T00:00:00+00:00", "replaced": ""}', encoding="utf-8")
    assert registry.new_bundled() is None
    registry.promote("v2")
    assert registry.new_bundled() is None
    shutil.rmtree(registry.bundled_dir)
    another(bundle, registry.bundled_dir, 9)
    assert registry.new_bundled() == "v9"


def test_a_damaged_version_never_gets_into_service(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    made = another(bundle, tmp_path / "run", 1)
    registry.add(made)
    weights = tmp_path / "models" / "versions" / "v1" / "checkpoint" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(BundleError, match="damaged"):
        registry.promote("v1")
    with pytest.raises(BundleError, match="v9"):
        registry.promote("v9")
    assert registry.served().manifest.version == bundle.manifest.version
    half = another(bundle, tmp_path / "half", 2)
    (half / "checkpoint" / "model.safetensors").unlink()
    with pytest.raises(BundleError, match="cannot be read"):
        registry.add(half)
    assert half.exists()


def test_a_link_to_nowhere_is_an_error_that_rollback_mends(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    registry.add(another(bundle, tmp_path / "run", 1))
    registry.promote("v1")
    shutil.rmtree(tmp_path / "models" / "versions" / "v1")
    with pytest.raises(BundleError, match="rollback"):
        registry.served()
    assert registry.rollback().manifest.version == bundle.manifest.version


def test_a_folder_of_the_users_is_served_but_never_replaced(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    another(bundle, tmp_path / "models" / "best_model", 7)
    assert registry.served().manifest.version == "v7"
    registry.add(another(bundle, tmp_path / "run", 1))
    with pytest.raises(BundleError, match="folder of its own"):
        registry.promote("v1")
    assert registry.served().manifest.version == "v7"
    assert {version.promoted for version in registry.versions()} == {None}


@pytest.mark.parametrize(
    ("crash", "of"), [("rename", ""), ("replace", ""), ("replace", "best_model")]
)
def test_a_crash_before_a_rename_changes_nothing(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path, crash: str, of: str
) -> None:
    original = getattr(os, crash)

    def refuse(source: Path, target: Path) -> None:
        if Path(target).name.endswith(of):
            raise OSError("no power")
        original(source, target)

    made = another(bundle, tmp_path / "run", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, crash, refuse)
        with pytest.raises(OSError):
            registry.add(made)
            registry.promote("v1")
    assert registry.served().manifest.version == bundle.manifest.version
    assert not registry.was_promoted("v1")
    assert not any(version.promoted for version in registry.versions())
    if made.exists():
        registry.add(made)
    assert registry.promote("v1").manifest.version == "v1"
    assert registry.was_promoted("v1")


@pytest.mark.parametrize("of", ["v1.json", "best_model"])
def test_a_later_promotion_that_crashes_leaves_what_was_promoted(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path, of: str
) -> None:
    for number in (1, 2):
        registry.promote(registry.add(another(bundle, tmp_path / "run", number)).manifest.version)
    crash_before(of, lambda: registry.promote("v1"))
    assert registry.served().manifest.version == "v2"
    assert registry.was_promoted("v1") and registry.was_promoted("v2")


def test_what_crashed_stays_unpromoted_after_another_promotion(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in (1, 2):
        registry.add(another(bundle, tmp_path / "run", number))
    crash_before("best_model", lambda: registry.promote("v1"))
    registry.promote("v2")
    assert not registry.was_promoted("v1") and registry.was_promoted("v2")
    registry.promote("v1")
    assert registry.was_promoted("v1")
    left = {path.name for path in (tmp_path / "models").glob(".*")}
    assert not left


def test_a_version_that_goes_leaves_no_link(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    registry.add(another(bundle, tmp_path / "run", 1))
    crash_before("best_model", lambda: registry.promote("v1"))
    for number in (2, 3, 4):
        registry.promote(registry.add(another(bundle, tmp_path / "run", number)).manifest.version)
    assert "v1" not in names(registry)
    assert not list((tmp_path / "models").glob(".*"))


def crash_before(name: str, step: Callable[[], object]) -> None:
    """Let a step crash before it puts the file ``name`` into its place."""
    original = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target).name == name:
            raise OSError("no power")
        original(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(OSError, match="no power"):
            step()


def test_a_crash_in_a_rollback_leaves_every_version_what_it_was(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path
) -> None:
    for number in (1, 2):
        registry.promote(registry.add(another(bundle, tmp_path / "run", number)).manifest.version)
    before = registry.versions()
    crash_before("best_model", registry.rollback)
    assert registry.versions() == before
    assert registry.rollback().manifest.version == "v1"
    assert all(
        version.promoted for version in registry.versions() if version.path.name != "bundled"
    )


@pytest.mark.parametrize("content", ["[]", "null", '"v2"', "{", "[" * 100_000])
def test_a_damaged_file_of_one_version_hides_no_other(
    registry: ModelRegistry, bundle: Bundle, tmp_path: Path, content: str
) -> None:
    registry.promote(registry.add(another(bundle, tmp_path / "b", 1)).manifest.version)
    registry.add(another(bundle, tmp_path / "c", 2))
    versions_dir = tmp_path / "models" / "versions"
    (versions_dir / "v1.json").write_text(content, encoding="utf-8")
    (versions_dir / "v2" / "manifest.json").write_text(content, encoding="utf-8")
    names = {version.name: version.is_served for version in registry.versions()}
    assert names == {bundle.manifest.version: False, "v1": True}
    with pytest.raises(BundleError, match="no version was in service before"):
        registry.rollback()
