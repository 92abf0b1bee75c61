"""Keep a message in a file of the program, so that a page made later can say it in its language.

Such a file has the English sentence, for programs, and beside it what it was made of: ``text`` (or
``one``, ``many`` and ``n``), and ``values`` by name. A value is a text, a whole number, a number
(with ``digits``), a ``language``, or another message.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from core.languages.message import LanguageName, Message, Rounded

_MAX_DEPTH = 20
_MAX_DIGITS = 20

REASONS, REASON_VALUES = "reasons", "reason_values"
"""The keys of a list of sentences in such files, and of what they were made of."""
Stored = dict[str, Any] | str
"""What JSON has of a message; of a plain text, the text."""


def stored(text: str) -> Stored:
    """Return what a file keeps of a message; the text itself where it is none."""
    if not isinstance(text, Message):
        return str(text)
    one, many = text.sources
    said = {"text": one} if one == many else {"one": one, "many": many, "n": text.n}
    values = {name: _stored_value(value) for name, value in text.values.items()}
    if one != many:
        del values["n"]
    return {**said, "values": values} if values else said


def _stored_value(value: Any) -> Any:
    if isinstance(value, Message):
        return stored(value)
    if isinstance(value, Rounded):
        return {"number": float(value), "digits": value.digits, "is_signed": value.is_signed}
    if isinstance(value, LanguageName):
        return {"language": value.code}
    return value if type(value) in (int, float) else str(value)


def restored_reasons(values: Mapping[str, Any]) -> list[str]:
    """Return the ``reasons`` in the values of a file as messages, where it kept what they are of.

    A text stays as it is where nothing was kept (a training of version 0.1), or where that is
    damaged or says something else: what programs read and what people read is one sentence.
    """
    texts = [str(text) for text in values.get(REASONS) or []]
    kept = values.get(REASON_VALUES)
    if not isinstance(kept, list) or len(kept) != len(texts):
        return texts
    return [_restored(text, value) for text, value in zip(texts, kept, strict=True)]


def _restored(text: str, kept: Any) -> str:
    try:
        message = _message(kept, 0)
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return text
    return message if message == text else text


def _message(kept: Any, depth: int) -> str:
    """Return a message as ``stored`` wrote it. Raises a built-in error for anything else."""
    if not isinstance(kept, Mapping):
        return str(kept)
    if depth > _MAX_DEPTH:
        raise ValueError("messages in messages without end")
    values = {str(name): _value(v, depth + 1) for name, v in kept.get("values", {}).items()}
    if "text" in kept:
        source = _checked(kept["text"], values)
        return Message.of((source, source), 1, values)
    values["n"] = n = int(kept["n"])
    return Message.of((_checked(kept["one"], values), _checked(kept["many"], values)), n, values)


def _value(kept: Any, depth: int) -> Any:
    if not isinstance(kept, Mapping):
        return kept if type(kept) in (int, float) else str(kept)
    if "language" in kept:
        return LanguageName(kept["language"])
    if "number" in kept:
        digits = int(kept["digits"])
        if not 0 <= digits <= _MAX_DIGITS:
            raise ValueError(f"a number with {digits} digits")
        return Rounded(kept["number"], digits, bool(kept["is_signed"]))
    return _message(kept, depth)


def _checked(source: Any, values: Mapping[str, Any]) -> str:
    """Return a source that asks for its values by name, and for nothing within them."""
    for _, name, form, _ in Formatter().parse(source):
        if name is not None and (name not in values or form):
            raise ValueError(f"{name!r} is no value of {source!r}")
    return str(source)
