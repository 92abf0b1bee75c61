"""Cleaned training texts made more like what people type.

Reference texts are tidy: a title in the manual's words, or a title with a definition of fifty
words. Answers are a title alone, or a title and a few words, with slips of the keyboard. So each
time a text is drawn for training it may lose its duties, keep one stretch of them, borrow a task of
its own unit group, have its words turned around, or get a typo. Shares per drawing are the
constants below.
"""

from __future__ import annotations

import random
import string
from collections.abc import Mapping, Sequence

from isco.text import SEPARATOR, UNKNOWN

DROP_DUTIES = 0.30
SHORTEN_DUTIES = 0.40
BORROW_TASK = 0.20
TURN_AROUND = 0.10
TYPO = 0.15
_JOIN = f" {SEPARATOR} "


def augment(text: str, tasks: Sequence[str], rng: random.Random) -> str:
    """One variant of a cleaned ``title | duties``.

    Parameters
    ----------
    tasks : task statements of the text's unit group, to borrow from; may be empty.
    """
    title, _, duties = text.partition(_JOIN)
    if duties != UNKNOWN and title != UNKNOWN:
        draw = rng.random()
        if draw < DROP_DUTIES:
            duties = UNKNOWN
        elif draw < DROP_DUTIES + SHORTEN_DUTIES:
            duties = _stretch(duties, rng)
    elif title == UNKNOWN:
        duties = _stretch(duties, rng) if rng.random() < SHORTEN_DUTIES else duties
    elif tasks and rng.random() < BORROW_TASK:
        duties = _stretch(rng.choice(tasks), rng)
    if title != UNKNOWN and rng.random() < TURN_AROUND:
        words = title.split()
        cut = rng.randrange(len(words))
        title = " ".join(words[cut:] + words[:cut])
    if rng.random() < TYPO:
        if title != UNKNOWN:
            title = typo(title, rng)
        else:
            duties = typo(duties, rng)
    return title + _JOIN + duties


def tasks_by_label(texts: Sequence[str], labels: Sequence[int]) -> Mapping[int, list[str]]:
    """The duties of texts without a title, by label: what ``augment`` borrows from."""
    tasks: dict[int, list[str]] = {}
    start = UNKNOWN + _JOIN
    for text, label in zip(texts, labels, strict=True):
        if text.startswith(start):
            tasks.setdefault(label, []).append(text.removeprefix(start))
    return tasks


def _stretch(duties: str, rng: random.Random) -> str:
    """3 to 14 neighbouring words of ``duties``; often from the start, where the verb is."""
    words = duties.split()
    length = rng.randint(3, 14)
    start = 0 if rng.random() < 0.5 else rng.randint(0, max(0, len(words) - length))
    return " ".join(words[start : start + length])


def typo(text: str, rng: random.Random) -> str:
    """``text`` with one slip in one word of at least four letters: a letter dropped, doubled,
    replaced or swapped with its neighbour. Unchanged where no word is long enough.
    """
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    i = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:i] + word[i + 1 :]
    elif kind == 1:
        word = word[:i] + word[i] + word[i:]
    elif kind == 2:
        word = word[:i] + rng.choice(string.ascii_lowercase) + word[i + 1 :]
    else:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    words[at] = word
    return " ".join(words)
