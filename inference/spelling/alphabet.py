"""The letters that a typo may have dropped or replaced."""

from __future__ import annotations

import string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from core.letters.accents import without_accents
from core.letters.scripts import script_of


class Alphabet:
    """The letters of words, by script: typos of a Greek word have no Latin letters."""

    def __init__(self, words: Iterable[str]) -> None:
        self._plain: dict[str, set[str]] = defaultdict(set)
        self._accented: set[str] = set()
        for letter in {*"".join(words), *string.ascii_lowercase}:
            if not letter.isalpha():
                continue
            if unicodedata.decomposition(letter):
                self._accented.add(letter)
            else:
                self._plain[script_of(letter)].add(letter)

    def lacks_a_letter(self, word: str, neighbor: str) -> bool:
        """Return whether ``word`` is ``neighbor`` without a letter, or with another in its place.

        A letter is replaced by one with an accent only where it is the same letter: other words
        than those have not the accents of ``word``.
        """
        pairs = enumerate(zip(word, neighbor, strict=False))
        position = next((n for n, (a, b) in pairs if a != b), len(word))
        letter, behind = neighbor[position : position + 1], neighbor[position + 1 :]
        is_plain = letter in self._plain.get(script_of(word[0]), ())
        if behind == word[position:]:
            return is_plain
        replaced = word[position]
        return behind == word[position + 1 :] and (
            is_plain
            or (letter in self._accented and without_accents(letter) == without_accents(replaced))
        )
