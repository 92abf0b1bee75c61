"""Several daemons on one inbox with many files, killed at random and started again.

``python -m tests.system.soak [--daemons N] [--files N] [--kills N] [--seed N]``: real processes,
``kill -9`` of daemons and of their worker processes at any moment, and SIGSTOP for up to eight
seconds, which is longer than a lease. Files come whole, in chunks, from writers that pause, under
names that were used before, with content that came before, unreadable, or as corrections; some are
renamed while they wait. Links, pipes and folders are planted in the inbox and the outbox. As root
on Linux the files belong to other users, who close some to the daemons for a while, and one of them
tries to get at what is not his (``tests/support/other_users.py``). At the end the invariants of
``tests/support/invariants.py`` must hold. The figures are printed as JSON; the exit code is 1 for a
violation.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import psutil

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from tests.conftest import ROOT
from tests.support import other_users
from tests.support.invariants import violations
from tests.support.other_users import OtherUsers
from watcher.intake.claims import WORK

PLANTED = "planted"
_PATIENCE_S = 300  # without any finished file


class Daemons:
    """The daemons; each is started again when it was killed."""

    def __init__(self, root: Path, n: int, rng: random.Random) -> None:
        self._root = root
        self._rng = rng
        self._log = (root / "daemons.log").open("ab")
        self._daemons = {name: self._start(name) for name in ["main", *map(str, range(2, n + 1))]}
        self.killed: Counter[str] = Counter()
        self.n_stopped = 0
        self._stopped: list[tuple[float, psutil.Process]] = []  # when it continues

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        config = self._root / "config.yaml"
        command = [sys.executable, str(ROOT / "main.py"), "watch", "--config", str(config)]
        if other_users.are_possible():
            command = [*other_users.command_prefix(), *command]
        return subprocess.Popen([*command, "--worker", name], stderr=self._log)

    def kill_one(self) -> bool:
        """Kill a daemon or its worker process; return whether there was one to kill."""
        try:
            kind, victim = self._choose()
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        self.killed[kind] += 1
        return True

    def _choose(self) -> tuple[str, psutil.Process]:
        name = self._rng.choice(list(self._daemons))
        daemon = psutil.Process(self._daemons[name].pid)
        children = [c for c in daemon.children() if "resource_tracker" not in str(c.cmdline())]
        if children and self._rng.random() < 0.4:
            return "workers", children[0]
        return "daemons", daemon

    def stop_one(self) -> None:
        """Let a daemon or its worker process sleep for a while, as in a laptop that is closed."""
        with suppress(psutil.NoSuchProcess):
            _, sleeper = self._choose()
            sleeper.send_signal(signal.SIGSTOP)
            self._stopped.append((time.monotonic() + self._rng.random() * 8, sleeper))
            self.n_stopped += 1

    def continue_due(self, *, all_of_them: bool = False) -> None:
        """Let those continue whose time has come."""
        now_s = time.monotonic()
        due = [item for item in self._stopped if all_of_them or item[0] <= now_s]
        self._stopped = [item for item in self._stopped if item not in due]
        for _, sleeper in due:
            with suppress(psutil.NoSuchProcess):
                sleeper.send_signal(signal.SIGCONT)

    def __len__(self) -> int:
        return len(self._daemons)

    def restart(self) -> None:
        """Start the killed daemons again."""
        for name, daemon in self._daemons.items():
            if daemon.poll() is not None:
                assert daemon.returncode == -signal.SIGKILL, f"{name}: {daemon.returncode}"
                self._daemons[name] = self._start(name)

    def end(self) -> None:
        """Kill all daemons, whatever happened."""
        self.continue_due(all_of_them=True)
        for daemon in self._daemons.values():
            daemon.kill()
            daemon.wait()

    def stop(self) -> None:
        """Tell all daemons to stop, and wait until they have."""
        for daemon in self._daemons.values():
            daemon.terminate()
        for daemon in self._daemons.values():
            daemon.wait(60)
        self._log.close()


def contents(n: int, rng: random.Random) -> list[bytes]:
    """Return what people drop: surveys, the same one again, broken ones, corrections."""
    titles = [isco08().title(code) for code in isco08().units]
    dropped: list[bytes] = []
    for number in range(n):
        kind = rng.random()
        if kind < 0.1 and dropped:
            dropped.append(rng.choice(dropped))
        elif kind < 0.15:
            dropped.append(b"name\nno title %d\n" % number)
        elif kind < 0.2:
            text, code = rng.choice(titles).lower(), rng.choice(isco08().units)
            dropped.append(f"text,corrected_isco_code\n{text} {number} | unknown,{code}\n".encode())
        else:
            rows = (f'0{number},"{rng.choice(titles)}"\n' for _ in range(rng.randint(1, 20)))
            dropped.append(("id,job_title\n" + "".join(rows)).encode())
    return dropped


def drop(
    inbox: Path, name: str, content: bytes, rng: random.Random, own: Callable[[int], None]
) -> None:
    """Copy as people do: by a rename, at once, or in pieces; never over a file that still waits."""
    if rng.random() < 0.3:
        part = inbox / f".{name}.part"
        with part.open("wb") as file:
            own(file.fileno())
            file.write(content)
        os.rename(part, inbox / name)
        return
    with (inbox / name).open("xb", buffering=0) as file:
        own(file.fileno())
        cut = rng.randrange(len(content)) if rng.random() < 0.3 else 0
        file.write(content[:cut])
        time.sleep(0.05 * bool(cut))
        file.write(content[cut:])


class People:
    """Writers that pause with a file open, and those who rename what waits."""

    def __init__(self, inbox: Path, rng: random.Random, own: Callable[[int], None]) -> None:
        """``own`` is told the descriptor of each new file."""
        self._inbox = inbox
        self._rng = rng
        self._own = own
        self._open: list[tuple[float, BinaryIO, bytes]] = []  # when it goes on, with what
        self.n_pauses = 0
        self.n_renames = 0

    def drop(self, name: str, content: bytes) -> None:
        """Copy a file; one of ten writers pauses in the middle, for up to eight seconds."""
        if self._rng.random() >= 0.1:
            drop(self._inbox, name, content, self._rng, self._own)
            return
        file = (self._inbox / name).open("xb", buffering=0)
        self._own(file.fileno())
        cut = self._rng.randrange(len(content))
        file.write(content[:cut])
        self._open.append((time.monotonic() + self._rng.random() * 8, file, content[cut:]))
        self.n_pauses += 1

    def go_on(self) -> None:
        """Write the rest of the files whose writers have paused long enough."""
        now_s = time.monotonic()
        for item in [item for item in self._open if item[0] <= now_s]:
            self._open.remove(item)
            _, file, rest = item
            with file:
                file.write(rest)

    def rename_one(self) -> None:
        """Give a file that waits another name that is free."""
        names = [path.name for path in self._inbox.glob("[!.]*.csv") if path.is_file()]
        names = [name for name in names if not name.startswith(PLANTED)]
        target = self._inbox / f"r{self._rng.randrange(10**9)}.csv"
        with suppress(FileNotFoundError):
            if names:
                (self._inbox / self._rng.choice(names)).rename(target)
                self.n_renames += 1


def plant(settings: Settings) -> list[Path]:
    """Plant what must never be opened; return the paths."""
    inbox, outbox = settings.watcher.inbox, settings.watcher.outbox
    link, pipe, folder = (inbox / f"{PLANTED}-{kind}.csv" for kind in ("link", "pipe", "folder"))
    link.symlink_to("/etc/passwd")
    os.mkfifo(pipe)
    folder.mkdir()
    batch = outbox / f"{PLANTED}.{'0' * 12}"
    batch.mkdir(parents=True)
    os.mkfifo(batch / "receipt.json")
    os.mkfifo(outbox / "status-2.json")
    (outbox / "nightly" / "2026-01-01").mkdir(parents=True)
    os.mkfifo(outbox / "nightly" / "2026-01-01" / "metrics.json")
    return [link, pipe, folder, batch, outbox / "nightly"]


def uproot(paths: list[Path]) -> None:
    """Remove what was planted, all of which must still be there."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def soak(root: Path, bundle: Path, n_daemons: int, n_files: int, n_kills: int, seed: int) -> dict:
    """Return the figures of one run, and all violations."""
    settings = _furnish(root, bundle)
    rng = random.Random(seed)
    dropped = contents(n_files, rng)
    begun_s = time.monotonic()
    planted = plant(settings)
    others = _other_users(settings, rng)
    people = People(settings.watcher.inbox, rng, others.own if others else lambda file: None)
    daemons = Daemons(root, n_daemons, rng)
    try:
        _run(daemons, people, others, settings, dropped, n_kills, rng)
    finally:
        daemons.end()
    uproot([*planted, *(others.planted if others else [])])
    found_violations = violations(settings, dropped)
    return {
        "daemons": n_daemons,
        "files": n_files,
        "killed": dict(daemons.killed),
        "stopped for a while": daemons.n_stopped,
        "pauses of writers": people.n_pauses,
        "renamed": people.n_renames,
        "closed for a while": others.n_closed if others else None,
        "attacks": others.n_attacks if others else None,
        "batches": len(list(settings.watcher.outbox.glob("[!.]*/receipt.json"))),
        "rejected": len(list(settings.watcher.rejected_dir.glob("*.why.txt"))),
        "stopped three times": _n_stopped_three_times(settings),
        "seconds": round(time.monotonic() - begun_s, 1),
        "lost": sum(v.startswith("I3") and "lost" in v for v in found_violations),
        "violations": found_violations,
    }


def _run(
    daemons: Daemons,
    people: People,
    others: OtherUsers | None,
    settings: Settings,
    dropped: list[bytes],
    n_kills: int,
    rng: random.Random,
) -> None:
    """Drop files, kill and restart daemons until all files are finished; then stop."""
    inbox = settings.watcher.inbox
    n_files = len(dropped)
    n_dropped = 0
    n_finished = 0
    finished_s = time.monotonic()
    while n_finished < n_files:
        # Files and kills keep pace with the finished files, so that a kill always hits some work.
        while n_dropped < min(n_files, n_finished + 12 * len(daemons)):
            name = f"{rng.randrange(max(n_files // 2, 10))}.csv"
            if not (inbox / name).exists():
                people.drop(name, dropped[n_dropped])
                n_dropped += 1
        if daemons.killed.total() < min(n_kills, 1 + n_kills * n_finished // max(n_files - 10, 1)):
            daemons.kill_one()
            daemons.stop_one()
            people.rename_one()
            if others:
                others.attack()
        daemons.continue_due()
        people.go_on()
        if others:
            others.open_due()
        time.sleep(rng.random() * 0.1)
        daemons.restart()
        n_now = _n_finished(settings)
        if n_now > n_finished:
            n_finished = n_now
            finished_s = time.monotonic()
        is_late = time.monotonic() - finished_s > _PATIENCE_S
        assert not is_late, f"no file is finished any more after {n_finished}"
    daemons.continue_due(all_of_them=True)
    while any((inbox / WORK).iterdir()):
        daemons.restart()
        time.sleep(0.1)
        assert time.monotonic() - finished_s < _PATIENCE_S, "a claim is never released"
    daemons.stop()


def _other_users(settings: Settings, rng: random.Random) -> OtherUsers | None:
    if not other_users.are_possible():
        return None
    return OtherUsers(settings.watcher.inbox, settings.watcher.outbox, rng)


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


def _n_finished(settings: Settings) -> int:
    watched = settings.watcher
    archived = watched.archive_dir.iterdir() if watched.archive_dir.exists() else ()
    rejected = watched.rejected_dir.iterdir() if watched.rejected_dir.exists() else ()
    return sum(path.suffix == ".csv" for path in [*archived, *rejected])


def _n_stopped_three_times(settings: Settings) -> int:
    paths = settings.watcher.rejected_dir.glob("*.why.txt")
    return sum("three times" in path.read_text(encoding="utf-8") for path in paths)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=ROOT / "models" / "bundled")
    for name, default in (("daemons", 4), ("files", 1000), ("kills", 200), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # for other users
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        bundle = given.bundle.resolve()
        root = Path(folder, "root")
        figures = None
        try:
            figures = soak(root, bundle, given.daemons, given.files, given.kills, given.seed)
        finally:
            if figures is None or figures["violations"]:
                sys.stderr.write((root / "daemons.log").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 1 if figures["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
