"""Recognise a review whose columns were removed or renamed, by the cells of its first records."""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.column_choice import Row
from core.columns.header_names import column_key
from core.isco_codes.written_code import CodeKind, read_code
from core.review_contract import TEXT, is_review_column
from core.taxonomy import MINOR
from core.text import SEPARATOR, UNKNOWN, whole_text


def has_review_texts(header: Sequence[str], rows: Sequence[Row]) -> bool:
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


def columns_with_codes(header: Sequence[str], rows: Sequence[Row]) -> list[str]:
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
    readings = [read_code(cell) for cell in cells]
    n_written = sum(one.kind not in (CodeKind.EMPTY, CodeKind.MISSING) for one in readings)
    return 2 * sum(len(one.code) >= MINOR for one in readings) > n_written
