"""Send one very large file, or very many small ones, through a real daemon.

``python -m benchmarks.volume rows [--rows N] [--texts N]``: one file of N records of some 400
bytes, with so many distinct texts. ``python -m benchmarks.volume files [--files N]``: N files of
three records, in the inbox from the start. Both run ``isco watch --once`` with the bundled model in
a folder of their own, and print seconds, peak memory, and whether the results are right.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from tests.conftest import ROOT
from tests.support.invariants import violations

_TURN_S = 0.5
_FILLER_CHARS = 320


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rows", "files"))
    parser.add_argument("--rows", type=int, default=5_000_000, metavar="N")
    parser.add_argument("--texts", type=int, default=50_000, metavar="N", help="distinct ones")
    parser.add_argument("--files", type=int, default=10_000, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = str(Path(name, "state"))
        settings = _make_project(Path(name, "root"))
        if arguments.what == "rows":
            figures = large_file(settings, arguments.rows, arguments.texts)
        else:
            figures = many_files(settings, arguments.files)
    print(json.dumps(figures, indent=1))


def large_file(settings: Settings, n_rows: int, n_texts: int) -> dict[str, Any]:
    """Measure one file. ``same``: every record is in its place, byte for byte."""
    path = settings.watcher.inbox / "large.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_records(n_rows, n_texts))
    n_bytes = path.stat().st_size
    run = _watch(settings, lambda: None)
    (receipt_path,) = settings.watcher.outbox.glob("large.*/receipt.json")
    receipt = json.loads(receipt_path.read_text(encoding="utf-8"))
    return {
        "MB": n_bytes >> 20,
        "rows": receipt["n_rows_out"],
        "texts": n_texts,
        "texts to review": receipt["n_review_texts"],
        "rows/s": round(receipt["n_rows_out"] / receipt["seconds"]),
        **run,
        "same": _same(settings.watcher.archive_dir / "large.csv", receipt_path.parent),
    }


def many_files(settings: Settings, n_files: int) -> dict[str, Any]:
    """Measure many files. ``tenths``: the seconds for each tenth of them, the oldest first."""
    inbox = settings.watcher.inbox
    dropped = []
    for number in range(n_files):
        dropped.append(f"id,job_title\n{number},cook\n0,nurse\n1,welder {number % 97}\n".encode())
        path = inbox / f"{number:06}.csv"
        path.write_bytes(dropped[-1])
        os.utime(path, (number, number))
    archive = settings.watcher.archive_dir
    progress = [(time.monotonic(), 0)]

    def count() -> None:
        n = sum(1 for _ in archive.iterdir()) if archive.exists() else 0
        progress.append((time.monotonic(), n))

    run = _watch(settings, count)
    count()
    reached = [min(s for s, n in progress if n >= k * n_files // 10) for k in range(11)]
    return {
        "files": n_files,
        "files/s": round(n_files / run["seconds"], 1),
        **run,
        "tenths": [round(b - a, 1) for a, b in pairwise(reached)],
        "violations": violations(settings, dropped),
    }


def _make_project(root: Path) -> Settings:
    (root / "inbox").mkdir(parents=True)
    config = root / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {ROOT / 'models' / 'bundled'}}}\n"
        "schedule: {enabled: false}\nexplainability: {sample_size: 0}\n",
        encoding="utf-8",
    )
    return load_settings(config)


def _records(n_rows: int, n_texts: int) -> Iterator[str]:
    rng = random.Random(0)
    titles = [isco08().title(code).replace(",", "") for code in isco08().units]
    texts = [f"{rng.choice(titles)} {number},{rng.choice(titles)}" for number in range(n_texts)]
    filler = "".join(rng.choices("abcdefgh ", k=_FILLER_CHARS))
    yield "id,job_title,duties_description,notes\n"
    for number in range(n_rows):
        yield f"0{number},{rng.choice(texts)},{filler}\n"


def _same(original: Path, folder: Path) -> bool:
    """Compare line by line: no field of these files has a quote or a line break."""
    with (
        original.open(encoding="utf-8") as inputs,
        (folder / "predictions.csv").open(encoding="utf-8") as outputs,
    ):
        pairs = zip(inputs, outputs, strict=True)
        return all(after.startswith(before.rstrip("\n") + ",") for before, after in pairs)


def _watch(settings: Settings, on_turn: Callable[[], None]) -> dict[str, Any]:
    """Run the daemon until the inbox is empty; call ``on_turn`` every half second."""
    config = settings.watcher.inbox.parent / "config.yaml"
    command = [sys.executable, str(ROOT / "main.py"), "watch", "--once", "--config", str(config)]
    begun_s = time.monotonic()
    peak_mb = {"daemon": 0, "worker": 0}
    with (settings.watcher.inbox.parent / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(command, stderr=log)
        while daemon.poll() is None:
            on_turn()
            for name, used in _memory(daemon.pid):
                peak_mb[name] = max(peak_mb[name], used >> 20)
            time.sleep(_TURN_S)
    assert daemon.returncode == 0, f"the daemon ended with {daemon.returncode}"
    return {"seconds": round(time.monotonic() - begun_s, 1), "peak MB": peak_mb}


def _memory(pid: int) -> Iterator[tuple[str, int]]:
    try:
        daemon = psutil.Process(pid)
        yield "daemon", daemon.memory_info().rss
        for child in daemon.children():
            if child.cmdline() == daemon.cmdline() or "spawn_main" in " ".join(child.cmdline()):
                yield "worker", child.memory_info().rss
    except psutil.Error:  # it has just ended
        return


if __name__ == "__main__":
    main()
