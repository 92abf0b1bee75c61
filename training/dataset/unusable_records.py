"""Why labelled records cannot be used, in words: single records, files, and all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.errors import InputError
from core.isco_codes.written_code import KIND_WORDS, WrittenCode
from core.languages.message import Message
from core.non_answers.known_texts import NonAnswers
from core.row_counts import quantity
from core.taxonomy import UNIT
from core.text import EMPTY_TEXT, NOTHING_STATED

NO_TEXT = Message("no title and no duties")
NO_ANSWER = Message("a text that is no answer")
GROUP_ALONE = Message("a group of fewer than four digits")
_MAX_NAMED = 3
_EXPECTED = "records with a job title and a code of ISCO-08 with 4 digits"


def why_unusable(text: str, code: WrittenCode, non_answers: NonAnswers) -> str | None:
    """Return why a record can neither train nor measure, None where it can.

    A text of ``non_answers`` cannot: the coding gives it no code, and asks no model for it.
    """
    if text in (EMPTY_TEXT, NOTHING_STATED):
        return NO_TEXT
    if not code.code:
        return KIND_WORDS[code.kind]
    if len(code.code) != UNIT:
        return GROUP_ALONE
    return NO_ANSWER if non_answers.find(text) is not None else None


def reason_in_words(reason: str, code: WrittenCode) -> str:
    """Return the reason of one record in full; what is said of an unread code says all of it."""
    if not code.reason:
        return reason
    is_of_code = reason != NO_TEXT and not code.code
    return code.reason if is_of_code else f"{reason}: {code.reason}"


def in_words(n_left_out: Mapping[str, int]) -> str:
    """Return the counts by reason in one line, the largest first."""
    ordered = sorted(n_left_out.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n:,} with {reason}" for reason, n in ordered)


def none_is_valid(
    raw: Path,
    n_records: int,
    n_left_out: Mapping[str, int],
    unread: Mapping[str, Exception] | None = None,
) -> InputError:
    """Return the error of records of which none can be used.

    ``unread`` are the files that cannot be read at all, each with the reason.
    """
    left_out = _unread_in_words(unread or {})
    if not n_records and left_out:
        return InputError(
            raw,
            f"no file of which the records can be read; left out: {left_out}",
            expected=_EXPECTED,
            remedy="Correct these files, or name others.",
        )
    if not n_records:
        found = "no record"
    else:
        all_records = quantity(n_records, "record")
        found = f"that {n_records:,} of {all_records} cannot be used ({in_words(n_left_out)})"
    if left_out:
        found += f"; left out: {left_out}"
    return InputError(
        raw,
        found,
        expected=_EXPECTED,
        remedy="Name a file that people have coded, or correct its titles and codes: of a longer "
        "national code keep the first 4 digits, if they are a unit group of ISCO-08.",
    )


def _unread_in_words(unread: Mapping[str, Exception]) -> str:
    """Return the first files that cannot be read, and why; an InputError names its file itself."""
    named = [
        str(error) if isinstance(error, InputError) else f"{name!r}: {error}"
        for name, error in list(unread.items())[:_MAX_NAMED]
    ]
    n_more = len(unread) - len(named)
    more = [f"and {quantity(n_more, 'more file')}"] if n_more else []
    return "; ".join([*(words.removesuffix(".") for words in named), *more])
