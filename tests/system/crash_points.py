"""Ends a daemon after every single file operation, and checks that the next one recovers.

This is a program of its own: ``python -m tests.system.crash_points BUNDLE [--variant V] [--every
N]``; the options of further runs stand behind ``--``. One process loads the model, then forks for
every crash point, so that a thousand crashes take seconds. The daemon and the folders are real; the
clock is fake and ``CrashingFilesystem`` ends the process. The result of each run is printed as a
line of JSON; the exit code is 1 for a violation.
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
import traceback
import uuid
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from core import html
from core.isco_titles.group_titles import ENGLISH
from core.own_tables.table_kind import TableKind
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from inference.spelling.right_words import RightWords
from results.code_file import prepare_process
from results.receipt import AnyReceipt
from tests.support.fake_clock import FakeClock
from tests.support.invariants import violations
from watcher.daemon import Daemon
from watcher.delivery import archive, publish
from watcher.environment import MAIN, Environment
from watcher.filesystem import Filesystem
from watcher.hooks.hook_event import HookEvent
from watcher.hooks.hooks import HOOKS
from watcher.intake.active_claims import ActiveClaim, ActiveClaims, Content
from watcher.intake.claims import WORK, Claim
from watcher.intake.folder_checks import STAGING
from watcher.open_files import Writers
from watcher.outcome import Outcome
from watcher.pipeline import Pipeline
from watcher.processes.file_processor import FileProcessor
from watcher.signals import Shutdown

KILLED = 9
_HARMLESS = {
    "names",
    "status",
    "read",
    "hash",
    "writers",
    "check_readable",
    "has_end_of_line",
    "step",
    "arm",
}
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


class CrashingFilesystem(Filesystem):
    """File operations that end the process in the n-th one or after it; never for 0."""

    def __init__(self, n: int) -> None:
        self._left = n
        self._is_armed = False

    def __getattribute__(self, name: str) -> Any:
        operation = super().__getattribute__(name)
        if name.startswith("_") or name in _HARMLESS:
            return operation
        return lambda *arguments: self._count(name, operation, arguments)

    def _count(self, name: str, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if name in ("write", "copy"):  # they take time: half of the content is written
            self.step(lambda: arguments[-1] if name == "copy" else _half(*arguments))
        result = operation(*arguments)
        self.step()
        return result

    def step(self, last_act: Callable[[], object] = lambda: None) -> None:
        """Count one crash point; end the process at the last one."""
        self._left -= self._is_armed
        if self._is_armed and self._left == 0:
            last_act()
            os._exit(KILLED)

    def arm(self) -> None:
        """Count crash points from now on; opening a file to write it is one, too."""

        def opened(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wx"):
                self.step()

        self._is_armed = True
        sys.addaudithook(opened)


def _half(path: Path, content: bytes) -> None:
    path.write_bytes(content[: len(content) // 2])


class ArchiveFirst(Pipeline):
    """Broken: the input is archived before its results are published."""

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        assert isinstance(self._files, CrashingFilesystem)
        self._files.arm()
        receipt.claim = claim.id
        publish.complete(self._files, staged, receipt)
        archive.archive(self._files, claim, self._settings.archive_dir, self._on_progress)
        return publish.publish(self._files, staged, self._settings.outbox, receipt)

    def _finish(self, claim: Claim, published: Path, summary: str) -> Outcome:
        if claim.path.exists():
            return super()._finish(claim, published, summary)
        self._hooks.on_result(claim, published / publish.RECEIPT, summary)
        archive.release(self._files, claim, self._settings.outbox)
        return Outcome.PUBLISHED


class NamedByWorker(Pipeline):
    """Broken: the name of the results does not depend on the content."""

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        assert isinstance(self._files, CrashingFilesystem)
        self._files.arm()
        receipt.batch_id = receipt.claim = uuid.uuid4().hex[:12]
        publish.complete(self._files, staged, receipt)
        return publish.publish(self._files, staged, self._settings.outbox, receipt)


class NoRecovery(ActiveClaims):
    """Broken: the claims of a dead daemon are never taken over."""

    def recover(self) -> None:
        pass


class NoSecondHash(Pipeline):
    """Broken: a file that did not change for the quiet time is taken for complete."""

    def _settled_content(self, active: ActiveClaim, *, is_closed: bool) -> Content | None:
        active.content = Content(self._files.hash(active.claim.path), is_closed=False)
        return active.content


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
    processor: FileProcessor,
    files: CrashingFilesystem,
    name: str = MAIN,
    between: Callable[[int], None] = lambda tick: None,
) -> None:
    """Run a daemon until no file is left to process."""
    clock = FakeClock()
    environment = Environment(settings.watcher, name, files, clock, hooks=settings.hooks)
    daemon = Daemon(environment, processor, Shutdown())
    part = daemon._active_claims if issubclass(kind, ActiveClaims) else daemon._pipeline
    part.__class__ = kind  # type: ignore[assignment]
    if kind not in (ArchiveFirst, NamedByWorker):  # these two are broken only from _publish on
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


def forked(life: Callable[[], int | None]) -> int:
    """Run ``life`` in a process of its own and return its exit code, 0 where it returns none."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(life() or 0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def furnish(root: Path, bundle: Path) -> Settings:
    """Return the settings of a new folder."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "inbox").mkdir(parents=True)
    config = root / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {bundle}}}\ninference: {{threads: 1}}\n"
        "watcher: {poll_s: 0.5, quiet_s: 2, heartbeat_s: 1}\n"
        "hooks: {on_result: [waits], on_rejected: [waits]}\n",  # none runs: events are counted
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
    """Crash at every ``every``-th point while these files are processed; return the violations."""
    dropped = {name: FILES[name] for name in names}
    settings = furnish(root, bundle)
    processor = FileProcessor(settings)
    _warm(processor, root)
    strict = FileProcessor(settings.with_values("model", confidence_threshold=0.5))
    found_violations: list[str] = []
    n_points = 0
    for n in itertools.count(1, every):
        if found_violations and kind is not Pipeline:
            break  # the broken variant is caught
        furnish(root, bundle)
        settings.data.corrections_dir.mkdir(parents=True)
        _write(settings.data.corrections_dir / "earlier.csv", EARLIER)
        for name, content in dropped.items():
            _write(settings.watcher.inbox / name, content)

        def first_life(n: int = n) -> None:
            live(kind, settings, processor, CrashingFilesystem(n))

        status = forked(first_life)
        if status == 0:
            break
        n_points += 1
        # The next daemon is the same, has another name, or has other settings.
        name = "two" if n % 3 == 1 else MAIN
        again = processor if n % 3 != 2 else strict

        def next_life(name: str = name, again: FileProcessor = again) -> None:
            live(kind, settings, again, CrashingFilesystem(0), name)

        statuses = (status, forked(next_life))
        if statuses != (KILLED, 0):
            found_violations.append(f"point {n}: ended with {statuses}")
        after = violations(settings, list(dropped.values())) + _forgotten(settings)
        after += _untold(settings, list(dropped))
        found_violations += [f"point {n}: {violation}" for violation in after]
    return {"points": n_points, "violations": found_violations}


def _warm(processor: FileProcessor, root: Path) -> None:
    """Load once what every forked process needs: the model, the pages' templates, known words.

    Compiling the templates took each process twice as long as all else. Nothing is coded here:
    that starts threads, and a process that is forked then can wait for their locks for ever.
    """
    processor.identify(_write(root / "warm.csv", CODED), lambda n: None)
    prepare_process(ENGLISH)
    html.prepare("index.html", "index_row.html")
    assert "daughter" in RightWords()


def _forgotten(settings: Settings) -> list[str]:
    """Return the corrections reports that do not name the earlier correction they replace."""
    reports = settings.watcher.outbox.glob(f"[!.]*/{TableKind.CORRECTIONS}")
    torn = (path for path in reports if REPLACES not in path.read_text(encoding="utf-8"))
    return [f"{path.parent.name} does not say that it {REPLACES}" for path in torn]


def _untold(settings: Settings, names: list[str]) -> list[str]:
    """Return the files without exactly one event that waits for a command of ``hooks``."""
    paths = (settings.watcher.outbox / STAGING / HOOKS).glob("*.json")
    events = [HookEvent.parse(path.read_bytes(), path.name) for path in paths]
    missing = [event.path for event in events if not Path(event.path).exists()]
    told = sorted(event.input for event in events)
    wrong = [f"events of {told}, expected of {sorted(names)}"] * (told != sorted(names))
    return wrong + [f"an event names {path}, which is not there" for path in missing]


def pausing_writer(bundle: Path, root: Path, kind: type[Pipeline]) -> dict[str, Any]:
    """Copy a file with a pause longer than the quiet time, and continue after the claim."""
    settings = furnish(root, bundle)
    processor = FileProcessor(settings)
    rest = b"7,baker\n"
    with (settings.watcher.inbox / "slow.csv").open("wb", buffering=0) as file:
        file.write(CODED)
        files = CrashingFilesystem(0)
        files.writers = lambda path: Writers.UNKNOWN  # type: ignore[method-assign]
        work = settings.watcher.inbox / WORK
        state = {"is_over": False}

        def append_rest(tick: int) -> None:
            if not state["is_over"] and not (settings.watcher.inbox / "slow.csv").exists():
                file.write(rest)
                state["is_over"] = True

        live(kind, settings, processor, files, between=append_rest)
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
    parser.add_argument("--writer", action="store_true", help="a copy that pauses, instead")
    parts = groupby(sys.argv[2:], "--".__eq__)
    runs = [list(run) for is_divider, run in parts if not is_divider] or [[]]
    parsed = [parser.parse_args([*sys.argv[1:2], *run]) for run in runs]
    return max(forked(partial(print_result, run)) for run in parsed)


def print_result(arguments: argparse.Namespace) -> int:
    kind = VARIANTS[arguments.variant]
    bundle = arguments.bundle.resolve()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        if arguments.writer:
            result = pausing_writer(bundle, root, kind)
        else:
            result = crash_points(bundle, root, kind, arguments.every, arguments.files)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    return 1 if result["violations"] and kind is Pipeline else 0


if __name__ == "__main__":
    sys.exit(main())
