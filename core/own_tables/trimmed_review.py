"""Recognise a review whose columns were removed or renamed, by the cells of its first records."""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.header_names import column_key
from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.plain_field import plain_text
from core.isco_codes.second_code import unit_group_within
from core.isco_codes.written_code import CodeKind, read_code
from core.review_contract import TEXT, is_review_column
from core.taxonomy import MINOR
from core.text import SEPARATOR, UNKNOWN, whole_text

_NOTHING = (CodeKind.EMPTY, CodeKind.MISSING)


def has_review_texts(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a column has nothing but prepared texts, as reviews have them.

    Under another name than ``text`` they are those of a review if a text without duties is among
    them, and codes stand in another column.
    """
    for position, name in enumerate(header):
        texts = [row[position].strip() for row in rows if row[position].strip()]
        if texts and all(map(_is_prepared, texts)):
            has_no_duties = any(text.endswith(f"{SEPARATOR} {UNKNOWN}") for text in texts)
            if column_key(name) == TEXT or (has_no_duties and columns_with_codes(header, rows)):
                return True
    return False


def columns_with_codes(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of the columns, but for those of a review, that mostly have codes."""
    return [
        name.strip()
        for position, name in enumerate(header)
        if not is_review_column(name) and _has_codes([row[position] for row in rows])
    ]


def _is_prepared(text: str) -> bool:
    """Return whether this version or 0.1, which left nothing out, may have made a text."""
    title, separator, duties = text.partition(SEPARATOR)
    return bool(separator) and whole_text(title, duties) == text


def _has_codes(cells: Sequence[str]) -> bool:
    written = [cell for cell in cells if read_code(cell).kind not in _NOTHING]
    return 2 * sum(map(_is_answer, written)) > len(written)


def _is_answer(cell: str) -> bool:
    """Return whether a cell answers as coders do: also "perhaps 1420", and "not codable"."""
    if means(cell, AnswerWord.NOT_CODABLE) or means(cell, AnswerWord.WITHDRAW):
        return True
    if len(read_code(cell).code) >= MINOR:
        return True
    return bool(unit_group_within(plain_text(cell)))
