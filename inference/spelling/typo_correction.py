"""Correct typos before the model reads a text: "niquiry agent" → "inquiry agent".

A model reads a word as the pieces that it has learned, and one wrong letter changes the pieces. A
word that the training texts do not have, one typo away from a word that is common there, is read as
that word, unless it is a word that people use (``inference/spelling/right_words.py``). A word that
was typed without its accents is read with them. Where no common word is near, it is read as the
word that its letters make likely (``inference/spelling/likely_words.py``). Where that is doubtful,
the title is read both ways. The results show the text as it was typed.
"""

from __future__ import annotations

import gzip
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.letters.accents import plain_letters, without_accents
from core.text import BETWEEN, UNKNOWN
from inference.spelling.alphabet import Alphabet
from inference.spelling.letter_index import LetterIndex
from inference.spelling.likely_words import LikelyWords, Meant
from inference.spelling.right_words import MIN_LETTERS

SPELLING_VERSION = 2
"""Increase it when a word is read otherwise: the same text may get another code then."""
_MIN_TEXTS = 2  # a word of only one text may be a typo itself
# What a typo is corrected to is in one text of so many, or the most of many languages' words would
# be near some rare word of another language.
_TEXTS_PER_COMMON_WORD = 75_000
_MIN_DOUBTED_LETTERS = 3  # of a shorter word any letter may be a typo
_MAX_LETTERS = 30  # longer ones are not words, and have thousands of neighbours
_MAX_WORDS = 128  # the network reads no more
_MAX_CACHED_WORDS = 65_536
_MIN_WORDS = 10_000  # fewer do not tell which letters are likely, or are of another language


class Readings(NamedTuple):
    """How N texts are read.

    ``texts`` (N,) have their typos corrected. Where a word of the title may be a typo or not,
    ``others`` has, by the place of the text, the text with the word that may have been meant.
    """

    texts: list[str]
    others: dict[int, str]

    @property
    def all_texts(self) -> list[str]:
        """The N texts, and then the M other readings of some of them."""
        return [*self.texts, *self.others.values()]

    def mean(self, probabilities: np.ndarray) -> np.ndarray:
        """Return (N, 436) probabilities of the texts from those of all (N + M, 436) readings."""
        n, rows = len(self.texts), list(self.others)
        mean = probabilities[:n].copy()
        mean[rows] = (mean[rows] + probabilities[n:]) / 2
        return mean


class Spelling:
    """The words that a model has learned.

    Typos are corrected to ``common_words``, the most frequent first. A word of ``rare_words`` or of
    ``right_words`` is no typo, whether the model has learned it or not.
    """

    def __init__(
        self,
        common_words: Iterable[str],
        rare_words: Collection[str] = (),
        right_words: Container[str] = (),
    ) -> None:
        self._rank = dict(zip(common_words, count(), strict=False))
        self._unsorted_rare_words = rare_words
        self._right_words = right_words
        self._meant: dict[str, Meant] = {}  # by unknown words, as they were met; may be the same

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
        return cls(common, [word for _, word in ranked[len(common) :]], right_words)

    @classmethod
    def load(cls, content: bytes, right_words: Container[str] = ()) -> Spelling:
        """Read what ``save`` wrote into a file."""
        common, _, rare = gzip.decompress(content).decode().partition("\n\n")
        return cls(common.splitlines(), rare.splitlines(), right_words)

    def save(self, path: Path) -> None:
        """Write the words, one a line: the common ones, an empty line, the rare ones; compressed.

        The same words give the same bytes.
        """
        parts = ["\n".join(words) for words in (self._rank, self._rare_words)]
        path.write_bytes(gzip.compress("\n\n".join(parts).encode(), mtime=0))

    def are_known(self, texts: Iterable[str]) -> list[bool]:
        """Return for each cleaned text whether it has no unknown word, and is read as it is."""
        all_words = [text.split() for text in texts]
        unknown = self._unknown(chain.from_iterable(all_words), _MIN_DOUBTED_LETTERS)
        return [unknown.isdisjoint(words) for words in all_words]

    def correct(self, text: str) -> str:
        """Return the cleaned ``text`` with its typos corrected, see ``correct_all``."""
        return self.correct_all([text])[0]

    def correct_all(self, texts: Iterable[str]) -> list[str]:
        """Return cleaned texts with their typos corrected.

        An unknown word of five letters or more is replaced by a common one that is one typo away: a
        letter dropped, added, replaced, or swapped with the next, or an accent left out or added.
        Any other accent stays, and so does a word of ``right_words``. Of several such words, those
        of the same letters come first (the most common typos are a swapped and a doubled letter),
        then the most frequent one. Before all of them comes a word, common or not, that differs in
        accents alone. A word without such a neighbour is replaced by the word that its letters make
        likely, if there is one that is likelier by far. A word with a letter that no known word has
        (Turkish "diğer", Azerbaijani "həkim") is of another language: it changes in its accents
        alone.
        """
        all_words = [text.split() for text in texts]
        words_read = chain.from_iterable(words[:_MAX_WORDS] for words in all_words)
        sure = {
            word: meant.word
            for word, meant in self._meant_by(words_read, MIN_LETTERS).items()
            if meant.is_sure
        }
        return [_replaced(words, sure) for words in all_words]

    def readings(self, texts: Iterable[str]) -> Readings:
        """Return cleaned texts with their typos corrected, and how else they may be read.

        A title is read in two ways if it has an unknown word that another one is likelier than, but
        not by far, or one of three or four letters that a known word is likelier than.
        """
        corrected = self.correct_all(texts)
        parts = [text.partition(BETWEEN) for text in corrected]
        titles = [title.split() for title, _, _ in parts]
        meant = self._meant_by(chain.from_iterable(titles), _MIN_DOUBTED_LETTERS)
        doubted = {word: each.word for word, each in meant.items() if not each.is_sure}
        others = {
            place: _replaced(title, doubted) + join + duties
            for place, (title, (_, join, duties)) in enumerate(zip(titles, parts, strict=True))
            if not doubted.keys().isdisjoint(title)
        }
        return Readings(corrected, others)

    def _meant_by(self, words: Iterable[str], min_letters: int) -> dict[str, Meant]:
        """Return those of the words, from so many letters on, that may be typos: what was meant."""
        unknown_words = self._unknown(words, min_letters)
        seen = self._meant
        meant = {word: seen[word] for word in unknown_words if word in seen}
        new_words = [w for w in unknown_words if w not in meant and self._may_be_typo(w)]
        if new_words:
            meant |= (found := self._find_meant(new_words))
            self._meant = found if len(seen) > _MAX_CACHED_WORDS else seen | found
        return {word: each for word, each in meant.items() if each.word != word}

    def _unknown(self, words: Iterable[str], min_letters: int) -> set[str]:
        """Return those of the words, from so many letters on, that the model has not learned."""
        # Not difference(): of two collections it runs through the second one, for one text, too.
        return {w for w in set(words) if len(w) >= min_letters and w not in self}

    def _may_be_typo(self, word: str) -> bool:
        is_too_long = len(word) > _MAX_LETTERS
        return not is_too_long and bool(self._rank) and word != UNKNOWN and word.isalpha()

    def _find_meant(self, words: Sequence[str]) -> dict[str, Meant]:
        """Return what each of some unknown words was meant to be, which may be itself."""
        foreign = self._foreign(words)
        long_words = [word for word in words if len(word) >= MIN_LETTERS]
        nearest = self._nearest(long_words, foreign)
        meant = {word: Meant(nearest.get(word, word), is_sure=True) for word in words}
        if self._has_many_words:
            far = [w for w, each in meant.items() if w == each.word and w not in foreign]
            for word, likely in self._likely_words.meant_by(far).items():
                # Of few letters none is sure, and the lists of right words have no such word.
                if len(word) >= MIN_LETTERS:
                    meant[word] = likely
                elif likely.word in self:
                    meant[word] = Meant(likely.word, is_sure=False)
        return meant

    def _nearest(self, words: Sequence[str], foreign: Container[str]) -> dict[str, str]:
        """Return the common word that each of some unknown words is read as, or itself."""
        nearest = {}
        for word, others in zip(words, self._index.find(words), strict=True):
            letters = set(word)
            neighbor = self._with_accents.get(plain_letters(word)) or min(
                filter(partial(_has_accents_of, word), self._one_typo_away(word, others)),
                key=lambda neighbor: (set(neighbor) != letters, self._rank[neighbor]),
                default=word,
            )
            if word in foreign and without_accents(word) != without_accents(neighbor):
                neighbor = word
            is_typo = neighbor != word and word not in self._right_words
            nearest[word] = neighbor if is_typo else word
        return nearest

    def _foreign(self, words: Iterable[str]) -> set[str]:
        """Return the words with a letter that no known word has: few words do not tell that."""
        if not self._has_many_words:
            return set()
        return {word for word in words if not self._letters.issuperset(word)}

    @property
    def _has_many_words(self) -> bool:
        return len(self._rank) + len(self._rare_words) >= _MIN_WORDS

    @cached_property
    def _rare_words(self) -> dict[str, None]:
        """Return the rare words, which a text of common words does not need.

        In order, so that what is counted of the words does not depend on the process.
        """
        return dict.fromkeys(sorted(self._unsorted_rare_words))

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset(string.ascii_lowercase).union(*self._rank, *self._rare_words)

    def _one_typo_away(self, word: str, others: Iterable[int]) -> Iterator[str]:
        """Yield every common word that one typo could have turned into ``word``.

        ``others`` are the places of those with a letter that ``word`` lacks.

        Source: Damerau, Communications of the ACM 7 (1964).
        """
        for place in others:
            if self._alphabet.lacks_a_letter(word, self._common_words[place]):
                yield self._common_words[place]
        for position in range(len(word)):
            before, after = word[:position], word[position:]
            for neighbor in (before + after[1:], before + after[1:2] + after[:1] + after[2:]):
                if neighbor in self._rank:
                    yield neighbor

    @cached_property
    def _with_accents(self) -> dict[str, str]:
        """Return the words with accents by their plain letters, of several the most frequent."""
        words = [word for word in chain(self._rank, self._rare_words) if not word.isascii()]
        # All as one text: a third of the time.
        plain = plain_letters("\n".join(words)).splitlines()
        return dict(zip(reversed(plain), reversed(words), strict=True))

    @cached_property
    def _common_words(self) -> list[str]:
        return list(self._rank)

    @cached_property
    def _index(self) -> LetterIndex:
        return LetterIndex(self._common_words)

    @cached_property
    def _likely_words(self) -> LikelyWords:
        return LikelyWords([*self._rank, *self._rare_words], self._right_words)

    @cached_property
    def _alphabet(self) -> Alphabet:
        return Alphabet(self._rank)


def _replaced(words: list[str], meant: Mapping[str, str]) -> str:
    """Return a text of ``words``, those that the network reads replaced by what was meant."""
    if not meant.keys().isdisjoint(words):
        words = [meant.get(word, word) for word in words[:_MAX_WORDS]] + words[_MAX_WORDS:]
    return " ".join(words)


def _has_accents_of(word: str, neighbor: str) -> bool:
    """Return whether the words have the same accented letters, or differ in accents alone."""
    if neighbor.isascii() and word.isascii():
        return True
    return _accented_letters(neighbor) == _accented_letters(word) or without_accents(
        neighbor
    ) == without_accents(word)


def _accented_letters(word: str) -> list[str]:
    return sorted(letter for letter in word if unicodedata.decomposition(letter))
