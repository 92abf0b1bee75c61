"""A daemon in the process of the test: real folders, a real model, a fake clock, failing disks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.corrections.unread_file import UnreadFile
from core.row_counts import Progress
from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from tests.support.fake_clock import FakeClock
from tests.support.invariants import violations
from watcher.daemon import Daemon
from watcher.environment import MAIN, Environment
from watcher.filesystem import Filesystem
from watcher.open_files import Writers
from watcher.processes.file_processor import FileProcessor
from watcher.processes.processor import Processor
from watcher.signals import Shutdown
from watcher.status.status import Status
from watcher.status.status_file import read_status


class ProcessKilled(BaseException):
    """Stands for kill -9: no operation follows, and no block cleans up."""


class FailingFilesystem(Filesystem):
    """File operations that fail as told for the paths below a folder, or end the process."""

    def __init__(self) -> None:
        self.n_calls = 0
        self._failures: dict[tuple[str, Path], int] = {}
        self.n_fired = 0  # failures that happened since the last ``heal``
        self._n_left: int | None = None

    def fail(self, operations: str, folder: Path, number: int) -> None:
        """Let these operations fail on ``folder`` and below it, with this error number."""
        for operation in operations.split():
            self._failures[operation, folder] = number

    def heal(self, *, must_have_fired: bool = True) -> None:
        """Let all operations work again. A fault that never happened proves nothing."""
        assert self.n_fired or not must_have_fired, "the fault never happened"
        self._failures.clear()
        self.n_fired = 0

    def kill_after(self, n_operations: int) -> None:
        """End the process after so many operations."""
        self._n_left = n_operations

    def stop_killing(self) -> None:
        """Undo ``kill_after``."""
        self._n_left = None

    def __getattribute__(self, name: str) -> Any:
        operation = super().__getattribute__(name)
        if name.startswith("_") or name not in vars(Filesystem):
            return operation
        return lambda *arguments: self._do(name, operation, arguments)

    def _do(self, name: str, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if self._n_left is not None and self._n_left <= 0:
            raise ProcessKilled
        self.n_calls += 1
        for (failing, folder), number in self._failures.items():
            paths = [p for p in arguments if isinstance(p, Path)]
            if failing in (name, "all") and any(p.is_relative_to(folder) for p in paths):
                self.n_fired += 1
                if name == "writers":
                    return Writers.UNKNOWN
                if name == "remove_tree":
                    return False
                raise OSError(number, os.strerror(number), str(paths[0]))
        result = operation(*arguments)
        if self._n_left is not None:
            self._n_left -= 1
            if self._n_left <= 0:
                raise ProcessKilled
        return result


class PassingProcessor:
    """A processor that leaves all work to another one; a test changes a method of it."""

    def __init__(self, processor: Processor) -> None:
        self._processor = processor

    @property
    def model_version(self) -> str | None:
        return self._processor.model_version

    @property
    def unread_corrections(self) -> tuple[UnreadFile, ...]:
        return self._processor.unread_corrections

    def prepare(self, progress: Progress) -> None:
        self._processor.prepare(progress)

    def identify(self, path: Path, progress: Progress) -> Identity:
        return self._processor.identify(path, progress)

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        return self._processor.work(path, staged, identity, progress)

    def count_open_answers(self, path: Path, progress: Progress) -> int:
        return self._processor.count_open_answers(path, progress)


class UnaskedProcessor(PassingProcessor):
    """A processor that never states its version: while it loads its model, and after a restart."""

    @property
    def model_version(self) -> str | None:
        return None


class InterruptingProcessor(PassingProcessor):
    """A processor that calls ``interrupt`` with the path of the file when its work is done."""

    def __init__(self, processor: Processor, interrupt: Callable[[Path], None]) -> None:
        super().__init__(processor)
        self._interrupt = interrupt

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        receipt = self._processor.work(path, staged, identity, progress)
        self._interrupt(path)
        return receipt


class DaemonHarness:
    """A daemon with all its collaborators, and the contents that were dropped into its inbox."""

    def __init__(
        self, settings: Settings, name: str = MAIN, processor: Processor | None = None
    ) -> None:
        settings.watcher.inbox.mkdir(exist_ok=True)
        self.settings = settings
        self.clock = FakeClock()
        self.files = FailingFilesystem()
        self.processor = processor or FileProcessor(settings)
        self.dropped: list[bytes] = []
        self.name = name
        self.daemon = self.start_daemon(name)

    def environment(self, name: str = MAIN) -> Environment:
        return Environment(
            self.settings.watcher,
            name,
            self.files,
            self.clock,
            hooks=self.settings.hooks,
            corrections_dir=self.settings.data.corrections_dir,
        )

    def start_daemon(self, name: str, processor: Processor | None = None) -> Daemon:
        """Return another daemon on the same folders, started."""
        daemon = Daemon(self.environment(name), processor or self.processor, Shutdown())
        daemon.start()
        return daemon

    @property
    def inbox(self) -> Path:
        return self.settings.watcher.inbox

    def drop(self, name: str, content: bytes) -> Path:
        path = self.inbox / name
        path.write_bytes(content)
        self.dropped.append(content)
        return path

    def tick(self, n: int = 1, seconds: float = 0.1) -> None:
        """Run ``n`` turns of the loop, so many seconds apart."""
        for _ in range(n):
            self.daemon.tick()
            self.clock.seconds += seconds

    def status(self) -> Status:
        return read_status(self.settings.watcher.outbox, self.name)

    def batches(self) -> list[Path]:
        return [p.parent for p in self.settings.watcher.outbox.glob("[!.]*/receipt.json")]

    def rejected(self) -> dict[str, str]:
        """Return the reasons of the rejected files by name."""
        paths = self.settings.watcher.rejected_dir.glob("*.why.txt")
        return {p.name.removesuffix(".why.txt"): p.read_text(encoding="utf-8") for p in paths}

    def violations(self, is_over: bool = True) -> list[str]:
        return violations(self.settings, self.dropped, is_over)
