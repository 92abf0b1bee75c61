"""Leave duties that say nothing out of a text: "nurse" with "keine Angabe" is "nurse" alone.

Survey programs and interviewers fill the field of the duties with "NA", "refused" or "99". A title
that says nothing stays: people who are "employee" or "freelancer" say something of their work.
"""

from __future__ import annotations

from functools import lru_cache

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.text import SEPARATOR, UNKNOWN


def stated_text(text: str) -> str:
    """Return a joined text (``core.text.join``) with duties that say nothing as ``unknown``."""
    title, separator, duties = text.partition(f" {SEPARATOR} ")
    if duties in ("", UNKNOWN):
        return text
    return f"{title}{separator}{UNKNOWN}" if _say_nothing(duties) else text


@lru_cache(maxsize=1 << 14)  # a record is asked about several times
def _say_nothing(duties: str) -> bool:
    return built_in_non_answers().find(duties, has_more=True) is NonAnswerKind.NOT_STATED
