"""Words of a status for people: a ``Message`` stays one until it is written as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator


def _as_they_are(words: Any) -> str:
    if not isinstance(words, str):
        raise ValueError("expected a text")
    return words


# pydantic makes a plain text of one, which the index page could not say in its language.
Words = Annotated[str, PlainValidator(_as_they_are)]
"""The type of such a field."""
