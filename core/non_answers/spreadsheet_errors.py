"""Recognise the errors that spreadsheets write into cells: ``#VALUE!``, ``#BEZUG!``, ``Err:502``.

The names are in ``spreadsheet_words.yaml``. A cell is an error only if it is nothing else: "#1
nurse" is text.
"""

from __future__ import annotations

import re

from core.non_answers.spreadsheet_words import SpreadsheetWord, spreadsheet_words

_ERROR = re.compile(r"#[¡¿]?(?P<name>[^\s!?]+)[!?]?|err:\d{3}", re.IGNORECASE)


def is_spreadsheet_error(cell: str) -> bool:
    """Return whether ``cell`` holds the error of a formula and nothing else."""
    cell = cell.strip()
    if not cell.startswith(("#", "E", "e")):
        return False
    match = _ERROR.fullmatch(cell)
    if match is None:
        return False
    return match["name"] is None or match["name"].upper() in spreadsheet_words(
        SpreadsheetWord.ERROR
    )
