"""A daemon in the tests' own process: real folders and a real model, a clock and disk at will."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from tests.support.invariants import violations
from tests.system.crash_points import Handmade
from watcher.daemon import Daemon
from watcher.filesystem import Filesystem
from watcher.pipeline import Processor
from watcher.processes.file_processor import FileProcessor
from watcher.status.status import MAIN, Status, read_status

Advance = Callable[[int], None]


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing more is done, no block is left in order."""


class Failing(Filesystem):
    """File operations that fail as told, for the paths below a folder; and that can be ended."""

    def __init__(self) -> None:
        self.calls = 0
        self._failures: dict[tuple[str, Path], int] = {}
        self._left: int | None = None

    def fail(self, operations: str, folder: Path, number: int) -> None:
        """From here on these operations fail below ``folder``, or on it."""
        for operation in operations.split():
            self._failures[operation, folder] = number

    def heal(self) -> None:
        """All works again."""
        self._failures.clear()

    def kill_after(self, n: int) -> None:
        """The n-th operation from here is the last."""
        self._left = n

    def __getattribute__(self, name: str) -> Any:
        operation = super().__getattribute__(name)
        if name.startswith("_") or name not in vars(Filesystem):
            return operation
        return lambda *arguments: self._do(name, operation, arguments)

    def _do(self, name: str, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if self._left is not None and self._left <= 0:
            raise Killed
        self.calls += 1
        for (failing, folder), number in self._failures.items():
            paths = [p for p in arguments if isinstance(p, Path)]
            if failing in (name, "all") and any(p.is_relative_to(folder) for p in paths):
                if name in ("is_closed", "remove_tree"):
                    return False
                raise OSError(number, os.strerror(number), str(paths[0]))
        result = operation(*arguments)
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                raise Killed
        return result


class Interrupted:
    """A coder during whose work something happens."""

    def __init__(self, coder: Processor, happens: Callable[[Path], None]) -> None:
        self._coder, self._happens = coder, happens

    @property
    def model_version(self) -> str:
        return self._coder.model_version

    def identify(self, path: Path, progress: Advance) -> Identity:
        return self._coder.identify(path, progress)

    def work(self, path: Path, staged: Path, identity: Identity, progress: Advance) -> AnyReceipt:
        receipt = self._coder.work(path, staged, identity, progress)
        self._happens(path)
        return receipt


class Shop:
    """A daemon with everything that is passed in, and what was dropped into its inbox."""

    def __init__(
        self, settings: Settings, name: str = MAIN, coder: Processor | None = None
    ) -> None:
        settings.watcher.inbox.mkdir(exist_ok=True)
        self.settings, self.clock, self.files = settings, Handmade(), Failing()
        self.coder = coder or FileProcessor(settings)
        self.dropped: list[bytes] = []
        self.name = name
        self.daemon = self.another(name)

    def another(self, name: str, coder: Processor | None = None) -> Daemon:
        """A daemon in the same place, started."""
        daemon = Daemon(
            self.settings, coder or self.coder, lambda path: nullcontext(lambda n: None),
            threading.Event(), name=name, files=self.files, clock=self.clock,
        )  # fmt: skip
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
        """Turns of the loop, so far apart."""
        for _ in range(n):
            self.daemon.tick()
            self.clock.seconds += seconds

    def status(self) -> Status:
        return read_status(self.settings.watcher.outbox, self.name)

    def batches(self) -> list[Path]:
        return [p.parent for p in self.settings.watcher.outbox.glob("[!.]*/receipt.json")]

    def rejected(self) -> dict[str, str]:
        """Name → reason."""
        whys = self.settings.watcher.rejected_dir.glob("*.why.txt")
        return {p.name.removesuffix(".why.txt"): p.read_text(encoding="utf-8") for p in whys}

    def violations(self, is_over: bool = True) -> list[str]:
        return violations(self.settings, self.dropped, is_over)


GONE = errno.ESTALE
