"""The parts of a dataset: what trains, what stops, what calibrates and what measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

OWN_HOLD_OUT = "own hold-out set"
BUNDLED_HOLD_OUT = "bundled hold-out set"
"""The hold-out answers in ``data.language``, and in the languages of the user's records."""
OTHER_LANGUAGES = "bundled hold-out set of other languages"
"""Some hold-out answers of each other language that the model codes: see ``without_surplus``."""


@dataclass(frozen=True)
class DatasetSummary:
    """Counts of a dataset; they are part of ``metrics.json`` and of the bundle's manifest.

    A field that is None does not apply: the records and the split, if there are no own records.
    """

    n_answers: int
    """Bundled reference answers that train."""
    n_records: int | None
    """Valid labelled records of the user, before duplicates are removed."""
    n_duplicates: int
    """Records that repeat a text with the same label."""
    n_hold_out: dict[str, int]
    """Texts of each hold-out set by name."""
    languages: list[str]
    """Languages of the records and answers, ISO 639-1."""
    n_left_out: dict[str, int] | None = None
    """Records of the user that cannot train, by reason."""
    unread_files: list[str] | None = None
    """Files in the folder of records that could not be read."""
    untested_codes: list[str] | None = None
    """Unit groups of the user's records that have no text on the test side."""
    untrained_codes: list[str] | None = None
    """Unit groups of the user's records that have no text to train on: the split took them all."""
    suspects: dict[str, Any] | None = None
    """Counts of suspected wrong labels; see ``training/label_quality/suspect_labels.py``."""
    n_texts: dict[str, int] | None = None
    """Distinct texts by side of the split."""


@dataclass(frozen=True)
class LoadedDataset:
    """Distinct labelled texts; no text of ``texts`` is in any other part.

    ``texts`` (``TEXT_COLUMNS, file, line, origin, side``) train, validate, calibrate and test, by
    their side; ``hold_out`` are the hold-out sets by name; ``calibration`` is the calibration part
    of the bundled reference answers; ``own_records`` are the user's valid records, None without
    records. Nothing is learned of the texts in ``measured``, not even a correction.
    """

    texts: pd.DataFrame
    own_records: pd.DataFrame | None
    hold_out: dict[str, pd.DataFrame]
    calibration: pd.DataFrame
    measured: frozenset[str]
    summary: DatasetSummary

    @property
    def train(self) -> pd.DataFrame:
        """The texts that train."""
        return self.texts[self.texts["side"] == "train"]

    def without_measured(self, corrections: pd.DataFrame) -> pd.DataFrame:
        """Return the corrections without those of texts that calibrate or measure."""
        return corrections[~corrections["text"].isin(self.measured)].reset_index(drop=True)


@dataclass(frozen=True)
class SplitDataset:
    """Distinct labelled texts by side: ``train``, ``validation``, ``calibration``, ``test``.

    ``hold_out`` are the hold-out sets by name: no model is trained on them. ``own_calibration`` is
    the calibration side of the split, of which ``choose_calibration_texts`` made the side.
    """

    sides: dict[str, pd.DataFrame]
    hold_out: dict[str, pd.DataFrame]
    own_calibration: pd.DataFrame
    summary: DatasetSummary
