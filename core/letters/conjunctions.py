"""Read ``conjunctions.yaml``, the words for "and" and "or" by language."""

from __future__ import annotations

import re
from pathlib import Path

from core.file_io import read_yaml

_TABLE_PATH = Path(__file__).with_name("conjunctions.yaml")


def any_conjunction() -> str:
    """Return a pattern of any such word, of any language."""
    words = {word for of_language in read_yaml(_TABLE_PATH).values() for word in of_language}
    return f"(?:{'|'.join(sorted(map(re.escape, words)))})"
