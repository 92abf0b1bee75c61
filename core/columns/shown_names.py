"""Names of columns and texts of cells, as errors and notes show them."""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.header_parts import plain_header
from core.languages.message import Message

_MAX_NAMES = 40
_N_LISTED = 5


def shown_text(text: str, n_chars: int = 40) -> str:
    """Return a text on one line, the start of a long one."""
    text = " ".join(text.split())
    return text if len(text) <= n_chars else text[:n_chars] + "…"


def shown_name(name: str) -> str:
    """Return the name of a column in quotes, or words for one that has no name."""
    return repr(name.strip()) if name.strip() else "a column without a name"


def listed(header: Sequence[str]) -> str:
    """Return the names of a header for an error, without HTML; the first ones of many."""
    plain = (plain_header(name).strip()[:60] for name in header[:_MAX_NAMES])
    names = ", ".join(map(repr, plain)) or "(none)"
    n_more = len(header) - _MAX_NAMES
    return f"{names} and {n_more} more" if n_more > 0 else names


def first_listed(texts: Sequence[object]) -> str:
    """Return the first of many texts or numbers; "…" stands for the others."""
    more = ", …" if len(texts) > _N_LISTED else ""
    return ", ".join(map(str, texts[:_N_LISTED])) + more


def listed_with_and(names: Sequence[str]) -> str:
    """Return two or more names in quotes, with "and" before the last."""
    *first, last = map(repr, names)
    return f"{', '.join(first)} and {last}"


def missing_column(names: Sequence[str], setting: str) -> Message:
    """Return the note that a table has no column of the names in a setting."""
    if len(names) == 1:
        return Message(
            "there is no column {name!r}, which {setting} names", name=names[0], setting=setting
        )
    listed = ", ".join(map(repr, names))
    return Message(
        "there is none of the columns {names}, which {setting} names", names=listed, setting=setting
    )
