"""Leave the part that says nothing out of a text: "nurse" with "keine Angabe" is "nurse" alone.

Survey programs and interviewers fill the field of the duties with "NA", "refused" or "99", and that
of the title, too. A title stays that says how somebody works: farmers are "self employed" more
often than clerks are. The model is right more often with it, and less often with "refused".

Duties that repeat the title say nothing more. The model is as often right with them, and surer than
that: it takes one answer for two.
"""

from __future__ import annotations

from functools import lru_cache

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.text import BETWEEN, UNKNOWN


def stated_text(text: str) -> str:
    """Return a joined text (``core.text.join``) with ``unknown`` for what says nothing.

    Of title and duties that both say nothing the title stays.
    """
    title, separator, duties = text.partition(BETWEEN)
    if duties in ("", UNKNOWN):
        return text
    if duties == title or _kind(duties) in (NonAnswerKind.NOT_STATED, NonAnswerKind.STATUS):
        return f"{title}{separator}{UNKNOWN}"
    if _kind(title) is NonAnswerKind.NOT_STATED:
        return f"{UNKNOWN}{separator}{duties}"
    return text


@lru_cache(maxsize=1 << 14)  # a record is asked about several times
def _kind(part: str) -> NonAnswerKind | None:
    return built_in_non_answers().find(part, has_more=True)
