"""Make the pattern of any word of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(texts: Iterable[str]) -> str:
    """Return a pattern of any of the texts, the longest first, equal for the same texts."""
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, ordered))})"
