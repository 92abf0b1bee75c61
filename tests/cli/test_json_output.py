"""JSON is printed whatever the text is, and whatever the output can show."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.json_output import print_json
from core.settings import Settings
from tests.cli.processes import SCRIPT, config_of, environment

VALUE = {"input": "łódź\udcff.csv", "note": "😀"}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_letters_that_cannot_be_shown_are_escaped(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", output)
    print_json(VALUE)
    output.seek(0)
    assert json.loads(output.read()) == VALUE


def test_a_metric_that_is_undefined_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"kappa": float("nan"), "shares": [1.0, float("inf")], "n": (1, None)})
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == {
        "kappa": None,
        "shares": [1.0, None],
        "n": [1, None],
    }


@pytest.mark.slow
def test_a_name_that_is_no_text(settings: Settings, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/staff\xff.csv"
    Path(os.fsdecode(path)).write_text("job_title\nnurse\n", encoding="utf-8")
    command = [*SCRIPT, "classify", *config_of(settings), "--json", "--json-predictions"]
    done = subprocess.run(
        [*map(os.fsencode, command), path, b"--out", os.fsencode(tmp_path / "out")],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    paths = [json.loads(line)["path"] for line in done.stdout.splitlines()]
    assert paths == [os.fsdecode(path)] * 2
