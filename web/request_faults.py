"""What is wrong with a request: what was found in it, and what was expected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from core.columns.header_names import keys_of
from core.columns.shown_names import first_listed
from core.errors import ArgumentError
from core.settings_file.plain_words import expected as expected_of_type
from web.payloads import Record

_MAX_SHOWN_CHARS = 60
_NAMES = ("job_title", "duties_description")
RECORD_WORDS = 'a record, such as {"job_title": "nurse"}, or a list of them'
_EXPECTED = {
    "missing": "a value",
    "string_type": "a text, or null if it is missing",
    "string_unicode": "a text of whole characters",
    "string_too_long": "at most {max_length:,} characters",
    "string_too_short": "at least {min_length} character",
    "too_long": "at most {max_length:,} records",
    "too_short": "at least {min_length} record",
}
_NO_RECORD = frozenset({"model_type", "model_attributes_type", "dict_type"})
_PATTERNS = {"code": "1 to 4 digits", "language": "a language of the titles, such as en or de"}


def fault_of(error: Mapping[str, Any], content_type: str, context: Sequence[str]) -> str:
    """Return in one line where an error of pydantic is, what was found, and what was expected.

    A value of a record is checked before its name (``check_columns``), so it may be the name that
    is wrong. ``context`` has the columns that a record has beside its text.
    """
    if error["type"] in _NO_RECORD and "json" not in content_type:
        return (
            f"found the header 'Content-Type: {content_type[:_MAX_SHOWN_CHARS]}'; expected "
            "'Content-Type: application/json'"
        )
    is_tagged = error["loc"][1:2] in (("record",), ("records",))
    place = error["loc"][2 if is_tagged else 1 :]
    if is_tagged and place and _is_unknown(place[-1], context):
        where = "".join(f"{_place(part)}: " for part in place[:-1])
        return f"{where}found {_unknown([place[-1]])}; expected {_listed(context)}"
    names = [_place(part) for part in place]
    if error["type"] == "string_pattern_mismatch":
        words = _PATTERNS[str(error["loc"][-1])]
    elif error["type"] in _NO_RECORD or (error["type"] == "missing" and not names):
        words = RECORD_WORDS
    elif error["type"] in _EXPECTED:
        words = _EXPECTED[error["type"]].format(**error.get("ctx", {}))
    else:
        words = expected_of_type(error).removeprefix("expected ")
    where = ", ".join(names) or "body"
    if error["type"] == "missing" and (unknown := _unknown_names(error.get("input"), context)):
        return f"{where}: found nothing, but {_unknown(unknown)}; expected {_listed(context)}"
    return f"{where}: found {_found(error)}; expected {words}"


def check_columns(body: Record | list[Record], context: Sequence[str]) -> None:
    """Raise ArgumentError unless each record has the columns ``context`` and no unknown one."""
    for number, record in enumerate(body if isinstance(body, list) else [body], 1):
        where = f"record {number}: " if isinstance(body, list) else ""
        unknown = _unknown_names(record.context, context)
        for column in context:
            names = [name for name in record.context if keys_of(name) & keys_of(column)]
            if len(names) != 1:
                found = " and ".join(map(_shown, names)) or f"no {column!r}"
                if not names and unknown:
                    found += f", but {_unknown(unknown)}"
                raise ArgumentError(
                    f"{where}found {found}; expected one {column!r} with a text, or null if it is "
                    "missing, because data.context_in_duties appends it to the duties"
                )
        if unknown:
            raise ArgumentError(f"{where}found {_unknown(unknown)}; expected {_listed(context)}")


def unreadable(encoding: str) -> str:
    """Return why a body is no text; ``encoding`` is the header ``Content-Encoding``, or empty."""
    if encoding:
        found = f"found the header 'Content-Encoding: {encoding[:_MAX_SHOWN_CHARS]}'"
        return f"{found}; expected none: send the body as it is"
    return f"body: found what cannot be read; expected JSON in UTF-8: {RECORD_WORDS}"


def check_query(query: bytes) -> None:
    """Raise ArgumentError for a query that is not UTF-8: other words would be looked for."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise ArgumentError(
            "found bytes that are not UTF-8; expected the query in UTF-8, with é as %C3%A9"
        ) from None


def check_parameters(given: Sequence[str], known: Collection[str]) -> None:
    """Raise ArgumentError for a parameter that is not ``known`` or that is ``given`` twice."""
    expected = ", ".join(known) or "no parameter"
    for name, count in Counter(given).items():
        if name not in known:
            raise ArgumentError(f"found the unknown parameter {_shown(name)}; expected {expected}")
        if count > 1:
            raise ArgumentError(f"{name}: found {count} values; expected one")


def _is_unknown(part: object, context: Sequence[str]) -> bool:
    """Return whether a part of a place is a name that no record has."""
    if not isinstance(part, str) or part in _NAMES:
        return False
    return not any(keys_of(part) & keys_of(column) for column in context)


def _unknown_names(record: object, context: Sequence[str]) -> list[str]:
    """Return the names of a record that none has; what is no record has no names."""
    if not isinstance(record, Mapping):
        return []
    return [name for name in record if _is_unknown(name, context)]


def _unknown(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"the unknown name {_shown(names[0])}"
    return f"the unknown names {first_listed(list(map(_shown, names)))}"


def _listed(context: Sequence[str]) -> str:
    return ", ".join((*_NAMES, *context))


def _shown(name: str) -> str:
    return repr(name[:_MAX_SHOWN_CHARS])


def _place(part: object) -> str:
    return f"record {part + 1}" if isinstance(part, int) else str(part)[:_MAX_SHOWN_CHARS]


def _found(error: Mapping[str, Any]) -> str:
    value = error.get("input")
    match error["type"]:
        case "missing":
            return "nothing"
        case "string_too_long":
            return f"{len(value or ''):,} characters"
        case "too_long" | "too_short":
            return f"{len(value or ()):,} records"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool | float):
        return json.dumps(value)
    return "a list" if isinstance(value, list) else repr(value)[:_MAX_SHOWN_CHARS]
