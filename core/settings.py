"""Hold the settings as frozen, typed values, each with its default.

``config.yaml`` at the root repeats the defaults with comments, and a test keeps the two in step.
``core/settings_file/settings_reader.py`` reads the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, field_validator

from core.formats.source import AUTO
from core.isco_titles.group_titles import ENGLISH, title_languages
from core.letters.legacy_codec import reads_legacy_text
from core.settings_file.coder_names import coder_key, coder_name
from core.settings_file.hook_settings import HookSettings
from core.settings_file.schedule_settings import ScheduleSettings
from core.settings_file.section import Section
from core.settings_file.text_columns import DUTIES, IN_DUTIES, JOB_TITLE
from core.settings_file.training_settings import (
    FineTuneSettings,
    GateSettings,
    ModelSettings,
    TrainingSettings,
)

DEFAULT_WANTED_AGREEMENT = 0.95
MAX_CONTEXT_COLUMNS = 3
"""A page and a workbook have no place for more columns beside a text."""


class Columns(Section):
    """Header names that decide which column is ours, beside the usual names of 31 languages.

    The preferred one stands first. Case, accents, spaces and punctuation do not matter.
    """

    job_title: tuple[str, ...] = ()
    duties_description: tuple[str, ...] = ()
    weight: tuple[str, ...] = ()

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """The columns of the text: our name of each, and the header names that decide for it."""
        return {JOB_TITLE: self.job_title, DUTIES: self.duties_description}


class ReadColumns(Columns):
    """``data.columns`` with the columns that are appended to the duties."""

    context_in_duties: tuple[str, ...] = ()

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """The columns of the text, those that are appended to the duties among them."""
        return super().aliases | {IN_DUTIES + name: (name,) for name in self.context_in_duties}


class AddedNonAnswers(Section):
    """Texts that are no answers, beside those that the program knows."""

    not_stated: tuple[str, ...] = ()
    not_working: tuple[str, ...] = ()


class DataSettings(Section):
    """The folders of records, corrections and training results."""

    raw_dir: Path = Path("data/raw")
    processed_dir: Path = Path("data/processed")
    corrections_dir: Path = Path("data/corrections")
    reference_dir: Path = Path("data/reference")
    review_dir: Path = Path("data/review")
    columns: Columns = Columns()
    context_in_duties: tuple[str, ...] = ()
    language: str = "en"
    non_answers: AddedNonAnswers = AddedNonAnswers()
    encoding: str = AUTO

    @property
    def reading(self) -> dict[str, Any]:
        """The settings that change what is read of a file."""
        return {"columns": self.read_columns.model_dump(), "encoding": self.encoding}

    @property
    def read_columns(self) -> ReadColumns:
        """The columns that are read of every file of records and of corrections."""
        return ReadColumns(**self.columns.model_dump(), context_in_duties=self.context_in_duties)

    @field_validator("language")
    @classmethod
    def _is_language(cls, code: str) -> str:
        if not re.fullmatch("([a-z]{2})?", code):
            raise ValueError(
                'expected two small letters of ISO 639-1, such as en, or "" if it is not known'
            )
        return code

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str) -> str:
        if name != AUTO and not reads_legacy_text(name):
            raise ValueError(
                "expected auto, or an encoding of Python for texts that are not Unicode, such as "
                "cp1250 or iso8859_2. UTF-16 and UTF-32 are recognised without a setting: set auto"
            )
        return name


class OutputSettings(Section):
    """The folders of the models, and how codes are written."""

    model_dir: Path = Path("models")
    best_model_dir: Path = Path("models/best_model")
    keep_versions: int = Field(5, ge=2)
    pad_codes: bool = False
    neutralise_formulas: bool = False
    same_format: bool = False
    language: str = ENGLISH
    wanted_agreement: float = Field(DEFAULT_WANTED_AGREEMENT, ge=0.5, lt=1)
    derived: tuple[Literal["isco88", "isei08", "siops08"], ...] = ()

    @field_validator("language")
    @classmethod
    def _has_titles(cls, language: str) -> str:
        if language not in title_languages():
            raise ValueError(f"expected one of {', '.join(title_languages())}")
        return language

    @field_validator("derived")
    @classmethod
    def _has_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("expected each derived variable once")
        return names


class ReviewSettings(Section):
    """What is shown beside a text for review, and who answers."""

    context: tuple[str, ...] = Field((), max_length=MAX_CONTEXT_COLUMNS)
    coders: tuple[str, ...] = ()
    double_share: float = Field(0.1, ge=0, le=1)

    @field_validator("coders")
    @classmethod
    def _are_file_names(cls, coders: tuple[str, ...]) -> tuple[str, ...]:
        coders = tuple(map(coder_name, coders))
        for coder in coders:
            if not re.fullmatch(r"\w(?:[\w .-]{0,38}\w)?", coder):
                raise ValueError(
                    f"{coder!r}: expected a name of at most 40 letters, digits, spaces, dots or "
                    "hyphens that begins and ends with a letter or a digit, because it is a part "
                    "of the name of a file"
                )
        if len(coders) == 1:
            raise ValueError(f"{coders[0]!r} is alone: expected two names or more, or none")
        if len(set(map(coder_key, coders))) < len(coders):
            raise ValueError(
                "expected every name once; capital letters and accents make no difference"
            )
        return coders


class ExplainabilitySettings(Section):
    """How many records of a batch are explained."""

    sample_size: int = Field(10, ge=0)


class WatcherSettings(Section):
    """The folders of the daemon, and its times and limits."""

    inbox: Path = Path("inbox")
    outbox: Path = Path("outbox")
    archive_dir: Path = Path("data/archive")
    rejected_dir: Path = Path("data/rejected")
    poll_s: float = Field(1.0, gt=0)
    quiet_s: float = Field(2.0, ge=0)
    heartbeat_s: float = Field(5.0, gt=0)
    time_limit_s: float = Field(300.0, gt=0)
    memory_limit_mb: int = Field(4096, ge=64)


class ClimbSettings(Section):
    """The lowest probability of a group of each level that ``fallback: climb`` shows."""

    minor: float = Field(0.5, ge=0, le=1)
    sub_major: float = Field(0.5, ge=0, le=1)
    major: float = Field(0.5, ge=0, le=1)


class InferenceSettings(Section):
    """How the model runs on this machine, and which code is shown if it is not sure."""

    provider: Literal["auto", "cpu", "coreml", "cuda", "openvino"] = "auto"
    threads: int = Field(0, ge=0)
    cache_texts: int = Field(500_000, ge=0)
    fallback: Literal["truncate", "climb"] = "truncate"
    floor: float = Field(0.1, ge=0, le=1)
    climb: ClimbSettings = ClimbSettings()


class Settings(Section):
    """All sections of config.yaml."""

    data: DataSettings = DataSettings()
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    fine_tune: FineTuneSettings = FineTuneSettings()
    gate: GateSettings = GateSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    output: OutputSettings = OutputSettings()
    review: ReviewSettings = ReviewSettings()
    explainability: ExplainabilitySettings = ExplainabilitySettings()
    watcher: WatcherSettings = WatcherSettings()
    hooks: HookSettings = HookSettings()
    inference: InferenceSettings = InferenceSettings()
    _file: Path | None = PrivateAttr(default=None)

    @property
    def file(self) -> Path | None:
        """The file that they were read from; None where every setting has its default."""
        return self._file

    def with_values(self, section: str, **values: Any) -> Settings:
        """Return the settings with other values in one section; the values are not checked."""
        return self.model_copy(update={section: getattr(self, section).model_copy(update=values)})

    def read_from(self, file: Path) -> Settings:
        """Return the settings with the file that they were read from."""
        settings = self.model_copy()
        settings._file = file
        return settings
