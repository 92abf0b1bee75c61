"""Tell the words of 28 languages from typos: "daughter" is no "draughter".

A word that people use is not a typo, however near it is to a word that the model has learned.
``frequent_words.bin`` has the words of wordfreq's lists, ``dictionary_words.bin`` those of
simplemma's and SCOWL's dictionaries: two files, because their licences differ (see NOTICE).
``python -m benchmarks.right_words`` makes both.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from inference.spelling.word_hashes import WordHashes

FREQUENT_WORDS = "frequent_words.bin"
DICTIONARY_WORDS = "dictionary_words.bin"
MIN_LETTERS = 5
"""Shorter words are not corrected, so that the lists do not need them."""


class RightWords:
    """The words that ship with the program; the files are read when a word is first asked for.

    Most files of answers have no word that is asked for, and need no memory for the lists.
    """

    def __contains__(self, word: object) -> bool:
        return any(word in words for words in _shipped_words())


@cache
def _shipped_words() -> tuple[WordHashes, ...]:
    folder = files("inference.spelling")
    return tuple(
        WordHashes.from_bytes(folder.joinpath(name).read_bytes())
        for name in (FREQUENT_WORDS, DICTIONARY_WORDS)
    )
