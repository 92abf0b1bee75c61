"""How many records a full training needs at least, and the error where there are fewer."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.row_counts import quantity
from training.dataset.dataset_parts import LoadedDataset

MIN_TEXTS = 100
"""Distinct texts of the user with a valid code: 5 % of fewer measure nothing."""
MIN_CODES = 2
"""Unit groups of these texts: of one code, nothing can be learned."""


def require_enough(dataset: LoadedDataset, raw: Path) -> None:
    """Raise InputError, with the counts and the minimum, for records that are too few to train.

    The records of ``dataset`` come from ``raw``. The bundled reference answers do not count: with
    few records of one's own the new model would be the bundled one, trained again. Neither do
    records of the weight 0, nor, to stop and to test, those of a code that no text teaches.
    """
    records = dataset.own_records
    assert records is not None
    trusted = records[records["weight"] > 0]
    n_texts = trusted["text"].nunique()
    n_codes = trusted["label"].nunique()
    found = (
        f"{quantity(len(records), 'valid record')} at {str(raw.absolute())!r}, "
        f"with {quantity(n_texts, 'distinct text')} and {quantity(n_codes, 'code')}"
    )
    if len(trusted) < len(records):
        found += f" ({quantity(len(records) - len(trusted), 'record')} of the weight 0 left out)"
    if n_texts < MIN_TEXTS or n_codes < MIN_CODES:
        raise _too_few(raw, found)
    texts = dataset.texts
    taught = texts.loc[texts["side"] == "train", "label"]
    n_by_side = texts.loc[texts["label"].isin(taught), "side"].value_counts()
    for side in ("train", "validation", "test"):
        if not n_by_side.get(side, 0):
            raise _too_few(
                raw, f"{found}, of which none is left for the side {side!r} of the split"
            )
    if not (texts["side"] == "calibration").any() and not len(dataset.calibration):
        raise _too_few(raw, f"{found}, of which none is left to calibrate")


def _too_few(raw: Path, found: str) -> InputError:
    return InputError(
        raw,
        found,
        expected=f"at least {MIN_TEXTS} distinct texts with valid codes of at least {MIN_CODES} "
        "unit groups, several texts of each group",
        remedy="Add coded records; with few of them, put corrections into data.corrections_dir and "
        "train with --fine-tune.",
    )
