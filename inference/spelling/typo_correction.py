"""Correct typos before the model reads a text: "niquiry agent" → "inquiry agent".

A model reads a word as the pieces that it has learned, and one wrong letter changes the pieces. A
word that the training texts do not have, one typo away from a word that is common there, is read as
that word, unless it is a word that people use (``inference/spelling/right_words.py``). The results
show the text as it was typed.
"""

from __future__ import annotations

import gzip
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from core.letters.accents import without_accents
from core.text import UNKNOWN
from inference.spelling.right_words import MIN_LETTERS

_MIN_TEXTS = 2  # a word of only one text may be a typo itself
# What a typo is corrected to is in one text of so many, or the most of many languages' words would
# be near some rare word of another language.
_TEXTS_PER_COMMON_WORD = 75_000
_MAX_LETTERS = 30  # longer ones are not words, and have thousands of neighbours
_MAX_WORDS = 128  # the network reads no more
_MAX_CACHED_WORDS = 65_536


class Spelling:
    """The words that a model has learned.

    Typos are corrected to ``common_words``, the most frequent first. A word of ``rare_words`` or of
    ``right_words`` is no typo, whether the model has learned it or not.
    """

    def __init__(
        self,
        common_words: Iterable[str],
        rare_words: Iterable[str] = (),
        right_words: Container[str] = (),
    ) -> None:
        self._rank = {word: rank for rank, word in enumerate(common_words)}
        self._rare_words = frozenset(rare_words)
        self._right_words = right_words
        self._alphabet = _Alphabet(self._rank)
        self._correct_word = lru_cache(maxsize=_MAX_CACHED_WORDS)(self._nearest)

    def __contains__(self, word: str) -> bool:
        """Return whether the model has learned ``word``."""
        return word in self._rank or word in self._rare_words

    @classmethod
    def learn(cls, texts: Collection[str], right_words: Container[str] = ()) -> Spelling:
        """Return the words that at least two of the cleaned texts have."""
        counts = Counter(word for text in texts for word in set(text.split()) if word.isalpha())
        ranked = sorted((-n, word) for word, n in counts.items() if n >= _MIN_TEXTS)
        n_common = len(texts) / _TEXTS_PER_COMMON_WORD
        common = [word for minus_n, word in ranked if -minus_n >= n_common]
        return cls(common, (word for _, word in ranked[len(common) :]), right_words)

    @classmethod
    def load(cls, path: Path, right_words: Container[str] = ()) -> Spelling:
        """Read what ``save`` wrote."""
        common, _, rare = gzip.decompress(path.read_bytes()).decode().partition("\n\n")
        return cls(common.splitlines(), rare.splitlines(), right_words)

    def save(self, path: Path) -> None:
        """Write the words, one a line: the common ones, an empty line, the rare ones; compressed.

        The same words give the same bytes.
        """
        parts = ["\n".join(words) for words in (self._rank, sorted(self._rare_words))]
        path.write_bytes(gzip.compress("\n\n".join(parts).encode(), mtime=0))

    def correct(self, text: str) -> str:
        """Return the cleaned ``text`` with its typos corrected.

        An unknown word of five letters or more is replaced by a common one that is one typo away: a
        letter dropped, added, replaced, or swapped with the next, or an accent left out or added.
        Any other accent stays, and so does a word of ``right_words``. Of several such words, those
        of the same letters come first (the most common typos are a swapped and a doubled letter),
        then the most frequent one. A word without such a neighbour stays.
        """
        words = text.split()
        corrected = [self._correct_word(word) for word in words[:_MAX_WORDS]]
        return " ".join(corrected + words[_MAX_WORDS:])

    def _nearest(self, word: str) -> str:
        rank = self._rank
        if word in self or word == UNKNOWN or not MIN_LETTERS <= len(word) <= _MAX_LETTERS:
            return word
        if not (rank and word.isalpha()):
            return word
        letters = set(word)
        nearest = min(
            (
                neighbor
                for neighbor in self._alphabet.one_typo_away(word)
                if neighbor in rank and _has_accents_of(neighbor, word)
            ),
            key=lambda neighbor: (set(neighbor) != letters, rank[neighbor]),
            default=word,
        )
        return word if nearest == word or word in self._right_words else nearest


class _Alphabet:
    """The letters of words, by script: typos of a Greek word have no Latin letters."""

    def __init__(self, words: Iterable[str]) -> None:
        letters = {letter for word in words for letter in word if letter.isalpha()}
        self._plain: dict[str, list[str]] = defaultdict(list)
        self._accented: dict[str, list[str]] = defaultdict(list)  # by the letter without its accent
        for letter in sorted(letters.union(string.ascii_lowercase)):
            if unicodedata.decomposition(letter):
                self._accented[without_accents(letter)].append(letter)
            else:
                self._plain[_script(letter)].append(letter)

    def one_typo_away(self, word: str) -> Iterator[str]:
        """Yield every string that one typo could have turned into ``word``.

        A letter is replaced by one with an accent only where it is the same letter: other words
        than those have not the accents of ``word``.

        Source: Damerau, Communications of the ACM 7 (1964).
        """
        plain = self._plain.get(_script(word[0]), ())
        for position in range(len(word) + 1):
            before = word[:position]
            after = word[position:]
            for letter in plain:
                yield before + letter + after
                yield before + letter + after[1:]
            for letter in self._accented.get(without_accents(after[:1]), ()):
                yield before + letter + after[1:]
            yield before + after[1:]
            yield before + after[1:2] + after[:1] + after[2:]


def _script(letter: str) -> str:
    """Return the script of a letter as Unicode names it: LATIN, GREEK, CYRILLIC, …"""
    return unicodedata.name(letter, "").partition(" ")[0]


def _has_accents_of(neighbor: str, word: str) -> bool:
    """Return whether the words have the same accented letters, or differ in accents alone."""
    if neighbor.isascii() and word.isascii():
        return True
    return _accented_letters(neighbor) == _accented_letters(word) or without_accents(
        neighbor
    ) == without_accents(word)


def _accented_letters(word: str) -> list[str]:
    return sorted(letter for letter in word if unicodedata.decomposition(letter))
