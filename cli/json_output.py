"""Print JSON on a terminal or into a pipe, whatever the text is and the terminal can show."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON; letters that the output cannot show are escaped.

    The name of a file may have bytes that are not UTF-8, which Python keeps as lone surrogates.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    print(text)
