"""The encodings of Chinese, Japanese and Korean, of which no pairs of letters are known."""

from __future__ import annotations

import re
from collections.abc import Sequence

EAST_ASIAN = {
    "cp932": "ja",
    "shift_jis": "ja",
    "euc_jp": "ja",
    "cp949": "ko",
    "euc_kr": "ko",
    "gb18030": "zh",
    "big5": "zh",
}
"""The language of each encoding, ISO 639-1."""
_KANA, _HANGUL = re.compile("[\u3041-\u30fc]"), re.compile("[\uac00-\ud7a3]")
_MIN_LETTERS, _MIN_LETTER_RATE, _MIN_KANA_RATE = 12, 0.8, 0.2


def is_sure_east_asian(encoding: str, words: Sequence[str]) -> bool:
    """Return whether the words have letters that Japanese or Korean alone has, and enough of them.

    Chinese characters alone are never sure: in each of these encodings most bytes are some.
    """
    letters = "".join(letter for word in words for letter in word if not letter.isascii())
    n_letters = sum(map(str.isalpha, letters))
    if n_letters < max(_MIN_LETTERS, _MIN_LETTER_RATE * len(letters)):
        return False
    match EAST_ASIAN.get(encoding):
        case "ja":
            return len(_KANA.findall(letters)) >= _MIN_KANA_RATE * len(letters)
        case "ko":
            return len(_HANGUL.findall(letters)) == len(letters)
    return False
