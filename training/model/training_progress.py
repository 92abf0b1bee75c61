"""The progress of a training, as a display may show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], None]
"""Receives the number of texts done since the last call."""
TrainingProgress = Callable[[str, int], AbstractContextManager[Advance]]
"""Opens a display for a name and a number of texts, and returns the function that advances it."""


@contextmanager
def no_training_progress(name: str, n_texts: int) -> Iterator[Advance]:
    """Open no display."""
    yield lambda n_done: None
