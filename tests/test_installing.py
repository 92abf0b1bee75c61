"""What is installed: a wheel with all of the program, and locked versions that fit its ranges."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from core.packages import SHIPPED_MODEL
from core.settings import Settings
from inference.bundle import CHECKPOINT, MANIFEST
from tests.cli.processes import config_of
from tests.conftest import ROOT
from tests.test_layout import MAY_IMPORT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
RUN = [
    *PROJECT["dependencies"],
    *(line for extra in ("train", "explain", "statistics", "serve") for line in EXTRAS[extra]),
]
TEST = [*RUN, *EXTRAS["openvino"], *EXTRAS["ray"], *EXTRAS["docs"], *EXTRAS["dev"]]
LINUX = {"platform_machine": "x86_64", "sys_platform": "linux"}
_WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {missing}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Missing())
import main
sys.exit(main.main())
"""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def locked(path: str, python: str) -> dict[str, str]:
    """Name → version of each package that a lock file gives to ``python`` on Linux."""
    versions = {}
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if re.match("[a-z]", line):
            requirement = Requirement(line.removesuffix("\\"))
            environment = {**LINUX, "python_version": python, "python_full_version": f"{python}.0"}
            if requirement.marker is None or requirement.marker.evaluate(environment):
                (pin,) = requirement.specifier
                versions[requirement.name] = pin.version
    return versions


@pytest.mark.parametrize("python", PYTHONS)
def test_every_range_has_a_locked_version(python: str) -> None:
    constraints = locked("constraints.txt", python)
    for line in TEST:
        requirement = Requirement(line)
        environment = {**LINUX, "python_version": python}
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = requirement.name.lower().replace("_", "-")
            assert name in constraints, f"{name}: run make lock"
            assert requirement.specifier.contains(constraints[name]), f"{line}: run make lock"


@pytest.mark.parametrize(
    "path", ["requirements/run.txt", "requirements/test.txt", "requirements/openvino.txt"]
)
def test_what_is_installed_has_the_locked_version_and_hashes(path: str) -> None:
    constraints = locked("constraints.txt", "3.11")
    versions = locked(path, "3.11")
    assert versions
    assert versions == {name: constraints[name] for name in versions}
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    packages = [n for n, line in enumerate(lines) if re.match("[a-z]", line)]
    assert all(lines[n + 1].strip().startswith("--hash=sha256:") for n in packages)


def test_a_user_gets_neither_ray_nor_test_tools() -> None:
    run = set(locked("requirements/run.txt", "3.11"))
    assert not run & {
        "ray",
        "atheris",
        "pytest",
        "hypothesis",
        "selenium",
        "ruff",
        "mypy",
    }
    assert (
        "torch" not in run
    )  # whether its build for CPU or for CUDA is installed is the user's choice
    assert run < set(locked("requirements/test.txt", "3.11"))


def test_the_makefile_accepts_the_same_pythons() -> None:
    lowest, highest = re.findall(
        r"\((\d+), (\d+)\)", (ROOT / "Makefile").read_text(encoding="utf-8")
    )
    expected = SpecifierSet(f">={'.'.join(lowest)},<{'.'.join(highest)}")
    assert SpecifierSet(PROJECT["requires-python"]) == expected
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: 3." in line]
    assert named == list(PYTHONS)


def test_make_help_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    explained = re.findall(r"^  make ([a-z-]+) +\S", done.stdout, re.MULTILINE)
    assert sorted(explained) == sorted(phony[1].split())


@pytest.mark.slow
def test_measuring_needs_no_packages_of_a_training(settings: Settings, tmp_path: Path) -> None:
    """PyTorch alone may take 3 GB, and an office with a wheel trains nothing."""
    assert set(EXTRAS["measure"]) < set(EXTRAS["train"])
    of_training = set(EXTRAS["train"]) - set(EXTRAS["measure"])
    missing = sorted(Requirement(line).name.removesuffix("-onnx") for line in of_training)
    program = _WITHOUT.format(missing=missing)
    coded = tmp_path / "coded.csv"
    coded.write_text("job_title,isco_code\nnurse,2221\ncook,5120\n", encoding="utf-8")
    for arguments in (["coders"], ["evaluate", "--on", str(coded)]):
        command = [sys.executable, "-c", program, *config_of(settings), *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout, done.stderr


@pytest.mark.slow
def test_a_wheel_holds_every_module_template_and_table(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in MAY_IMPORT:
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "bundled")
        )
    served = ["manifest.json", "model_int8.onnx", "ngram_model.npz", "spelling.txt.gz"]
    served += ["tokenizer.json", "training_profile.npz"]
    bundled = source / "isco" / "bundled"
    (bundled / "checkpoint").mkdir(parents=True)
    for name in (*served, "vocab.txt", "model.safetensors", "checkpoint/model.safetensors"):
        (bundled / name).write_bytes(b"x")  # what a wheel takes and leaves; 86 MB would take long
    for name in ("main.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source / name)
    expected = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.suffix in {".py", ".html", ".csv", ".txt", ".yaml", ".bin", ".po"}
        and bundled not in path.parents
    } | {f"isco/bundled/{name}" for name in served}
    shipped = json.loads((SHIPPED_MODEL / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert {MANIFEST, *shipped} - set(served) <= {
        name for name in shipped if name.startswith(f"{CHECKPOINT}/")
    }
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        names = {name for name in content.namelist() if ".dist-info/" not in name}
    assert names == expected
