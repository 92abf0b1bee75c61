"""Recognise UTF-16 without a byte order mark."""

from __future__ import annotations

import codecs
import unicodedata

_LATIN_BYTES, _LATIN_SHARE = 200, 0.6
_SCRIPT_BYTES = 1 << 16
_MIN_ASCII, _MIN_ASCII_SHARE = 4, 0.05  # a stray NUL in ASCII makes one such character


def utf16_without_mark(start: bytes) -> str:
    """Return ``utf-16-le`` or ``utf-16-be`` where the start is text in it, else ``""``.

    Every other byte of a Latin text is NUL. In other scripts that holds for the delimiters and line
    ends, and all characters must be printable. Pairs of ASCII letters are printable, too (as
    Chinese), but then there are no line ends.
    """
    head = start[:_LATIN_BYTES]
    n_letters = len(head) // 2
    if n_letters < 4 or 0 not in start:
        return ""
    n_even, n_odd = head[::2].count(0), head[1::2].count(0)
    if not n_even and n_odd >= _LATIN_SHARE * n_letters:
        return "utf-16-le"
    if not n_odd and n_even >= _LATIN_SHARE * n_letters:
        return "utf-16-be"
    names = ("utf-16-le", "utf-16-be")
    return next((name for name in names if _is_wide_text(start[:_SCRIPT_BYTES], name)), "")


def _is_wide_text(head: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return False
    has_ends = "\n" in text or "\r" in text
    n_ascii = sum(map(str.isascii, text))
    is_printable = all(map(str.isprintable, filter(_is_no_space, text)))
    return has_ends and is_printable and n_ascii >= max(_MIN_ASCII, _MIN_ASCII_SHARE * len(text))


def _is_no_space(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"
