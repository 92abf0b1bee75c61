"""How plausible it is that bytes are characters of Chinese, Japanese or Korean, in bits.

The encodings of East Asia have a character in two bytes, so that a short word of it may look like
a word in an 8-bit encoding, too. A character of the first level of its standard is frequent, one
of the second level is rare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from core.letters.east_asian import EAST_ASIAN

_FREQUENT_BITS, _HANGUL_BITS, _KANA_BITS = 10.5, 8.5, 6.0
_RARE_BITS = 16.0
_ASCII_BITS = 5.0
_NEIGHBOUR_BITS = 16.0  # for an ASCII letter beside a character
_ENCODING_BITS = 4.0  # how rare each of the encodings is among files that are not Unicode
# The encoding of the standard, and the first bytes of the frequent characters in it.
_LEVELS = {
    "ja": ("euc_jp", range(0xB0, 0xD0)),
    "zh": ("gb2312", range(0xB0, 0xD8)),
    "ko": ("euc_kr", range(0xCA, 0xFE)),
}
_BIG5 = ("big5", range(0xA4, 0xC7))
_WORD = re.compile(r"[A-Za-z]*[^\x00-\x7f][A-Za-z\x80-\U0010ffff]*")
_TWO_CHARACTERS = re.compile(r"[^\x00-\x7f]{2}")


def bits_as_east_asian(lines: Sequence[bytes]) -> float:
    """Return the bits of the lines in the East Asian encoding that suits them best.

    ASCII that stands beside no character counts nothing. Infinite where no encoding has the bytes,
    and where no two characters stand side by side: such bytes are single letters or signs.
    """
    return min(bits_in(encoding, lines) for encoding in EAST_ASIAN)


def bits_in(encoding: str, lines: Sequence[bytes]) -> float:
    """Return the bits of the lines in one East Asian encoding, infinite if it lacks the bytes."""
    try:
        texts = [line.decode(encoding) for line in lines]
    except UnicodeDecodeError:
        return float("inf")
    words = [word for text in texts for word in _WORD.findall(text)]
    if not any(map(_TWO_CHARACTERS.search, words)):
        return float("inf")
    return _ENCODING_BITS + sum(_word_bits(word, encoding) for word in words)


def _word_bits(word: str, encoding: str) -> float:
    bits = sum(_ASCII_BITS if letter.isascii() else _bits(letter, encoding) for letter in word)
    for first, second in pairwise(word):
        if first.isascii() != second.isascii():
            bits += _NEIGHBOUR_BITS
    return bits


@lru_cache(maxsize=8192)
def _bits(letter: str, encoding: str) -> float:
    language = EAST_ASIAN[encoding]
    if language == "ja" and "\u3041" <= letter <= "\u30fc":
        return _KANA_BITS
    standard, frequent = _BIG5 if encoding == "big5" else _LEVELS[language]
    try:
        code = letter.encode(standard)
    except UnicodeEncodeError:
        return _RARE_BITS
    if len(code) != 2:
        return _RARE_BITS
    if "\uac00" <= letter <= "\ud7a3":
        return _HANGUL_BITS
    return _FREQUENT_BITS if code[0] in frequent else _RARE_BITS
