"""``isco --print-completion``: the scripts, and what bash completes with its script."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.processes import run_script

COMMANDS = ("watch", "status", "service", "classify", "code", "explain", "train", "models")


def script_of(shell: str) -> str:
    done = run_script("--print-completion", shell)
    assert done.returncode == 0 and not done.stderr
    return done.stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_script_for_each_shell(shell: str, tmp_path: Path) -> None:
    script = script_of(shell)
    assert all(command in script for command in COMMANDS)
    path = tmp_path / "completion"
    path.write_text(script, encoding="utf-8")
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(path)], check=True)


@pytest.fixture(scope="module")
def bash_script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "isco"
    path.write_text(script_of("bash"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["cla"], {"classify"}),
        (["models", "ro"], {"rollback"}),
        (["classify", "--eng"], {"--engine"}),
        (["classify", "--format", ""], {"parquet", "csv"}),
        (["classify", "st"], {"staff.csv", "stock"}),
        (["classify", "--out", "st"], {"stock"}),
        (["--config", "st"], {"staff.csv", "stock"}),
        (["train", "--raw", "st"], {"staff.csv", "stock"}),
        (["train", "--corrections-dir", "st"], {"stock"}),
        (["evaluate", "--on", "st"], {"staff.csv", "stock"}),
    ],
)
def test_bash_completes(
    bash_script: Path, tmp_path: Path, words: list[str], expected: set[str]
) -> None:
    (tmp_path / "staff.csv").touch()
    (tmp_path / "stock").mkdir()
    quoted = " ".join(f"'{word}'" for word in ["isco", *words])
    program = (
        f"source '{bash_script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words)}\n"
        '_shtab_isco; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert {word.rstrip("/") for word in done.stdout.split()} == expected, done.stderr
