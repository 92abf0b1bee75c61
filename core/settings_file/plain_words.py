"""What a setting expects, in plain words, for the errors of pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number that is not infinite",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "path_type": "a path",
    "tuple_type": "a list, such as [first, second]",
    "too_long": "at most {max_length}; delete the others",
    "too_short": "at least {min_length}",
    "model_type": "a group of settings, one in each line below",
    "greater_than": "a number above {gt:,.12g}",
    "greater_than_equal": "a number of at least {ge:,.12g}",
    "less_than": "a number below {lt:,.12g}",
    "less_than_equal": "a number of at most {le:,.12g}",
    "literal_error": "{expected}",
}
_MAX_SHOWN_CHARS = 200


def expected(error: Mapping[str, Any]) -> str:
    """Return what was expected where pydantic found ``error``."""
    words = _EXPECTED.get(error["type"])
    if words is not None:
        return f"expected {words.format(**error.get('ctx', {}))}"
    return str(error["msg"]).removeprefix("Value error, ")


def found(value: object) -> str:
    """Return a value of the file in words."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a group of settings"
    if isinstance(value, list):
        return f"a list of {len(value)} {'entry' if len(value) == 1 else 'entries'}"
    shown = str(value)
    return repr(shown if len(shown) <= _MAX_SHOWN_CHARS else f"{shown[:_MAX_SHOWN_CHARS]}…")
