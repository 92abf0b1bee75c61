"""``isco --version``."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from core.settings import Settings
from core.version import VERSION
from inference.bundle import Bundle
from tests.cli.processes import config_of, environment, run_here
from tests.conftest import ROOT


def test_the_versions_of_program_model_and_onnxruntime_which_is_not_loaded(
    user_project: Settings, bundle: Bundle
) -> None:
    program = (
        "import sys, main\n"
        f"main.main({[*config_of(user_project), '--version']!r})\n"
        "print(sorted({'onnxruntime', 'tokenizers', 'torch'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    assert done.stdout.splitlines() == [
        f"isco-coder {VERSION}",
        f"model {bundle.manifest.version}",
        f"onnxruntime {version('onnxruntime')}",
        "[]",
    ]


@pytest.mark.slow
def test_without_a_model_the_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("", encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "best_model").symlink_to("gone")
    done = run_here(capsys, "--config", str(config), "--version")
    assert done.returncode == 0 and not done.stderr
    assert "model none in service" in done.stdout.splitlines()
