"""Recognise texts that name a job which the person does not have: "my husband is a plumber".

Two kinds of text do. The title says that the person does not work, and the duties say something
("student | lectures and exams"); or a part begins with words that speak of another person, deny the
job, seek it, wish for it or need somebody who has it. ``unheld_jobs.csv`` has these words in 28
languages; they count as whole words alone. Openings of advertisements ("we need a cook") are not
among them. Beside a title that is an answer, duties that deny only say more about it: "radiographer
| not a doctor". Registers and old censuses name a wife, widow or child by the job of
another person, in words before it ("widow of a miner") or behind it ("miner's son", "Maurerwitwe");
beside duties, which are those of the person, they do not count.

A few titles of the first kind also name a place, a field of work or an occupation ("school |
cleaning"); the table calls them ambiguous, and they are coded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from core.letters.accents import plain_letters
from core.non_answers.known_texts import NonAnswerKind, NonAnswers
from core.non_answers.listed_texts import compared_texts
from core.text import BETWEEN, UNKNOWN

_AMBIGUOUS_TITLE = "ambiguous_title"
_NEGATION = "negation"
_RELATIVE_BEFORE = "relative_before"
_RELATIVE_BEHIND = "relative_behind"

_MOST_WORDS_WITH_RELATIVE = 3
"""Of longer titles the relative may be somebody to care for: "nanny of the neighbour's son"."""

_MOST_WORDS = {_NEGATION: 3, "another_person": 6, _RELATIVE_BEFORE: 6}
"""So many words may follow: more of them say what the person does instead."""

_LeadIns = Mapping[str, list[tuple[str, int | None]]]
"""Texts that a part may begin with, each with a space at its end, and how many words may follow, by
their first words."""


class UnheldJobs:
    """Tells whether a text names a job that the person does not have."""

    def __init__(self, non_answers: NonAnswers) -> None:
        self._non_answers = non_answers

    def names(self, text: str) -> bool:
        """Return whether a joined text (``core.text.join``) that is an answer names such a job."""
        title, _, duties = text.partition(BETWEEN)
        if duties in ("", UNKNOWN):
            return _begins(title, _lead_ins()) or _is_relative(title)
        kind = self._non_answers.find(title, has_more=True)
        if kind is NonAnswerKind.NOT_WORKING and not _is_ambiguous(title):
            return True
        # "keine Angabe" denies no job, although "keine Pflegekraft" does.
        if kind is None and _begins(title, _lead_ins(_RELATIVE_BEFORE)):
            return True
        says_nothing = kind is not None or title == UNKNOWN
        left_out = () if says_nothing else (_NEGATION,)
        return _begins(duties, _lead_ins(_RELATIVE_BEFORE, *left_out))


@cache
def unheld_jobs_version() -> str:
    """Return a hash of the table (8 hexadecimal digits)."""
    forms = [f"{kind}: {text}" for kind, texts in _forms().items() for text in texts]
    return sha256("\n".join(sorted(forms)).encode()).hexdigest()[:8]


def _begins(part: str, lead_ins: _LeadIns) -> bool:
    """Return whether a cleaned title, or cleaned duties, begin with one of ``lead_ins``."""
    # Most parts are refused by their first word, before the others become plain letters.
    group = lead_ins.get(plain_letters(part.partition(" ")[0]))
    if group is None:
        return False
    text = f"{plain_letters(part)} "
    return any(
        text.startswith(lead_in) and (most is None or text.count(" ", len(lead_in)) <= most)
        for lead_in, most in group
    )


def _is_relative(title: str) -> bool:
    """Return whether a cleaned title is that of a relative of somebody with a job."""
    return title.endswith(_relatives()) and title.count(" ") < _MOST_WORDS_WITH_RELATIVE


@cache
def _relatives() -> tuple[str, ...]:
    return tuple(_forms()[_RELATIVE_BEHIND])


def _is_ambiguous(title: str) -> bool:
    return plain_letters(title) in _forms()[_AMBIGUOUS_TITLE]


@cache
def _lead_ins(*left_out: str) -> _LeadIns:
    """Return the words that a text may begin with, but those of the kinds in ``left_out``."""
    groups: dict[str, list[tuple[str, int | None]]] = {}
    for kind, texts in _forms().items():
        if kind not in {_AMBIGUOUS_TITLE, _RELATIVE_BEHIND, *left_out}:
            for text in texts:
                group = groups.setdefault(text.partition(" ")[0], [])
                group.append((f"{text} ", _MOST_WORDS.get(kind)))
    return groups


@cache
def _forms() -> dict[str, set[str]]:
    """Return the texts of the table by their kind, in the forms in which they are compared."""
    forms: dict[str, set[str]] = {}
    for _, kind, texts in compared_texts("unheld_jobs.csv"):
        forms.setdefault(kind, set()).update(texts)
    return forms
