"""Random changes that make cleaned training texts more like what people type.

Reference texts are tidy: a title in the manual's words, or a title with a definition of fifty
words. Survey answers are a title alone, a title and a few words, or those words alone, abbreviated,
with typos, or with an employer or a place. So each time a text is drawn for training, it may lose
its title or its duties, keep one part of them, or borrow a task of its own unit group; its title
may be rotated, abbreviated, put in the plural, written as one word, spelled without special
letters, put into a sentence, or mistyped. Duties that say nothing may stand beside it, and the
title of another job, of which either could be the answer: then the model learns that it cannot be
sure. What depends on the language is changed only where the text's language is known. The constants
below are the chances per draw; benchmarks/results/model.md states what was measured of them.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from core.files.compiled_table import read_yaml
from core.isco_titles.group_titles import ENGLISH
from core.text import BETWEEN, UNKNOWN, join

DROP_TITLE = 0.10
DROP_DUTIES = 0.30
SHORTEN_DUTIES = 0.50
BORROW_TASK = 0.15
TURN_AROUND = 0.08
ABBREVIATE = 0.12
INFLECT = 0.06
SURROUND = 0.16
SAY_NOTHING = 0.07
TWO_JOBS = 0.02
TYPO = 0.20
RESPELL = 0.30
ANOTHER_FORM = 0.75
_SURROUNDINGS = Path(__file__).with_name("surroundings.yaml")
_EMPTY_DUTIES = Path(__file__).with_name("empty_duties.yaml")
_ABBREVIATIONS = Path(__file__).with_name("abbreviations.yaml")
# How people without the key write a letter.
_RESPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "ß": "ss"}
)
_RESPELLING = frozenset({"da", "de", "no"})  # Swedes leave out the dots and rings instead
_TYPED_WORDS = 16
_SHORT_TITLE = 3  # words
_VOWELS = frozenset("aeiou")


def augment(text: str, tasks: Sequence[str], rng: random.Random, language: str = "") -> str:
    """Return a random variant of a cleaned ``title | duties``.

    Parameters
    ----------
    tasks : task statements of the text's unit group in its language, to borrow from; may be empty.
    language : ISO 639-1; ``""`` where it is not known.
    """
    title, _, duties = text.partition(BETWEEN)
    if duties != UNKNOWN and title != UNKNOWN:
        # A few typed words are what decides the code; of a definition any part will do.
        draw = rng.random() if len(duties.split()) > _TYPED_WORDS else 1.0
        if draw < DROP_DUTIES:
            duties = UNKNOWN
        elif draw < DROP_DUTIES + SHORTEN_DUTIES:
            duties = _part_of_duties(duties, rng)
    elif title == UNKNOWN:
        duties = _part_of_duties(duties, rng) if rng.random() < SHORTEN_DUTIES else duties
    elif tasks and rng.random() < BORROW_TASK:
        duties = _part_of_duties(rng.choice(tasks), rng)
    if UNKNOWN not in (title, duties) and rng.random() < DROP_TITLE:
        title = UNKNOWN
    if rng.random() < SAY_NOTHING:
        duties = _with_empty_duties(duties, rng, language)
    if title != UNKNOWN:
        # Of what stands around a title some is left out before it is read.
        title = join(_change_title(title, rng, language)).partition(BETWEEN)[0]
    elif rng.random() < TYPO:
        duties = typo(duties, rng)
    return title + BETWEEN + duties


def _change_title(title: str, rng: random.Random, language: str) -> str:
    """Change the title; each change has its own chance, most titles get none or one."""
    if rng.random() < TURN_AROUND:
        words = title.split()
        cut = rng.randrange(len(words))
        title = " ".join(words[cut:] + words[:cut])
    if rng.random() < INFLECT:
        title = inflect(title, rng) if language == ENGLISH else join_words(title, rng)
    if language == ENGLISH and rng.random() < ABBREVIATE:
        title = abbreviate(title, rng)
    if rng.random() < TYPO:
        title = typo(title, rng)
    if language in _RESPELLING and rng.random() < RESPELL:
        title = title.translate(_RESPELLED)
    around = surroundings().get(language)
    if around and rng.random() < SURROUND:
        side = rng.choice(("before", "after", "both"))
        before = rng.choice(around["before"]) if side != "after" else ""
        after = rng.choice(around["after"]) if side != "before" else ""
        title = f"{before} {title} {after}".strip()
    return title


def _with_empty_duties(duties: str, rng: random.Random, language: str) -> str:
    """Put one to four statements that say nothing before or behind duties, or in their place."""
    statements = empty_duties().get(language)
    if not statements:
        return duties
    said = " ".join(rng.choices(statements, k=rng.randint(1, 4)))
    if duties == UNKNOWN:
        return said
    return f"{said} {duties}" if rng.random() < 0.5 else f"{duties} {said}"


@cache
def surroundings() -> dict[str, dict[str, list[str]]]:
    """Return by language the words before and after a title, and those ``between`` two titles."""
    return read_yaml(_SURROUNDINGS)


@cache
def empty_duties() -> dict[str, list[str]]:
    """Return by language cleaned duties that tell nothing about the occupation."""
    return read_yaml(_EMPTY_DUTIES)


@cache
def abbreviations() -> dict[str, dict[str, str]]:
    """Return English ``words`` and ``phrases`` with their abbreviations."""
    return read_yaml(_ABBREVIATIONS)


class Augmenter:
    """Makes variants of the texts of one training.

    It borrows tasks of the same unit group and language from the texts without a title.
    """

    def __init__(self, records: pd.DataFrame) -> None:
        """Take texts to augment: ``text, label, language, forms``.

        ``forms`` are lines, other forms of the text: see ``training/dataset/title_forms.py``.
        """
        self._texts = list(records["text"])
        self._languages = list(records["language"])
        self._forms = [forms.splitlines() for forms in records["forms"]]
        keys = list(zip(records["label"], self._languages, strict=True))
        tasks: dict[tuple[str, str], list[str]] = {}
        start = UNKNOWN + BETWEEN
        for text, key in zip(self._texts, keys, strict=True):
            if text.startswith(start):
                tasks.setdefault(key, []).append(text.removeprefix(start))
        self._tasks = [tasks.get(key, []) for key in keys]
        # By language, the short titles that stand alone: each may be the second job of another.
        self._titles: dict[str, list[str]] = {}
        for text, language in zip(self._texts, self._languages, strict=True):
            title, _, duties = text.partition(BETWEEN)
            if duties == UNKNOWN and len(title.split()) <= _SHORT_TITLE:
                self._titles.setdefault(language, []).append(title)

    def variant(self, row: int, rng: random.Random) -> str:
        """Return a random variant of the text in ``row``."""
        text, language = self._texts[row], self._languages[row]
        if self._forms[row] and rng.random() < ANOTHER_FORM:
            text = rng.choice(self._forms[row])
        if rng.random() < TWO_JOBS:
            text = self._with_second_job(text, language, rng)
        return augment(text, self._tasks[row], rng, language)

    def _with_second_job(self, text: str, language: str, rng: random.Random) -> str:
        """Return a short title together with another one, in either order; any other text as it is.

        Both are drawn as often, each with its own code: the model learns that it cannot tell.
        """
        title, _, duties = text.partition(BETWEEN)
        around = surroundings().get(language)
        if around is None or duties != UNKNOWN or len(title.split()) > _SHORT_TITLE:
            return text
        both = [title, rng.choice(self._titles[language])]
        rng.shuffle(both)
        between = rng.choice(around["between"])
        return f"{f' {between} '.join(both)}{BETWEEN}{UNKNOWN}"


def _part_of_duties(duties: str, rng: random.Random) -> str:
    """Return 3 to 14 neighbouring words of ``duties``, often from the start, where the verb is."""
    words = duties.split()
    length = rng.randint(3, 14)
    start = 0 if rng.random() < 0.5 else rng.randint(0, max(0, len(words) - length))
    return " ".join(words[start : start + length])


def abbreviate(title: str, rng: random.Random) -> str:
    """Abbreviate the phrases of ``title``, and its words with a chance of two thirds each."""
    for phrase, short in abbreviations()["phrases"].items():
        title = re.sub(rf"\b{phrase}\b", short, title)
    shorter, words = abbreviations()["words"], title.split()
    return " ".join(shorter.get(w, w) if rng.random() < 0.67 else w for w in words)


def inflect(title: str, rng: random.Random) -> str:
    """Put the English ``title`` in the plural, or write two neighbouring words as one."""
    words = title.split()
    if len(words) < 2 or rng.random() < 0.5:
        last = words[-1]
        is_changed = last.endswith("y") and last[-2:-1] not in _VOWELS  # "attorneys", "secretaries"
        plural = last[:-1] + "ies" if is_changed else last + "s"
        return " ".join([*words[:-1], last if last.endswith("s") else plural])
    return join_words(title, rng)


def join_words(title: str, rng: random.Random) -> str:
    """Write two neighbouring words of ``title`` as one; a single word stays."""
    words = title.split()
    if len(words) < 2:
        return title
    i = rng.randrange(len(words) - 1)
    return " ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]])


def typo(text: str, rng: random.Random) -> str:
    """Return ``text`` with one typo in one word of at least four letters.

    A letter is dropped, doubled, replaced or swapped with its neighbour. The text is unchanged if
    no word is long enough.
    """
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    index = rng.choice(long)
    word = words[index]
    i = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:i] + word[i + 1 :]
    elif kind == 1:
        word = word[:i] + word[i] + word[i:]
    elif kind == 2:
        letters = string.ascii_lowercase if word.isascii() else word  # of the same script
        word = word[:i] + rng.choice(letters) + word[i + 1 :]
    else:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    words[index] = word
    return " ".join(words)
