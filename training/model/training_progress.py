"""The progress of a training: a bar on a terminal, and one log line per epoch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

_LOG = logging.getLogger(__name__)

Advance = Callable[[int], None]
"""Receives the number of texts done since the last call."""
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Opens a display for a name and a number of texts, and returns the function that advances it."""


@contextmanager
def no_progress(name: str, n_texts: int) -> Iterator[Advance]:
    """Open no display."""
    yield lambda n_done: None


class ProgressCallback(TrainerCallback):
    """Reports each step to a ``Progress`` display, and each epoch to the log."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._open = ExitStack()
        self._advance: Advance = lambda n_done: None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any
    ) -> None:
        """Open the display, at the step where an interrupted training goes on."""
        n_texts = args.train_batch_size
        self._advance = self._open.enter_context(
            self._progress("training", state.max_steps * n_texts)
        )
        self._advance(state.global_step * n_texts)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **more: Any
    ) -> None:
        """Advance the display by one batch."""
        self._advance(args.train_batch_size)

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float],
        **more: Any,
    ) -> None:
        """Log the figures of an epoch."""
        _LOG.info(
            "epoch %.0f of %g: loss %.3f and macro-F1 %.3f on the validation side",
            state.epoch or 0,
            args.num_train_epochs,
            metrics["eval_loss"],
            metrics["eval_macro_f1"],
        )

    def close(self) -> None:
        """Close the display; also called if the training failed."""
        self._open.close()
