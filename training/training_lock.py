"""The lock of the models of one folder: one training, or one other change, at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from core.errors import TrainingRunsError
from core.settings import OutputSettings


@contextmanager
def training_lock(output: OutputSettings) -> Iterator[None]:
    """Hold the lock of whatever changes the models; a crash frees it.

    Raises TrainingRunsError if it is held.
    """
    output.model_dir.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(output.model_dir / ".training.lock").acquire(timeout=0)
    except Timeout:
        raise TrainingRunsError(
            "a training, a purge or a promotion works with the models in "
            f"{str(output.model_dir)!r}; repeat the command when it has ended"
        ) from None
    with held:
        yield
