"""Reference data that every training may use: ``answers.csv`` and ``isco08_definitions.csv``.

``answers.csv`` holds the bundled reference answers. ``part_of_answer`` in ``splits.py`` decides
whether an answer trains, calibrates or measures; the file's column ``part`` says the same.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.csv_table import open_table
from core.errors import InputError
from core.isco_codes.written_code import read_code
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join
from training.dataset.splits import part_of_answer

ANSWERS = "answers.csv"
DEFINITIONS = "isco08_definitions.csv"
_ANSWER_COLUMNS = ("job_title", "duties_description", "isco_code", "kind")
_MANUAL_COLUMNS = ("isco_code", "description")


def read_answers(reference_dir: Path) -> pd.DataFrame:
    """Return the bundled reference answers as records, with ``kind`` and ``part``.

    The other columns are those of ``read_records`` in ``training/dataset/records.py``. The table
    is empty if the folder has no ``answers.csv``.
    """
    path = reference_dir / ANSWERS
    rows = []
    if path.exists():
        table = open_table(path, {name: (name,) for name in _ANSWER_COLUMNS}, _ANSWER_COLUMNS)
        for _, row in table.rows():
            title, duties, code, kind = (table.get(row, name) for name in _ANSWER_COLUMNS)
            text = join(title, duties)
            rows.append((text, code, 1.0, "answers", "", kind, part_of_answer(text)))
    columns = ["text", "label", "weight", "source", "group", "kind", "part"]
    return pd.DataFrame(rows, columns=columns)


def read_manual(reference_dir: Path) -> pd.DataFrame:
    """Return the manual's descriptions of unit groups as records without a title.

    Raises InputError if ``isco08_definitions.csv`` is missing or has other columns.
    """
    path = reference_dir / DEFINITIONS
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
        text = join("", table.get(row, "description"))
        code = read_code(table.get(row, "isco_code")).code
        if code in isco08().units and text != EMPTY_TEXT:
            rows.append((text, code, 1.0, "manual", f"manual:{code}"))
    return pd.DataFrame(rows, columns=["text", "label", "weight", "source", "group"])
