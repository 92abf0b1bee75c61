"""Measure how long a user waits: the start of the daemon, one record, a small file dropped.

Each is a real process with the model that ships, from the command to the result. The time for which
a file must be unchanged (``watcher.quiet_s``) is subtracted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import ROOT
from benchmarks.survey import Survey, write_survey

QUIET_S = 2.0
_TIMEOUT_S = 120


def measure_latency(n_rounds: int, work: Path) -> dict[str, dict[str, str]]:
    """Return the median and the longest seconds of each, in ``n_rounds`` rounds."""
    measured = {
        "isco code, one record": lambda number: _code(),
        "daemon's start to the first result": lambda number: _first_result(work, number),
        "100 rows dropped, after the quiet time": lambda number: _dropped(work, number),
    }
    rows = {}
    for name, measure in measured.items():
        seconds = [measure(number) for number in range(n_rounds)]
        rows[name] = {"median": f"{statistics.median(seconds):.2f} s"}
        rows[name]["worst"] = f"{max(seconds):.2f} s"
    return rows


def _isco(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "main.py"), *arguments]


def _code() -> float:
    start = time.perf_counter()
    subprocess.run(_isco("code", "registered nurse"), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _first_result(work: Path, number: int) -> float:
    """The file is in the inbox before the daemon starts; ``quiet_s`` is 0."""
    project = _make_project(work, f"start{number}", quiet_s=0.0)
    write_survey(project / "inbox" / "survey.csv", Survey(1, seed=number))
    start = time.perf_counter()
    with _Daemon(project):
        _wait(lambda: list((project / "outbox").glob("survey.*/receipt.json")))
        return time.perf_counter() - start


def _dropped(work: Path, number: int) -> float:
    project = _make_project(work, f"drop{number}", QUIET_S)
    with _Daemon(project):
        _wait((project / "outbox" / "status.json").exists)
        time.sleep(1)  # a daemon usually idles when a file arrives
        write_survey(project / "inbox" / "survey.csv", Survey(100, repeats=0.3, seed=number))
        start = time.perf_counter()
        _wait(lambda: list((project / "outbox").glob("survey.*/receipt.json")))
        return time.perf_counter() - start - QUIET_S


class _Daemon:
    """``isco watch`` in a process of its own, stopped at the end."""

    def __init__(self, project: Path) -> None:
        command = _isco("watch", "--config", str(project / "config.yaml"))
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(_TIMEOUT_S)


def _make_project(work: Path, name: str, quiet_s: float) -> Path:
    project = work / name
    (project / "inbox").mkdir(parents=True)
    (project / "models").mkdir()
    (project / "models" / "bundled").symlink_to(ROOT / "models" / "bundled")
    config = f"watcher: {{quiet_s: {quiet_s}}}\nschedule: {{enabled: false}}\n"
    (project / "config.yaml").write_text(config, encoding="utf-8")
    return project


def _wait(is_done: Callable[[], object]) -> None:
    deadline = time.monotonic() + _TIMEOUT_S
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no result within {_TIMEOUT_S} s")
        time.sleep(0.005)
