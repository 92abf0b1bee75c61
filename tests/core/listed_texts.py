"""Texts of a list in a test, several on a line, divided by bars."""

from __future__ import annotations

import re


def listed(texts: str) -> list[str]:
    """Return the texts of all lines; a line may end with a bar."""
    return re.split(r"\s+\|\s+|\n", texts)
