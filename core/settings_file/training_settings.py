"""The sections of config.yaml about trainings: the full one, the nightly one, and its gate."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from core.settings_file.section import Section, expanded


class ModelSettings(Section):
    """The encoder of a full training, how it learns, and the threshold of its confidence."""

    name: str = "roberta-base"
    vocabulary_size: int = Field(0, ge=0)
    max_seq_length: int = Field(128, ge=8, le=512)
    batch_size: int = Field(16, ge=1)
    epochs: float = Field(3, gt=0)
    learning_rate: float = Field(2e-5, gt=0)
    confidence_threshold: float = Field(0.9, ge=0, le=1)

    @field_validator("name")
    @classmethod
    def _is_possible_name(cls, name: str) -> str:
        if not name:
            raise ValueError("expected a name on the model hub, or a folder")
        expanded(Path(name))
        return name


class TrainingSettings(Section):
    """How records are checked and split, and whether the hardware is used fully."""

    enable_optimizations: bool = False
    use_bundled_answers: bool = True
    use_manual: bool = False
    conflicts: Literal["majority", "drop"] = "majority"
    validation_share: float = Field(0.15, gt=0, lt=0.5)
    test_share: float = Field(0.15, gt=0, lt=0.5)
    gold_share: float = Field(0.05, ge=0, lt=0.5)
    cluster_eps: float = Field(0.75, gt=0)
    cluster_min_samples: int = Field(4, ge=2, le=32)
    suspects: Literal["keep", "downweight", "drop"] = "downweight"
    seed: int = Field(42, ge=0, lt=2**31)


class FineTuneSettings(Section):
    """How the nightly training learns from corrections without forgetting."""

    epochs: float = Field(1, gt=0)
    learning_rate: float = Field(1e-5, gt=0)
    replay_texts: int = Field(2000, ge=0)
    archive_texts: int = Field(500, ge=0)
    rehearsal_texts: int = Field(1000, ge=0)
    correction_weight: float = Field(2, gt=0)
    ngram_epochs: int = Field(8, ge=0)
    ngram_learning_rate: float = Field(3e-3, gt=0)


class GateSettings(Section):
    """How much worse than the champion a promoted challenger may be."""

    max_major_group_drop: float = Field(0.03, ge=0, le=1)
    max_ece_rise: float = Field(0.01, ge=0, le=1)
