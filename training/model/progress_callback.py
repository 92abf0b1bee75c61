"""Report the steps of transformers' Trainer to a display, and each epoch to the log."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from training.model.training_progress import Advance, TrainingProgress

_LOG = logging.getLogger(__name__)


class ProgressCallback(TrainerCallback):
    """Reports each step to a ``TrainingProgress`` display, and each epoch to the log."""

    def __init__(self, progress: TrainingProgress) -> None:
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
