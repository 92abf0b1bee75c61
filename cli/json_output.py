"""Print JSON on a terminal or into a pipe, whatever the text is and the terminal can show."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from cli.standard_output import named_output


def print_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON; letters that the output cannot show are escaped.

    The name of a file may have bytes that are not UTF-8, which Python keeps as lone surrogates. A
    metric that is undefined (NaN) is null: JSON has no other word for it.
    """
    value = _without_nan(value)
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    with named_output():
        print(text)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
