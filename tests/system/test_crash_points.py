"""A daemon may crash after every file operation, and the harness finds a broken protocol."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from inference.bundle import Bundle
from tests.conftest import ROOT
from tests.made_once import made_once
from tests.system.crash_points import VARIANTS

RUNS = {
    "as it is": ["--every", "7"],  # all crash points in ``make soak``
    "a copy that pauses": ["--writer"],
    "archive before publish": ["--files", "a.csv", "--every", "4"],
    "result named by worker": ["--files", "a.csv", "--every", "4"],
    "no recovery": ["--files", "a.csv", "--every", "9"],  # most crash points leave a claim
    "no second hash": ["--writer"],
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def results(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return for each run the number of crashes, and the violations after the next daemon.

    One process makes all of them: to import the program takes it seconds.
    """

    def run_all(folder: Path) -> None:
        runs = (
            ["--", *(["--variant", name] if name in VARIANTS else []), *options]
            for name, options in RUNS.items()
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.system.crash_points", str(bundle.path), *chain(*runs)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout, done.stderr
        (folder / "results").write_text(done.stdout, encoding="utf-8")

    path = made_once(tmp_path_factory, "crash_points", run_all) / "results"
    return dict(zip(RUNS, map(json.loads, path.read_text("utf-8").splitlines()), strict=True))


def test_nothing_is_lost_doubled_or_torn_whenever_it_dies(
    results: dict[str, dict[str, Any]],
) -> None:
    assert results["as it is"]["violations"] == []
    assert results["as it is"]["points"] > 20


def test_a_copy_that_pauses_and_goes_on_is_one_whole_file(
    results: dict[str, dict[str, Any]],
) -> None:
    assert results["a copy that pauses"]["violations"] == []


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("archive before publish", "input.*, 0 results"),
        ("result named by worker", "1 input.*, 2 results"),
        ("no recovery", "left over"),
        ("no second hash", "0 input.*, 1 result"),
    ],
)
def test_a_broken_protocol_is_caught(
    results: dict[str, dict[str, Any]], variant: str, expected: str
) -> None:
    """Each step of the protocol is needed: without it the harness finds what that leads to."""
    assert re.search(expected, "\n".join(results[variant]["violations"]))
