"""The likelihood of letters after others."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from benchmarks.typos import occupation_words
from inference.spelling.letter_model import BORDER, N_BORDERS, LetterModel, codes_of

WORDS = sorted({word for words in occupation_words().values() for word in words})
PRIOR = 12


def log_likelihood(word: str, words: list[str]) -> float:
    """Return what the model computes, with counts of strings instead of hashes."""
    border = N_BORDERS * BORDER
    text = border + border.join(words) + border + 5 * BORDER
    counts = Counter(text[end - n : end] for n in range(1, 6) for end in range(n, len(text) + 1))
    letters = f"{border}{word}{border}"
    total = 0.0
    for place in range(N_BORDERS, len(letters)):
        probability = 1 / len(text)
        before = float(len(text))
        for n in range(1, min(5, place + 1) + 1):
            sequence = letters[place + 1 - n : place + 1]
            before = before if n == 1 else counts[sequence[:-1]]
            probability = (counts[sequence] + PRIOR * probability) / (before + PRIOR)
        total += math.log(probability)
    return total


def test_hashes_count_as_strings_do() -> None:
    words = [*WORDS[::100], "hgskdf", "x"]
    computed = LetterModel(WORDS).log_probabilities(codes_of(words)).sum(axis=1)
    expected = np.array([log_likelihood(word, WORDS) for word in words])
    # Of two sequences that share a place one is not counted: this concerns half of the words.
    assert np.isclose(computed, expected, rtol=1e-4).mean() > 0.4
    assert np.allclose(computed, expected, rtol=0.3)


def test_letters_as_in_the_words_are_likelier() -> None:
    model = LetterModel(WORDS)
    rows = model.log_probabilities(codes_of(["verkstadsarbetare", "verkstadsarbetrae"])).sum(axis=1)
    assert rows[0] > rows[1] + 5


def test_sequences_that_no_word_has_are_not_met() -> None:
    model = LetterModel(["nurse", "baker"])
    sequences = np.array([[ord(letter) for letter in letters] for letters in ("nur", "urb", "ker")])
    assert model.are_met(sequences.astype(np.uint32)).tolist() == [True, False, True]


def test_the_rarest_of_very_many_letters_count_as_one() -> None:
    """Five letters of a text are one number, in which 4,095 letters can be told apart."""
    rare = [chr(0x4E00 + n) for n in range(5000)]
    model = LetterModel(["nurse", "baker", *(f"a{letter}" for letter in rare)])
    assert model.letters["a"] == 5001 and len(model.letters) == 4095
    sequences = np.array([[ord(letter) for letter in letters] for letters in ("nur", "urb")])
    assert model.are_met(sequences.astype(np.uint32)).tolist() == [True, False]
