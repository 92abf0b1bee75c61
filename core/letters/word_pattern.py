"""Make the pattern of any word of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(texts: Iterable[str]) -> str:
    """Return a pattern of any of the texts, the longest first, equal for the same texts."""
    rests: dict[str, list[str]] = {}
    for text in sorted(set(texts), key=lambda text: (-len(text), text)):
        rests.setdefault(text[:1], []).append(text[1:])
    # What does not begin with the letter at hand is passed over at once, not word by word.
    return f"(?:{'|'.join(re.escape(first) + _any(rests[first]) for first in sorted(rests))})"


def _any(rests: list[str]) -> str:
    escaped = list(map(re.escape, rests))
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
