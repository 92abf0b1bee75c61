"""Reference data that every training may use: ``answers/`` and ``isco08_definitions.csv``.

``answers/`` holds the bundled reference answers, one file for each language; a project without this
folder has those of the checkout that the program runs from. ``part_of_answer`` in
``splits.py`` decides whether an answer trains, calibrates or measures.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from core.csv_table import open_table
from core.errors import InputError
from core.isco_codes.written_code import read_code
from core.isco_titles.group_notes import DEFINITIONS
from core.isco_titles.group_titles import ENGLISH
from core.packages import answers_dir
from core.settings import DataSettings
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join
from training.dataset.records import TEXT_COLUMNS
from training.dataset.splits import part_of_answer

_ANSWER_COLUMNS = ("job_title", "duties_description", "isco_code", "kind")
_RANK = "n_rank"
COMMON_WEIGHT = 8.0
"""The weight of a common answer: it overrules records, and an epoch draws it so many times.

Half of a labour force survey is a few hundred titles, and no other text knows how often it occurs.
"""
_MISSPELT = "misspelt"
_MANUAL_COLUMNS = ("isco_code", "description")


def read_answers(reference_dir: Path, languages: Collection[str]) -> pd.DataFrame:
    """Return the bundled reference answers in ``languages`` as records, with ``kind`` and ``part``.

    The other columns are ``TEXT_COLUMNS`` of ``training/dataset/records.py``. A text that several
    languages share belongs to one in which it is a common answer, else to English, else to the
    first one. The table is empty if there is no file.
    """
    rows = []
    folder = answers_dir(reference_dir)
    for language in sorted(languages, key=lambda language: (language != ENGLISH, language)):
        path = folder / f"{language}.csv"
        if not path.exists():
            continue
        names = (*_ANSWER_COLUMNS, _RANK)
        table = open_table(path, {name: (name,) for name in names}, _ANSWER_COLUMNS)
        for _, row in table.rows():
            title, duties, code, kind, rank = [table.get(row, name) for name in names]
            text = join(title, duties)
            part = part_of_answer(text, is_common=rank != "")
            weight = COMMON_WEIGHT if rank else 1.0
            rows.append((text, code, weight, "answers", "", language, "", kind, part))
    answers = pd.DataFrame(rows, columns=[*TEXT_COLUMNS, "kind", "part"])
    answers = answers.sort_values("weight", ascending=False, kind="stable")  # the common ones first
    return answers.drop_duplicates("text", ignore_index=True)


def misspelt_answers(reference_dir: Path, languages: Collection[str]) -> frozenset[str]:
    """Return the texts of the bundled answers that are misspelt on purpose.

    They teach codes and no spelling: a typo that two of them have would count as a word.
    """
    answers = read_answers(reference_dir, languages)
    return frozenset(answers.loc[answers["kind"] == _MISSPELT, "text"])


def reference_files(reference_dir: Path) -> list[Path]:
    """Return the files that a training may read here, by name."""
    paths = [*answers_dir(reference_dir).glob("*.csv"), reference_dir / DEFINITIONS]
    return sorted(path for path in paths if path.exists())


def read_manual(data: DataSettings) -> pd.DataFrame:
    """Return the manual's descriptions of unit groups as records without a title.

    Raises InputError if ``isco08_definitions.csv`` is missing or has other columns.
    """
    path = data.reference_dir / DEFINITIONS
    if not path.exists():
        raise InputError(
            path,
            "no such file",
            expected=f"the manual in {str(data.reference_dir)!r}, with isco_code and description",
            remedy="Put it there, or set training.use_manual to false.",
        )
    aliases = {name: (name,) for name in _MANUAL_COLUMNS}
    table = open_table(path, aliases, _MANUAL_COLUMNS, data.encoding)
    rows = []
    for _, row in table.rows():
        text = join("", table.get(row, "description"))
        code = read_code(table.get(row, "isco_code")).code
        if code in isco08().units and text != EMPTY_TEXT:
            rows.append((text, code, 1.0, "manual", f"manual:{code}", "", ""))
    return pd.DataFrame(rows, columns=TEXT_COLUMNS)
