"""A daemon may crash after every file operation, and the harness finds a broken protocol."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from inference.bundle import Bundle
from tests.conftest import ROOT
from tests.system.crash_points import VARIANTS

# Every 7th crash point here, all of them in ``make soak``.
SHORT = 7


def run(bundle: Bundle, *arguments: str) -> tuple[int, list[str]]:
    """Return the number of crashes and the violations after the next daemon."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.crash_points", str(bundle.path), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    return result["points"], result["violations"]


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_torn_whenever_it_dies(bundle: Bundle) -> None:
    n_points, violations = run(bundle, "--every", str(SHORT))
    assert violations == []
    assert n_points > 20


@pytest.mark.slow
def test_a_copy_that_pauses_and_goes_on_is_one_whole_file(bundle: Bundle) -> None:
    assert run(bundle, "--writer")[1] == []


@pytest.mark.slow
@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "as it is"])
def test_a_broken_protocol_is_caught(bundle: Bundle, variant: str) -> None:
    """Each step of the protocol is needed: without it the harness finds what that leads to."""
    arguments, expected = {
        "archive before publish": (["--files", "a.csv", "--every", "4"], "input.*, 0 results"),
        "result named by worker": (["--files", "a.csv", "--every", "4"], "1 input.*, 2 results"),
        # Most crash points leave a claim.
        "no recovery": (["--files", "a.csv", "--every", "9"], "left over"),
        "no second hash": (["--writer"], "0 input.*, 1 result"),
    }[variant]
    _, violations = run(bundle, "--variant", variant, *arguments)
    assert re.search(expected, "\n".join(violations))
