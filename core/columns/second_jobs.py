"""Tell questions for another job than the one that is read: "Do you have a second job? Which?"."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from core.columns.contained_names import Words, places_of_names
from core.columns.header_names import keys_of_any, places_about_else, words_that_tell
from core.columns.header_parts import plain_header
from core.columns.header_words import phrases, usual_names
from core.columns.questions.examples import without_examples
from core.columns.questions.other_questions import asks_something_else
from core.letters.accents import plain_letters
from core.letters.scripts import ends_as_question
from core.settings_file.text_columns import JOB_TITLE

_NAMES = "name_of_another_job"
_MAX_SHORT = 2  # so many letters are another word elsewhere
_MIN_STEM = 6  # so many letters of a name are it in all its forms: Hungarian "másodállása"
_SENTENCE_END = re.compile(r"(?<=[?؟;])\s*(?=[\w¿])")


@lru_cache(maxsize=4096)
def asks_for_another_job(header: str) -> bool:
    """Return whether a question asks for another job by its name.

    "How long is your second job?" asks for something else, and "Do you have a second job?" is
    answered with yes or no, unless a question follows: "Which?".
    """
    header = plain_header(header)
    if asks_something_else(header) and not _goes_on(header):
        return False
    words = words_that_tell(without_examples(header))
    plain = tuple(map(plain_letters, words))
    jobs, named = _places_of_jobs(plain), _places_of_names(plain)
    if not jobs and not named:
        return False
    about = places_about_else(words, JOB_TITLE, jobs)
    another = named | {place for place in about if jobs & {place - 1, place + 1}}
    return bool(another) and all(len(plain[place]) <= _MAX_SHORT for place in about - another)


def _places_of_jobs(plain: Words) -> set[int]:
    """Return where a word, or two, is a name of the job: "job", "activité professionnelle"."""
    return {
        place + n
        for n_words in (1, 2)
        for place in range(len(plain) - n_words + 1)
        if _is_job("".join(plain[place : place + n_words]))
        for n in range(n_words)
    }


def _is_job(word: str) -> bool:
    """Whether a word is a name of the job by itself; Turkish "iş" is a verb elsewhere."""
    return len(word) > _MAX_SHORT and word in _keys_of_the_job()


@cache
def _keys_of_the_job() -> frozenset[str]:
    return keys_of_any(usual_names(JOB_TITLE))


def _places_of_names(plain: Words) -> set[int]:
    stems = {place for place, word in enumerate(plain) if word.startswith(_stems())}
    return stems | places_of_names(plain, phrases(_NAMES))


@cache
def _stems() -> tuple[str, ...]:
    names = phrases(_NAMES)
    return tuple(name[0] for name in names if len(name) == 1 and len(name[0]) >= _MIN_STEM)


def _goes_on(header: str) -> bool:
    """Whether a question is followed by another one: "…? If so, which?"."""
    first, *more = _SENTENCE_END.split(header)
    return bool(more) and ends_as_question(first)
