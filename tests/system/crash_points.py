"""Ends a daemon after every single file operation, and looks whether the next one puts it right.

A program of its own (``python -m tests.system.crash_points BUNDLE FOLDER [--variant V] [--every
N]``): one process loads the model, then forks for every crash point, so that a thousand deaths take
seconds. What is driven is the real daemon over real folders, with a clock that need not be waited
for and ``Filesystem`` that end the process. It prints what was found as JSON; exit code 1 for a
breach.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import shutil
import sys
import tempfile
import threading
import traceback
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.settings import Settings, load_settings
from results.corrections_file import CORRECTIONS
from results.receipt import AnyReceipt
from tests.support.invariants import violations
from watcher.clock import Clock
from watcher.daemon import Daemon
from watcher.delivery import archive, publish
from watcher.filesystem import Filesystem
from watcher.intake.active_claims import ActiveClaim, ActiveClaims
from watcher.intake.claims import WORK, Claim
from watcher.pipeline import Pipeline
from watcher.processes.file_processor import FileProcessor

KILLED = 9
_HARMLESS = {"names", "status", "read", "hash", "is_closed", "step", "arm"}
_MAX_TICKS = 100

CODED = b"id,job_title\n0110,nurse\n1e5,welder\nNA,=cook\n"
FILES = {
    "a.csv": CODED,
    "b.csv": CODED,  # the same content under another name
    "c.csv": b"name\nno title\n",  # rejected
    "d.csv": b"text,corrected_isco_code\nbaker | unknown,7512\n",
}
# A correction from before; d.csv has another code, and its corrections.csv must say so.
EARLIER = b"text,corrected_isco_code\nbaker | unknown,7511\n"
REPLACES = "replaces 7511"


class Handmade(Clock):
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.start = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


class Deadly(Filesystem):
    """File operations of which the n-th is the last, in the middle or after it; none for 0."""

    def __init__(self, n: int) -> None:
        self._left = n
        self._is_armed = False

    def __getattribute__(self, name: str) -> Any:
        operation = super().__getattribute__(name)
        if name.startswith("_") or name in _HARMLESS:
            return operation
        return lambda *arguments: self._count(name, operation, arguments)

    def _count(self, name: str, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name in ("write", "copy"):  # they take time: half of it is on the disk
            self.step(lambda: arguments[-1] if name == "copy" else _half(*arguments))
        result = operation(*arguments)
        self.step()
        return result

    def step(self, last_act: Callable[[], object] = lambda: None) -> None:
        """One of the moments in which the process may end."""
        self._left -= self._is_armed
        if self._is_armed and self._left == 0:
            last_act()
            os._exit(KILLED)

    def arm(self) -> None:
        """From here on moments are counted; every file that is opened to be written is one too."""

        def opened(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wx"):
                self.step()

        self._is_armed = True
        sys.addaudithook(opened)


def _half(path: Path, content: bytes) -> None:
    path.write_bytes(content[: len(content) // 2])


class ArchiveFirst(Pipeline):
    """Broken: the input is put away before its results are there."""

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        assert isinstance(self._files, Deadly)
        self._files.arm()
        receipt.claim = claim.id
        publish.complete(self._files, staged, receipt)
        archive.archive(self._files, claim, self._settings.archive_dir, self._breathe)
        return publish.publish(self._files, staged, self._settings.outbox, receipt)

    def _finish(self, held: ActiveClaim, answer: str) -> bool:
        if held.claim.path.exists():
            return super()._finish(held, answer)
        self._let_go(held.claim)
        return True


class NamedByWorker(Pipeline):
    """Broken: results are named by who made them, and do not say of what."""

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        assert isinstance(self._files, Deadly)
        self._files.arm()
        receipt.batch_id = receipt.claim = uuid.uuid4().hex[:12]
        publish.complete(self._files, staged, receipt)
        return publish.publish(self._files, staged, self._settings.outbox, receipt)


class NoRecovery(ActiveClaims):
    """Broken: what was in work when a worker died stays there."""

    def recover(self) -> None:
        pass


class NoSecondHash(Pipeline):
    """Broken: what was still for the quiet time is taken for whole."""

    def _is_settled(self, held: ActiveClaim) -> bool:
        held.sha256 = self._files.hash(held.claim.path)
        return True


VARIANTS: dict[str, type[Pipeline] | type[ActiveClaims]] = {
    "as it is": Pipeline,
    "archive before publish": ArchiveFirst,
    "result named by worker": NamedByWorker,
    "no recovery": NoRecovery,
    "no second hash": NoSecondHash,
}


def live(
    kind: type[Pipeline] | type[ActiveClaims],
    settings: Settings,
    coder: FileProcessor,
    files: Deadly,
    name: str = "main",
    between: Callable[[int], None] = lambda tick: None,
) -> None:
    """One life of a daemon: until there is nothing left to do."""
    clock = Handmade()
    daemon = Daemon(
        settings, coder, lambda path: nullcontext(lambda n: None), threading.Event(),
        name=name, files=files, clock=clock,
    )  # fmt: skip
    part = daemon._holdings if issubclass(kind, ActiveClaims) else daemon._passage
    part.__class__ = kind  # type: ignore[assignment]
    if kind not in (ArchiveFirst, NamedByWorker):  # until they publish these are like any other
        files.arm()
    daemon.start()
    for tick in range(_MAX_TICKS):
        daemon.tick()
        between(tick)
        clock.seconds += 1.0
        work = settings.watcher.inbox / WORK
        if tick > 3 and not _visible(settings.watcher.inbox) and not any(work.iterdir()):
            return


def _visible(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


def forked(life: Callable[[], None]) -> int:
    """Live it in a process of its own; how that ended."""
    child = os.fork()
    if child == 0:
        try:
            life()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def furnish(root: Path, bundle: Path) -> Settings:
    """A fresh folder with its settings."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "inbox").mkdir(parents=True)
    config = root / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {bundle}}}\ninference: {{threads: 1}}\n"
        "watcher: {poll_s: 0.5, quiet_s: 2, heartbeat_s: 1}\n",
        encoding="utf-8",
    )
    return load_settings(config)


def crash_points(
    bundle: Path,
    root: Path,
    kind: type[Pipeline] | type[ActiveClaims],
    every: int,
    names: list[str],
) -> dict[str, Any]:
    """Die at every ``every``-th moment of a day with these files; what the next life left wrong."""
    dropped = {name: FILES[name] for name in names}
    settings = furnish(root, bundle)
    coder = FileProcessor(settings)
    coder.identify(_write(root / "warm.csv", CODED), lambda n: None)
    stricter = settings.model.model_copy(update={"confidence_threshold": 0.5})
    strict = FileProcessor(settings.model_copy(update={"model": stricter}))
    found: list[str] = []
    n_points = 0
    for n in itertools.count(1, every):
        if found and kind is not Pipeline:
            break  # it is caught
        furnish(root, bundle)
        settings.data.corrections_dir.mkdir(parents=True)
        _write(settings.data.corrections_dir / "earlier.csv", EARLIER)
        for name, content in dropped.items():
            _write(settings.watcher.inbox / name, content)

        def first_life(n: int = n) -> None:
            live(kind, settings, coder, Deadly(n))

        status = forked(first_life)
        if status == 0:
            break
        n_points += 1
        # The next one is the same daemon, another one, or one with other settings.
        name = "two" if n % 3 == 1 else "main"
        again = coder if n % 3 != 2 else strict

        def next_life(name: str = name, again: FileProcessor = again) -> None:
            live(kind, settings, again, Deadly(0), name)

        statuses = (status, forked(next_life))
        if statuses != (KILLED, 0):
            found.append(f"point {n}: ended with {statuses}")
        wrong = violations(settings, list(dropped.values())) + _forgotten(settings)
        found += [f"point {n}: {v}" for v in wrong]
    return {"points": n_points, "violations": found}


def _forgotten(settings: Settings) -> list[str]:
    """Return the corrections reports that do not name the earlier correction they replace."""
    reports = settings.watcher.outbox.glob(f"[!.]*/{CORRECTIONS}")
    torn = (path for path in reports if REPLACES not in path.read_text(encoding="utf-8"))
    return [f"{path.parent.name} does not say that it {REPLACES}" for path in torn]


def pausing_writer(bundle: Path, root: Path, kind: type[Pipeline]) -> dict[str, Any]:
    """A copy that pauses for longer than the quiet time, and goes on after the claim."""
    settings = furnish(root, bundle)
    coder = FileProcessor(settings)
    rest = b"7,baker\n"
    with (settings.watcher.inbox / "slow.csv").open("wb", buffering=0) as file:
        file.write(CODED)
        work, state = settings.watcher.inbox / WORK, {"is_over": False}

        def go_on(tick: int) -> None:
            if not state["is_over"] and not (settings.watcher.inbox / "slow.csv").exists():
                file.write(rest)
                state["is_over"] = True

        live(kind, settings, coder, Deadly(0), between=go_on)
        assert state["is_over"] and not any(work.iterdir())
    return {"points": 1, "violations": violations(settings, [CODED + rest])}


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def main() -> int:
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--variant", choices=VARIANTS, default="as it is")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--files", nargs="+", choices=FILES, default=list(FILES))
    parser.add_argument("--writer", action="store_true", help="the copy that pauses instead")
    arguments = parser.parse_args()
    kind, bundle = VARIANTS[arguments.variant], arguments.bundle.resolve()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        if arguments.writer:
            found = pausing_writer(bundle, root, kind)
        else:
            found = crash_points(bundle, root, kind, arguments.every, arguments.files)
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if found["violations"] and kind is Pipeline else 0


if __name__ == "__main__":
    sys.exit(main())
