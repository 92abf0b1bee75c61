"""transformers' Trainer with our batches, our losses, and the precision that passed its trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax
from transformers import RobertaForSequenceClassification, Trainer

from training.long_step import long_step
from training.model.batching import NO_LABEL, BatchLoader, LengthBatches, Texts
from training.model.precision import choose_precision
from training.model.process_group import all_agree

_TRIAL_SHARES = (1 / 6, 1 / 2, 5 / 6)  # of the texts, the shortest first: where a batch is taken


class BatchTrainer(Trainer):
    """The Trainer with batches of ``training/model/batching.py``, in bf16 if that was chosen.

    The Trainer's own mixed precision would stay in the model after the training.
    """

    _is_bf16 = False

    def choose_precision(self) -> dict[str, float]:
        """Choose between bf16 and fp32 for this training, in all processes alike.

        Returns ``bf16`` (1 or 0), and by what it was chosen: ``bf16_speedup`` and
        ``bf16_gradient_difference`` (see ``Precision``).
        """
        assert isinstance(self.model, RobertaForSequenceClassification)
        n_layers = self.model.config.num_hidden_layers
        with long_step("comparing bf16 with fp32"):
            precision = choose_precision(self.model, self._trial_batches(), self._loss_in, n_layers)
        self._is_bf16 = all_agree(precision.is_bf16)
        return {
            "bf16": float(self._is_bf16),
            "bf16_speedup": precision.speedup,
            "bf16_gradient_difference": precision.difference,
        }

    def _trial_batches(self) -> list[dict[str, torch.Tensor]]:
        """Return batches of short, of usual and of long texts, as a training makes them."""
        texts, size = self.train_dataset, self.args.train_batch_size
        assert isinstance(texts, Texts)
        in_order = np.argsort(texts.n_tokens(np.arange(len(texts))), kind="stable")
        last = max(0, len(texts) - size)
        starts = [round(last * share) for share in _TRIAL_SHARES]
        collate: Any = self.data_collator
        return [
            {
                name: values.to(self.args.device)
                for name, values in collate([texts[row] for row in in_order[i : i + size]]).items()
            }
            for i in starts
        ]

    def _loss_in(self, batch: Mapping[str, torch.Tensor], is_bf16: bool) -> torch.Tensor:
        with torch.autocast(self.args.device.type, torch.bfloat16, enabled=is_bf16):
            loss: torch.Tensor = self._loss(self.model, dict(batch))
        return loss

    def get_train_dataloader(self) -> BatchLoader:
        """Return the batches of this process."""
        # accelerate is not used here: to share batches between processes it repeats some records.
        texts, args = self.train_dataset, self.args
        assert isinstance(texts, Texts)
        batches = LengthBatches(
            texts, args.train_batch_size, args.seed, args.process_index, args.world_size
        )
        return BatchLoader(
            texts,
            batches,
            collate_fn=self.data_collator,
            pin_memory=args.dataloader_pin_memory,
        )

    def evaluate(self, *args: Any, **more: Any) -> dict[str, float]:
        """Measure as the Trainer does, with a sign of life in the log."""
        with long_step("measuring on the validation side"):
            return super().evaluate(*args, **more)

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], *args: Any, **more: Any
    ) -> Any:
        """Return the loss of a batch, in the chosen precision if ``model`` is training."""
        is_bf16 = self._is_bf16 and model.training  # it is measured in fp32
        with torch.autocast(self.args.device.type, torch.bfloat16, enabled=is_bf16):
            return self._loss(model, inputs, *args, **more)

    def _loss(self, model: Any, inputs: dict[str, torch.Tensor], *args: Any, **more: Any) -> Any:
        inputs.pop("row")
        return super().compute_loss(model, inputs, *args, **more)


class CorrectionsTrainer(BatchTrainer):
    """The Trainer with weighted cross-entropy on labelled rows and distillation on the others.

    ``loss_weights`` (N,); ``parent_logits`` (N, 436) of the champion, NaN for rows without
    distillation.
    """

    def __init__(
        self, loss_weights: np.ndarray, parent_logits: np.ndarray, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self._loss_weights = torch.tensor(loss_weights, dtype=torch.float32)
        self._parent_logits = torch.tensor(parent_logits, dtype=torch.float32)

    def _loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        **more: Any,
    ) -> Any:
        rows, labels = inputs.pop("row").cpu(), inputs.pop("labels")
        outputs = model(**inputs)
        logits = outputs.logits.float()
        weights = self._loss_weights[rows].to(labels.device)
        parent_logits = self._parent_logits[rows].to(labels.device)
        losses = cross_entropy(logits, labels, reduction="none", ignore_index=NO_LABEL)
        is_distilled = ~parent_logits[:, 0].isnan()
        divergence = kl_div(
            log_softmax(logits[is_distilled], dim=1),
            softmax(parent_logits[is_distilled], dim=1),
            reduction="sum",
        )
        loss = ((losses * weights).sum() + divergence) / len(labels)
        return (loss, outputs) if return_outputs else loss
