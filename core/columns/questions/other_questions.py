"""Tell questions that are about a job, and do not ask for it: "Where is your job?"."""

from __future__ import annotations

from core.columns.header_parts import QUESTION_CODE, SEGMENTS
from core.columns.header_words import phrases, words_of

_OTHER_QUESTION = "asks_something_else"


def asks_something_else(header: str) -> bool:
    """Return whether a question, or the last part of a path, begins as one that asks for no job."""
    for text in (header, SEGMENTS.split(header)[-1]):
        # As written: Latvian "kāda" is which, and Croatian "kada" is when.
        words = words_of(QUESTION_CODE.sub("", text.strip()))
        starts = phrases(_OTHER_QUESTION)
        if any(words[:n] in starts for n in range(1, max(map(len, starts)) + 1)):
            return True
    return False
