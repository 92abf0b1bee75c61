"""Several daemons on one inbox, killed at random and started again, over many files.

``python -m tests.system.soak [--daemons N] [--files N] [--kills N] [--seed N]``: real processes,
``kill -9`` of daemons and of their worker processes at any moment. Files come whole, in chunks,
under names that were there before, with content that came before, unreadable, or as corrections. At
the end everything must be accounted for: see ``invariants.py``. Prints the figures as JSON; exit
code 1
for a breach.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from core.settings import Settings, load_settings
from core.taxonomy import isco08
from tests.conftest import ROOT
from tests.support.invariants import violations
from watcher.intake.claims import WORK

_PATIENCE_S = 300  # without any file ending


class Herd:
    """The daemons: each is started again whenever it has died."""

    def __init__(self, root: Path, n: int, rng: random.Random) -> None:
        self._root, self._rng = root, rng
        self._log = (root / "daemons.log").open("ab")
        self._daemons = {name: self._start(name) for name in ["main", *map(str, range(2, n + 1))]}
        self.killed: Counter[str] = Counter()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        config = self._root / "config.yaml"
        command = [sys.executable, str(ROOT / "main.py"), "watch", "--config", str(config)]
        return subprocess.Popen([*command, "--worker", name], stderr=self._log)

    def kill_one(self) -> bool:
        """Kill a daemon, or the worker of one; whether there was one to kill."""
        name = self._rng.choice(list(self._daemons))
        victim, what = psutil.Process(self._daemons[name].pid), "daemons"
        try:
            children = [c for c in victim.children() if "resource_tracker" not in str(c.cmdline())]
            if children and self._rng.random() < 0.4:
                victim, what = children[0], "workers"
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        self.killed[what] += 1
        return True

    def revive(self) -> None:
        """Start again who has died."""
        for name, daemon in self._daemons.items():
            if daemon.poll() is not None:
                assert daemon.returncode == -signal.SIGKILL, f"{name}: {daemon.returncode}"
                self._daemons[name] = self._start(name)

    def end(self) -> None:
        """Whatever happened: none is left behind."""
        for daemon in self._daemons.values():
            daemon.kill()
            daemon.wait()

    def stop(self) -> None:
        """Ask all to stop, and see that they do."""
        for daemon in self._daemons.values():
            daemon.terminate()
        for daemon in self._daemons.values():
            daemon.wait(60)
        self._log.close()


def contents(n: int, rng: random.Random) -> list[bytes]:
    """What people drop: surveys, the same one again, broken ones, corrections."""
    titles = [isco08().title(code) for code in isco08().units]
    found: list[bytes] = []
    for number in range(n):
        kind = rng.random()
        if kind < 0.1 and found:
            found.append(rng.choice(found))
        elif kind < 0.15:
            found.append(b"name\nno title %d\n" % number)
        elif kind < 0.2:
            text, code = rng.choice(titles).lower(), rng.choice(isco08().units)
            found.append(f"text,corrected_isco_code\n{text} {number} | unknown,{code}\n".encode())
        else:
            rows = (f'0{number},"{rng.choice(titles)}"\n' for _ in range(rng.randint(1, 20)))
            found.append(("id,job_title\n" + "".join(rows)).encode())
    return found


def drop(inbox: Path, name: str, content: bytes, rng: random.Random) -> None:
    """As people copy: by a rename, at once, or in pieces; never over a file that still waits."""
    if rng.random() < 0.3:
        part = inbox / f".{name}.part"
        part.write_bytes(content)
        os.rename(part, inbox / name)
        return
    with (inbox / name).open("xb", buffering=0) as file:
        cut = rng.randrange(len(content)) if rng.random() < 0.3 else 0
        file.write(content[:cut])
        time.sleep(0.05 * bool(cut))
        file.write(content[cut:])


def soak(root: Path, bundle: Path, n_daemons: int, n_files: int, n_kills: int, seed: int) -> dict:
    """Run it all; the figures, and every breach of a promise."""
    settings = _furnish(root, bundle)
    rng = random.Random(seed)
    dropped = contents(n_files, rng)
    begun_s = time.monotonic()
    herd = Herd(root, n_daemons, rng)
    try:
        _run(herd, settings, dropped, n_daemons, n_kills, rng)
    finally:
        herd.end()
    found = violations(settings, dropped)
    return {
        "daemons": n_daemons,
        "files": n_files,
        "killed": dict(herd.killed),
        "batches": len(list(settings.watcher.outbox.glob("[!.]*/receipt.json"))),
        "rejected": len(list(settings.watcher.rejected_dir.glob("*.why.txt"))),
        "stopped three times": _n_given_up(settings),
        "seconds": round(time.monotonic() - begun_s, 1),
        "lost": sum(v.startswith("I3") and "lost" in v for v in found),
        "violations": found,
    }


def _run(
    herd: Herd,
    settings: Settings,
    dropped: list[bytes],
    n_daemons: int,
    n_kills: int,
    rng: random.Random,
) -> None:
    """Drop, kill and start again until everything has ended, then stop."""
    inbox, n_files = settings.watcher.inbox, len(dropped)
    n_dropped, ended, ended_s = 0, 0, time.monotonic()
    while ended < n_files:
        # Files and kills keep pace with what has ended, so that there is always work to hit.
        while n_dropped < min(n_files, ended + 12 * n_daemons):
            name = f"{rng.randrange(max(n_files // 2, 10))}.csv"
            if not (inbox / name).exists():
                drop(inbox, name, dropped[n_dropped], rng)
                n_dropped += 1
        if herd.killed.total() < min(n_kills, 1 + n_kills * ended // max(n_files - 10, 1)):
            herd.kill_one()
        time.sleep(rng.random() * 0.1)
        herd.revive()
        now = _ended(settings)
        if now > ended:
            ended, ended_s = now, time.monotonic()
        assert time.monotonic() - ended_s < _PATIENCE_S, f"nothing ends any more, {ended} did"
    while any((inbox / WORK).iterdir()):
        herd.revive()
        time.sleep(0.1)
        assert time.monotonic() - ended_s < _PATIENCE_S, "a claim is never let go"
    herd.stop()


def _furnish(root: Path, bundle: Path) -> Settings:
    (root / "inbox").mkdir(parents=True)
    config = root / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {bundle}}}\ninference: {{threads: 1}}\n"
        "schedule: {enabled: false}\n"
        "watcher: {poll_s: 0.2, quiet_s: 0.3, heartbeat_s: 0.5}\n",
        encoding="utf-8",
    )
    return load_settings(config)


def _ended(settings: Settings) -> int:
    watched = settings.watcher
    archived = watched.archive_dir.iterdir() if watched.archive_dir.exists() else ()
    rejected = watched.rejected_dir.iterdir() if watched.rejected_dir.exists() else ()
    return sum(path.suffix == ".csv" for path in [*archived, *rejected])


def _n_given_up(settings: Settings) -> int:
    whys = settings.watcher.rejected_dir.glob("*.why.txt")
    return sum("three times" in why.read_text(encoding="utf-8") for why in whys)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=ROOT / "models" / "bundled")
    for name, default in (("daemons", 4), ("files", 1000), ("kills", 200), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        bundle, root = given.bundle.resolve(), Path(folder, "root")
        found = None
        try:
            found = soak(root, bundle, given.daemons, given.files, given.kills, given.seed)
        finally:
            if found is None or found["violations"]:
                sys.stderr.write((root / "daemons.log").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 1 if found["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
