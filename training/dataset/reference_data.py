"""What ships to learn from and to be measured on: ``answers.csv``, and a manual where there is one.

An answer's part is decided by the hash of its cleaned text, so that a text never changes sides:
*gold* (one in three) guards promotions, *calibration* (one in eighteen) calibrates where records
give too little, and neither is ever trained on; the rest is *train*. The column ``part`` says the
same in words.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pandas as pd

from core.csv_table import open_table
from core.errors import InputError
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join

ANSWERS, MANUAL = "answers.csv", "manual.csv"
TRAIN, CALIBRATION, GOLD = "train", "calibration", "gold"
_ANSWER_COLUMNS = ("job_title", "duties_description", "isco_code", "kind")
_MANUAL_COLUMNS = ("isco_code", "description")


def part_of(text: str) -> str:
    """Which part a cleaned answer belongs to."""
    number = int(sha256(text.encode()).hexdigest(), 16)
    if number % 3 == 0:
        return GOLD
    return CALIBRATION if number % 3 == 1 and number // 3 % 6 == 0 else TRAIN


def read_answers(reference_dir: Path) -> pd.DataFrame:
    """The answers as records (see ``training/dataset/records.py``) with ``kind`` and ``part``.

    Empty where the folder has no ``answers.csv``.
    """
    path = reference_dir / ANSWERS
    rows = []
    if path.exists():
        table = open_table(path, {name: (name,) for name in _ANSWER_COLUMNS}, _ANSWER_COLUMNS)
        for _, row in table.rows():
            title, duties, code, kind = (table.get(row, name) for name in _ANSWER_COLUMNS)
            text = join(title, duties)
            rows.append((text, code, 1.0, "answers", "", kind, part_of(text)))
    columns = ["text", "label", "weight", "source", "group", "kind", "part"]
    return pd.DataFrame(rows, columns=columns)


def read_manual(reference_dir: Path) -> pd.DataFrame:
    """The manual's descriptions as records without a title, those of unit groups alone.

    Raises InputError where ``manual.csv`` is missing or has other columns.
    """
    path = reference_dir / MANUAL
    if not path.exists():
        raise InputError(
            path,
            "no such file",
            expected=f"the manual in {str(reference_dir)!r}, with isco_code and description",
            remedy="Put it there, or set training.use_manual to false.",
        )
    table = open_table(path, {name: (name,) for name in _MANUAL_COLUMNS}, _MANUAL_COLUMNS)
    rows = []
    for _, row in table.rows():
        text, code = join("", table.get(row, "description")), table.get(row, "isco_code").strip()
        if code in isco08().units and text != EMPTY_TEXT:
            rows.append((text, code, 1.0, "manual", f"manual:{code}"))
    return pd.DataFrame(rows, columns=["text", "label", "weight", "source", "group"])
