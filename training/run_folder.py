"""The folder of one run: what it was started with, what came of it, and whether it is finished.

``run.json``      kind, key and state: ``running`` until the end, then ``promoted``, ``refused`` or
                  ``failed``, with the reasons
``metrics.json``  every figure, once the run is finished
``checkpoints/``  while it runs: an interrupted run of the same key goes on from there
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from core.errors import TrainingRunsError
from core.settings import OutputSettings

Kind = Literal["train", "fine_tune"]
State = Literal["running", "promoted", "refused", "failed"]
RUN, METRICS = "run.json", "metrics.json"


class RunFolder:
    """One run and its folder."""

    def __init__(self, path: Path, kind: Kind, key: str, started: str) -> None:
        self.path, self.kind, self.key, self.started = path, kind, key, started
        self.state: State = "running"
        self.reasons: list[str] = []
        self.summary: dict[str, Any] = {}
        """What the bundle's manifest will say of its training."""
        self.metrics: dict[str, Any] = {}

    def note(self, **figures: Any) -> None:
        """Add figures that ``metrics.json`` will have."""
        self.metrics.update(figures)

    def finish(self, state: State, reasons: list[str]) -> None:
        """Write the figures, then that the run is finished and how."""
        self.state, self.reasons = state, reasons
        figures = {
            "kind": self.kind,
            "state": state,
            "reasons": reasons,
            "started": self.started,
            "finished": _now(),
            **self.summary,
            **self.metrics,
        }
        write_json(self.path / METRICS, figures)
        self._save()

    def _save(self) -> None:
        names = ("kind", "key", "started", "state", "reasons")
        write_json(self.path / RUN, {name: getattr(self, name) for name in names})


def start(runs_dir: Path, kind: Kind, key: str, path: Path | None = None) -> RunFolder:
    """A new run, or the interrupted one of the same ``key`` (see ``fingerprint``).

    ``path``: the folder to use; by default ``run_<date>`` below ``runs_dir``.
    """
    for folder in [path] if path else sorted(runs_dir.glob("run_*"), reverse=True):
        found = _read(folder)
        if found is not None and found.state == "running" and found.key == key:
            return found
    now = datetime.now()
    run = RunFolder(path or runs_dir / f"run_{now:%Y-%m-%d_%H%M%S}", kind, key, _now())
    shutil.rmtree(run.path / "checkpoints", ignore_errors=True)  # of a run with another key
    run.path.mkdir(parents=True, exist_ok=True)
    run._save()
    return run


def last_finished(runs_dir: Path, kind: Kind) -> RunFolder | None:
    """The newest run of this kind that came to a verdict."""
    found = [_read(folder) for folder in sorted(runs_dir.glob("run_*"), reverse=True)]
    ended = (run for run in found if run is not None and run.kind == kind)
    return next((run for run in ended if run.state in ("promoted", "refused")), None)


def fingerprint(*parts: Any) -> str:
    """A key from what a run depends on: the same parts, the same key."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


@contextmanager
def training_lock(output: OutputSettings) -> Iterator[None]:
    """One training at a time; TrainingRunsError where another has the lock. A crash frees it."""
    output.model_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output.model_dir / ".training.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise TrainingRunsError(
            f"another training runs with the models in {str(output.model_dir)!r}"
        ) from None
    try:
        yield
    finally:
        lock.release()


def write_json(path: Path, value: object) -> None:
    """Write JSON whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(part, path)


def _read(folder: Path) -> RunFolder | None:
    try:
        saved = json.loads((folder / RUN).read_text(encoding="utf-8"))
        run = RunFolder(folder, saved["kind"], saved["key"], saved["started"])
        run.state, run.reasons = saved["state"], saved["reasons"]
    except (OSError, ValueError, KeyError):
        return None
    return run


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
