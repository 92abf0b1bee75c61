"""All corrections so far as one table: one row per corrected text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.corrections.correction import apply_correction, read_folder
from core.settings import Settings
from inference.bundle import Bundle
from training.dataset.splits import is_held_out_correction

LEARNED_FILES = "corrections_files"
"""Key in a bundle's training summary: the corrections files that the model has learned."""


def read_all_corrections(
    corrections_dir: Path, champion: Bundle | None, settings: Settings
) -> pd.DataFrame:
    """Return one row per corrected text; if two files correct the same text, the later file wins.

    Returns ``text, label, file, is_held_out, is_new``; ``is_new`` marks what ``champion`` has not
    learned. Raises InputError for a file that cannot be read.
    """
    learned = set(champion.manifest.training.get(LEARNED_FILES, []) if champion else [])
    codes: dict[str, str] = {}
    files: dict[str, str] = {}
    for name, correction in read_folder(corrections_dir, settings.data.columns):
        before = codes.get(correction.text)
        apply_correction(codes, correction)
        if codes.get(correction.text) != before or correction.is_accepted:
            files[correction.text] = name
    rows = [
        (text, code, files[text], is_held_out_correction(text), files[text] not in learned)
        for text, code in codes.items()
    ]
    return pd.DataFrame(rows, columns=["text", "label", "file", "is_held_out", "is_new"]).astype(
        {"is_held_out": bool, "is_new": bool}
    )
