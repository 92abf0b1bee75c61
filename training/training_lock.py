"""The lock of the trainings: one at a time with the models of one folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from core.errors import TrainingRunsError
from core.settings import OutputSettings


@contextmanager
def training_lock(output: OutputSettings) -> Iterator[None]:
    """Hold the lock that allows one training at a time; a crash frees it.

    Raises TrainingRunsError if another training holds it.
    """
    output.model_dir.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(output.model_dir / ".training.lock").acquire(timeout=0)
    except Timeout:
        raise TrainingRunsError(
            f"another training runs with the models in {str(output.model_dir)!r}"
        ) from None
    with held:
        yield
