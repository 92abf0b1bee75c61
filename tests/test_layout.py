"""The house: who imports whom, and that serving never loads torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.bundle import Bundle
from tests.conftest import ROOT

MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "inference": {"core"},
    "exporters": {"core", "inference"},
    "training": {"core", "inference", "exporters"},
    "results": {"core", "inference"},
    "watcher": {"core", "inference", "results"},
    "distributed": {"core", "inference"},
    "cli": {"core", "inference", "exporters", "training", "results", "watcher", "distributed"},
    "isco": {"core", "inference", "results"},
}
HEAVY = {"torch", "transformers", "optimum", "pandas", "sklearn", "scipy", "onnx"}
MAY_BE_HEAVY = {"exporters", "training"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_go_one_way(room: str) -> None:
    files = list((ROOT / room).glob("**/*.py"))
    assert files
    for path in files:
        names = set(imported(path))
        foreign = names & (set(MAY_IMPORT) | {"main", "benchmarks"}) - MAY_IMPORT[room] - {room}
        assert not foreign, f"{path.name} imports {foreign}"
        if room not in MAY_BE_HEAVY:
            assert not names & HEAVY, f"{path.name} imports {names & HEAVY}"


def test_help_loads_no_room_but_what_all_agree_on() -> None:
    rooms = set(MAY_IMPORT) - {"cli", "core"}
    program = f"import sys, main; print(sorted({rooms!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_serving_loads_no_torch(bundle: Bundle, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"output: {{best_model_dir: {bundle.path}}}\n", encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.csv").write_text("job_title\nplumber\n", encoding="utf-8")
    program = (
        "import sys, main\n"
        f"assert main.main(['watch', '--once', '--config', {str(config)!r}]) == 0\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert len(list((tmp_path / "outbox").glob("a.*/receipt.json"))) == 1
