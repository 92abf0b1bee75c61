"""Measure how long a program waits for ``isco serve``, and what the server needs of memory.

The server is a real process with the model that ships; the clients are threads of another process
with one connection each, on the same cores. Every record is a new text, so that none comes from the
cache; for the memory most are known, as in a survey. Writes ``benchmarks/results/http.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

from benchmarks import ROOT
from benchmarks.processor import processor
from core.taxonomy import isco08

RESULT = Path(__file__).parent / "results" / "http.md"
_ADDRESS = re.compile(r"serving at http://127\.0\.0\.1:(\d+)")
_CLIENTS = (1, 8, 32)
_RECORDS_PER_LIST = 100
_NEW_SHARE = 0.1  # in the soak


@dataclass(frozen=True)
class Waits:
    """The waits in milliseconds of the requests of some clients."""

    n_clients: int
    seconds: float
    waits_ms: list[float]

    @property
    def row(self) -> str:
        quantiles = statistics.quantiles(self.waits_ms, n=100)
        rate = len(self.waits_ms) / self.seconds
        median = statistics.median(self.waits_ms)
        return (
            f"| {self.n_clients} | {len(self.waits_ms):,} | {median:.1f} ms "
            f"| {quantiles[98]:.1f} ms | {max(self.waits_ms):.0f} ms | {rate:.0f} |"
        )


def main() -> None:
    """Start a server, ask it, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--requests", type=int, default=2000, help="of each number of clients, 64 or more"
    )
    parser.add_argument("--soak", type=int, default=100_000, help="requests for the memory")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.yaml").touch()
        server, port = _start(Path(folder))
        try:
            _ask(port, 1, 200)  # what is loaded at the first request
            waits = [_ask(port, n_clients, arguments.requests) for n_clients in _CLIENTS]
            lists = _ask(port, 1, max(arguments.requests // 100, 10), _RECORDS_PER_LIST)
            memory = _soak(port, server.pid, arguments.soak)
        finally:
            server.terminate()
            server.wait()
    RESULT.write_text(_page(waits, lists, memory, load), encoding="utf-8")


def _start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, str(ROOT / "main.py"), "serve", "--port", "0"]
    command += ["--requests-per-s", "100000", "--config", str(folder / "config.yaml")]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if address := _ADDRESS.search(line):
            return server, int(address[1])
    raise RuntimeError(f"the server ended with {server.wait()}")


def _ask(
    port: int, n_clients: int, n_requests: int, n_records: int = 1, new_share: float = 1.0
) -> Waits:
    """Ask ``n_requests`` times by ``n_clients`` at once, each as fast as it is answered.

    ``new_share`` is the share of records that nobody has had.
    """
    with ThreadPoolExecutor(n_clients) as clients:
        start = time.perf_counter()
        shares = clients.map(
            lambda _: _client(port, n_requests // n_clients, n_records, new_share),
            range(n_clients),
        )
        waits_ms = [wait for share in shares for wait in share]
        return Waits(n_clients, time.perf_counter() - start, waits_ms)


def _client(port: int, n_requests: int, n_records: int, new_share: float) -> list[float]:
    randomness = random.Random()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    waits_ms = []
    for _ in range(n_requests):
        records = [_record(randomness, new_share) for _ in range(n_records)]
        body = json.dumps(records if n_records > 1 else records[0])
        start = time.perf_counter()
        connection.request("POST", "/code", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        waits_ms.append(1000 * (time.perf_counter() - start))
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {answer[:200]!r}")
    connection.close()
    return waits_ms


def _record(randomness: random.Random, new_share: float) -> dict[str, str]:
    """Return the title of a group, or words of titles in an order that nobody has had."""
    if randomness.random() > new_share:
        return {"job_title": randomness.choice(tuple(isco08().titles.values()))}
    words = " ".join(randomness.choices(tuple(isco08().titles.values()), k=3)).split()
    randomness.shuffle(words)
    return {"job_title": " ".join(words[:2]), "duties_description": " ".join(words[2:8])}


def _soak(port: int, pid: int, n_requests: int) -> list[tuple[int, float]]:
    """Return the memory of the server in MB after some tenths of ``n_requests``."""
    process = psutil.Process(pid)
    memory = [(0, process.memory_info().rss / 1e6)]
    for tenth in range(1, 11):
        _ask(port, 8, n_requests // 10, new_share=_NEW_SHARE)
        memory.append((tenth * n_requests // 10, process.memory_info().rss / 1e6))
    return memory


def _page(waits: list[Waits], lists: Waits, memory: list[tuple[int, float]], load: float) -> str:
    shown = memory[:2] + memory[2::2]
    return "\n".join(
        [
            "# HTTP: how long a program waits",
            "",
            "`python -m benchmarks.http_load`: `isco serve` with the model that ships, asked over",
            "loopback by clients on the same cores, one record a request, each text new.",
            "",
            f"Processor: {processor()}. Load of the machine before the start: {load:.1f}."
            f"{_priority()}",
            "",
            "| clients | requests | median | p99 | longest | requests/s |",
            "|---|---|---|---|---|---|",
            *(part.row for part in waits),
            "",
            f"A list of {_RECORDS_PER_LIST} records takes "
            f"{statistics.median(lists.waits_ms):.0f} ms (median of {len(lists.waits_ms)}).",
            "",
            "Memory of the server with 8 clients, where one record in ten is a new text (the cache",
            "keeps new texts, up to 500,000):",
            "",
            "| requests | " + " | ".join(f"{n:,}" for n, _ in shown) + " |",
            "|---" * (len(shown) + 1) + "|",
            "| MB | " + " | ".join(f"{mb:.0f}" for _, mb in shown) + " |",
            "",
        ]
    )


def _priority() -> str:
    """Return how server and clients stood against others on the machine, where it is not usual."""
    if not hasattr(os, "sched_getscheduler") or os.sched_getscheduler(0) != os.SCHED_RR:
        return ""
    return (
        " Others used the machine: server and clients had real-time priority (`chrt -r 1`), which "
        "comes near to a machine of their own."
    )


if __name__ == "__main__":
    main()
