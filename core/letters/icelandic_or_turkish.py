"""Whether a text is Icelandic or Turkish, told by the letters that both encodings read alike.

``cp1252`` and ``cp1254`` differ in six letters only: ðÐ þÞ ýÝ, and ğĞ şŞ ıİ. Their pairs with
other letters say little: "þoför" costs fewer bits in Icelandic than "şoför" in Turkish. So the rest
of the words must tell, also those of the header: "meslek", "ç", "í".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from core.letters.letter_pairs import languages, word_costs

ICELANDIC, TURKISH = "cp1252", "cp1254"
TWINS = {ICELANDIC: TURKISH, TURKISH: ICELANDIC}
_READ_OTHERWISE = "ğĞşŞıİ"
_RUN = re.compile(rf"[^\W\d_{_READ_OTHERWISE}]+")
_TELLING_BITS = 6.0
_CHANCE_BITS = 2.0  # of a word in a third language; of many words they add up as chance does
_OTHER_LANGUAGE_BITS = 2.0  # a word that is so much better in another language tells nothing


def rest_tells(encoding: str, words: Sequence[bytes]) -> bool:
    """Return whether the letters beside the six are in the language of ``encoding``."""
    bits = sum(map(_turkish_bits, words))
    sure_bits = max(_TELLING_BITS, _CHANCE_BITS * math.sqrt(len(words)))
    return (bits if encoding == ICELANDIC else -bits) >= sure_bits


def _turkish_bits(word: bytes) -> float:
    """Return how many more bits the rest of a word costs in Turkish than in Icelandic."""
    runs = _RUN.findall(word.decode(TURKISH, "replace").lower())
    return sum(_turkish_bits_of_run(run) for run in runs if len(run) > 1 or not run.isascii())


def _turkish_bits_of_run(run: str) -> float:
    costs = dict(zip(languages(), word_costs(run), strict=True))
    icelandic, turkish = costs.pop("is"), costs.pop("tr")
    if min(costs.values()) + _OTHER_LANGUAGE_BITS < min(icelandic, turkish):
        return 0.0
    return turkish - icelandic
