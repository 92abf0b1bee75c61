"""How long somebody waits: the daemon's start, one record, a small file dropped.

Real processes with the model that ships, each from the command to the result; the quiet time of an
inbox is in the settings and not in the figure.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.survey import Survey, write_survey

ROOT = Path(__file__).resolve().parent.parent
QUIET_S = 2.0
_PATIENCE_S = 120


def measure_latency(n_rounds: int, work: Path) -> dict[str, dict[str, str]]:
    """Seconds of each, the median and the worst of ``n_rounds``."""
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
    """A file waits in the inbox, whole since long; no quiet time is asked of it."""
    place = _place(work, f"start{number}", quiet_s=0.0)
    write_survey(place / "inbox" / "survey.csv", Survey(1, seed=number))
    start = time.perf_counter()
    with _Daemon(place):
        _wait(lambda: list((place / "outbox").glob("survey.*/receipt.json")))
        return time.perf_counter() - start


def _dropped(work: Path, number: int) -> float:
    place = _place(work, f"drop{number}", QUIET_S)
    with _Daemon(place):
        _wait((place / "outbox" / "status.json").exists)
        time.sleep(1)  # let it come to rest: that is how a daemon is found
        write_survey(place / "inbox" / "survey.csv", Survey(100, repeats=0.3, seed=number))
        start = time.perf_counter()
        _wait(lambda: list((place / "outbox").glob("survey.*/receipt.json")))
        return time.perf_counter() - start - QUIET_S


class _Daemon:
    """``isco watch`` in a process of its own, stopped at the end."""

    def __init__(self, place: Path) -> None:
        command = _isco("watch", "--config", str(place / "config.yaml"))
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE_S)


def _place(work: Path, name: str, quiet_s: float) -> Path:
    place = work / name
    (place / "inbox").mkdir(parents=True)
    (place / "models").mkdir()
    (place / "models" / "bundled").symlink_to(ROOT / "models" / "bundled")
    config = f"watcher: {{quiet_s: {quiet_s}}}\nschedule: {{enabled: false}}\n"
    (place / "config.yaml").write_text(config, encoding="utf-8")
    return place


def _wait(is_done: Callable[[], object]) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while not is_done():
        if time.monotonic() > give_up:
            raise TimeoutError(f"nothing for {_PATIENCE_S} s")
        time.sleep(0.005)
