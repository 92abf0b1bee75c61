"""Records as a program gives them → the texts that the model reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from core.columns.header_names import keys_of
from core.columns.record_text import duties_in_context
from core.errors import ArgumentError
from core.text import join

_PAIR = "a pair of title and duties, such as ('nurse', None)"


class RecordText(NamedTuple):
    """The title of a record as it was given, and the text that the model reads."""

    title: str
    text: str


def texts_of(records: Iterable[Any], names: Sequence[str]) -> list[RecordText]:
    """Return the title and the text of each record.

    Parameters
    ----------
    records : N times (title, duties), or (title, duties, context) with the context of ``text_of``.
    names : the columns of ``data.context_in_duties``.

    Raises ArgumentError, with the number of the record, for what cannot be coded.
    """
    if hasattr(records, "columns"):  # iterating it would give names, or columns
        raise ArgumentError(
            f"records: found {type(records).__name__}; expected {_PAIR} for each record. "
            "For a data frame call code_frame"
        )
    if isinstance(records, str | bytes) or not isinstance(records, Iterable):
        raise ArgumentError(f"records: found {records!r}; expected a list, each {_PAIR}")
    texts = []
    for number, record in enumerate(records, 1):
        try:
            texts.append(text_of(*_parts(record), names))
        except ArgumentError as error:
            raise ArgumentError(f"record {number}: {error}") from None
    return texts


def text_of(
    title: object, duties: object, context: Mapping[str, Any] | None, names: Sequence[str]
) -> RecordText:
    """Return the title and the text of one record.

    ``context`` has a value for each of ``names``, which are appended to the duties. None, NaN and
    NA are missing values. Raises ArgumentError for another value that is no text, for a value of
    ``names`` that was not given, and for one that is none of them.
    """
    values = _context_values(context, names)
    own_title, own_duties = _plain("title", title), _plain("duties", duties)
    if values:
        own_duties = duties_in_context(own_title, own_duties, values)
    return RecordText(own_title, join(own_title, own_duties))


def is_missing(value: object) -> bool:
    """Return whether ``value`` is None, NaN, NaT or the NA of pandas, which need no pandas here."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # NA is neither true nor false, and many values are not one
        return type(value).__name__ == "NAType"


def refuse_half_letters(where: str, text: str) -> None:
    """Raise ArgumentError for lone surrogates, by which Python keeps bytes that it cannot decode.

    They name no letter, so that the text would be read as another one.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentError(
            f"{where}: found half of a letter (a lone surrogate) in {text[:80]!r}; expected a "
            "text. Decode its bytes with the encoding that they have"
        ) from None


def _parts(record: Any) -> tuple[object, object, Any]:
    is_one = isinstance(record, str | bytes | Mapping | AbstractSet)
    try:
        parts = () if is_one else tuple(record)
    except TypeError:
        parts = ()
    if len(parts) not in (2, 3):
        raise ArgumentError(f"found {record!r}; expected {_PAIR}")
    return parts[0], parts[1], parts[2] if len(parts) == 3 else None


def _plain(name: str, value: object) -> str:
    if is_missing(value):
        return ""
    if not isinstance(value, str):
        raise ArgumentError(f"{name}: found {value!r}; expected a text, or None if it is missing")
    refuse_half_letters(name, value)
    return value


def _context_values(context: Mapping[str, Any] | None, names: Sequence[str]) -> list[str]:
    """Return the values in the order of ``names``, which are compared as headers of files are."""
    if context is not None and not isinstance(context, Mapping):
        raise ArgumentError(f"context: found {context!r}; expected a value for each name, a dict")
    values = []
    unknown = list(context or ())
    for name in names:
        given = next((key for key in context or () if keys_of(str(key)) & keys_of(name)), None)
        if context is None or given is None:
            raise ArgumentError(
                f"context: found no value of {name!r}; expected a text, or None if it is missing, "
                "because data.context_in_duties appends it to the duties"
            )
        values.append(_plain(name, context[given]))
        unknown = [key for key in unknown if key != given]
    if unknown:
        raise ArgumentError(
            f"context: found {unknown[0]!r}; expected "
            f"{', '.join(map(repr, names)) or 'none'}, as data.context_in_duties has it"
        )
    return values
