"""How far a training is: on a terminal a bar, in the log a line per epoch, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

_LOG = logging.getLogger(__name__)

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Opens a display of something with so many texts; what it gives is told how many more are done."""


@contextmanager
def silent(name: str, n_texts: int) -> Iterator[Advance]:
    """No display."""
    yield lambda n_done: None


class Told(TrainerCallback):
    """Tells ``progress`` of each step, and the log of each epoch."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._open = progress, ExitStack()
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
        """One batch more."""
        self._advance(args.train_batch_size)

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float],
        **more: Any,
    ) -> None:
        """Say what an epoch came to."""
        _LOG.info(
            "epoch %.0f of %g: on validation loss %.3f, macro-F1 %.3f",
            state.epoch or 0, args.num_train_epochs, metrics["eval_loss"], metrics["eval_macro_f1"],
        )  # fmt: skip

    def close(self) -> None:
        """Take the display away, also where the training failed."""
        self._open.close()
