"""Find the word that a typo was probably meant to be, where no common word is near.

Every word that is one typo away is a candidate. What counts is how much likelier its letters are
than those that were typed, how rare the typo is, and whether a list has the word (Kernighan,
Church, Gale, "A spelling correction program based on a noisy channel model", COLING 1990). Where
that is not enough to be sure, the word is in doubt: it may be right as it is.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.letters.accents import without_accents
from core.letters.scripts import script_of
from inference.spelling.letter_model import N_BORDERS, LetterModel, codes_of

# Natural logarithms of likelihoods, chosen on hold-out answers of twelve languages with one random
# typo each (the gain to doubt of 28), so that answers as they were typed keep their codes.
_GAIN_TO_BE_SURE = 13.0
_GAIN_TO_DOUBT = 7.0
_GAIN_OF_A_WORD = 9.0  # that a list has
_GAIN_OF_A_COMPOUND = 6.0  # of two such words
_LOSS_OF_SLIP = 0.5  # a letter doubled, two letters swapped
_LOSS_OF_DROPPED_LETTER = 3.0
_LOSS_OF_REPLACED_LETTER = 4.0
_LOSS_OF_ADDED_LETTER = 9.0
_UNLIKELY = -8.0  # from a likelier place on no letter can gain enough
_N_DEPENDENT = 5  # letters: the probabilities of so many change with one
_N_COMPARED = 6  # candidates, the best by their letters: lists are asked for these alone
_MIN_PART = 4  # letters of a part of a compound: shorter ones are in most words
_MIN_OCCURRENCES = 10  # a letter that is rarer in the known words is of another language
_WORDS_PER_STEP = 64


class Meant(NamedTuple):
    """What a word was probably meant to be; unless that ``is_sure`` it may be right as it is."""

    word: str
    is_sure: bool


class LikelyWords:
    """Finds what unknown words were meant to be, by the letters of a list of words.

    A word of ``right_words`` is right, whether it is in the list or not.
    """

    def __init__(self, words: Collection[str], right_words: Container[str]) -> None:
        self._words = frozenset(words)
        self._right_words = right_words
        self._letters = LetterModel(words)
        alphabets: dict[str, list[str]] = defaultdict(list)
        for letter, n_times in self._letters.letters.items():
            is_used = n_times >= _MIN_OCCURRENCES and letter.isalpha()
            if is_used and not unicodedata.decomposition(letter):
                alphabets[script_of(letter)].append(letter)
        self._alphabets = {script: frozenset(letters) for script, letters in alphabets.items()}

    def meant_by(self, typed: Sequence[str]) -> dict[str, Meant]:
        """Return those of the typed words that may be typos, with the word that was meant.

        A compound of two words is none, nor is a word with a letter that the known words lack. No
        letter with an accent is put in.
        """
        by_script: dict[str, list[str]] = defaultdict(list)
        for word in typed:
            script = script_of(word[0])
            # Another letter is one of another language: "ђ" is Serbian, of which no word is known.
            if self._alphabets.get(script, frozenset()).issuperset(without_accents(word)):
                by_script[script].append(word)
        return {
            word: meant
            for script, words in by_script.items()
            for start in range(0, len(words), _WORDS_PER_STEP)
            for word, meant in self._typos(words[start : start + _WORDS_PER_STEP], script)
        }

    def _typos(self, typed: Sequence[str], script: str) -> Iterator[tuple[str, Meant]]:
        """Yield the words of one script that may be typos, and the word that was meant."""
        are_unlikely = self._are_unlikely(typed)
        doubtful = [
            row
            for row in np.flatnonzero(are_unlikely.any(axis=1)).tolist()
            if not (self._is_word(typed[row]) or self._is_compound(typed[row]))
        ]
        if doubtful:
            words = [typed[row] for row in doubtful]
            losses = self._candidates(words, are_unlikely[doubtful], script)
            yield from self._likelier(words, losses)

    def _likelier(
        self, typed: Sequence[str], losses: Sequence[dict[str, float]]
    ) -> Iterator[tuple[str, Meant]]:
        """Yield a word and the best of its candidates, where it is likelier by enough."""
        rows = [
            word
            for typed_word, of_word in zip(typed, losses, strict=True)
            for word in (typed_word, *of_word)
        ]
        # Summed place by place: the same for a word, however long the others are.
        logs = np.ascontiguousarray(self._letters.log_probabilities(codes_of(rows)).T)
        likelihoods = iter(logs.sum(axis=0).tolist())
        for word, of_word in zip(typed, losses, strict=True):
            of_typed = next(likelihoods)
            gains = {each: next(likelihoods) - of_typed - loss for each, loss in of_word.items()}
            nearest = nlargest(_N_COMPARED, gains, key=gains.__getitem__)
            totals = {
                each: gains[each] + self._gain_of_words(each)
                for each in nearest
                if gains[each] > _GAIN_TO_DOUBT - _GAIN_OF_A_WORD
            }
            best = max(totals, key=totals.__getitem__, default=word)
            gain = totals.get(best, 0.0)
            if gain > _GAIN_TO_DOUBT:
                yield word, Meant(best, is_sure=gain > _GAIN_TO_BE_SURE)

    def _gain_of_words(self, candidate: str) -> float:
        if self._is_word(candidate):
            return _GAIN_OF_A_WORD
        return _GAIN_OF_A_COMPOUND if self._is_compound(candidate) else 0.0

    def _is_word(self, letters: str) -> bool:
        return letters in self._words or letters in self._right_words

    def _is_compound(self, letters: str) -> bool:
        return any(
            self._is_word(letters[:end]) and self._is_word(letters[end:])
            for end in range(_MIN_PART, len(letters) - _MIN_PART + 1)
        )

    def _are_unlikely(self, typed: Sequence[str]) -> np.ndarray:
        """Return (N, W) whether the letters from each place of the words on are not as in words."""
        logs = self._letters.log_probabilities(codes_of(typed))[:, N_BORDERS:]
        padded = np.pad(logs, ((0, 0), (0, _N_DEPENDENT - 1)))
        return sliding_window_view(padded, _N_DEPENDENT, axis=1).sum(axis=2) < _UNLIKELY

    def _candidates(
        self, typed: Sequence[str], are_unlikely: np.ndarray, script: str
    ) -> list[dict[str, float]]:
        """Return for each word those that are one typo away, and the loss of the likeliest typo."""
        losses: list[dict[str, float]] = []
        for word in typed:
            added = (word[:place] + word[place + 1 :] for place in range(len(word)))
            losses.append(dict.fromkeys(added, _LOSS_OF_ADDED_LETTER))
        for n_replaced, loss in ((1, _LOSS_OF_REPLACED_LETTER), (0, _LOSS_OF_DROPPED_LETTER)):
            for row, place, letter in self._letters_at(typed, are_unlikely, script, n_replaced):
                word = typed[row]
                losses[row][word[:place] + letter + word[place + n_replaced :]] = loss
        for word, of_word in zip(typed, losses, strict=True):
            for place, (first, second) in enumerate(pairwise(word)):
                meant = first if first == second else second + first
                of_word[word[:place] + meant + word[place + 2 :]] = _LOSS_OF_SLIP
        return losses

    def _letters_at(
        self, typed: Sequence[str], are_unlikely: np.ndarray, script: str, n_replaced: int
    ) -> Iterator[tuple[int, int, str]]:
        """Yield row, place, and a letter that fits in there, between the two letters on each side.

        ``n_replaced`` letters from the place on are left out.
        """
        alphabet = "".join(sorted(self._alphabets[script])).encode("utf-32-le")
        codes = codes_of(typed)
        n_places = codes.shape[1] - 2 * N_BORDERS + 1 - n_replaced
        rows, places = np.nonzero(are_unlikely[:, :n_places])
        letters = np.tile(np.frombuffer(alphabet, np.uint32), len(rows))
        rows, places = (np.repeat(each, len(alphabet) // 4) for each in (rows, places))
        for first in (-2, -1):  # the two letters before and one behind, then one and two
            behind = [n_replaced + place for place in range(first + 3)]
            fits = self._letters.are_met(
                np.stack(
                    [
                        *(codes[rows, N_BORDERS + places + place] for place in range(first, 0)),
                        letters,
                        *(codes[rows, N_BORDERS + places + place] for place in behind),
                    ],
                    axis=-1,
                )
            )
            rows, places, letters = rows[fits], places[fits], letters[fits]
        yield from zip(rows.tolist(), places.tolist(), map(chr, letters.tolist()), strict=True)
