"""Text whose letters were encoded twice: "cafÃ©" for "café", "Ð¿Ð¾Ð²Ð°Ñ€" for "повар".

It is UTF-8 that a program read in an 8-bit encoding and wrote as UTF-8 again. A run of letters
beyond ASCII is mended if all of it, written in that encoding, is UTF-8, and if the mended word is
the more plausible one (``letter_pairs``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from core.letters.letter_pairs import word_costs

_ENCODINGS = ("cp1252", "cp1250", "cp1251", "mac_roman", "cp850", "cp437", "iso8859_1")
# Of Latin, Greek, Cyrillic, Hebrew and Arabic letters, of quotes and dashes, of emoji.
_FIRST_BYTES = (*range(0xC2, 0xC6), *range(0xCE, 0xD2), *range(0xD7, 0xDC), 0xE2, 0xEF, 0xF0)
_RUN = re.compile(r"[^\x00-\x7f]+")
_LETTERS_BEFORE = re.compile(r"[A-Za-z]*\Z")
_LETTERS_AFTER = re.compile(r"[A-Za-z]*")
_MAX_WORD_CHARS = 100  # of a longer run the start tells
_N_BESIDE = 3  # letters before and after a run that are looked at with it
# The second byte of "à" is a space without break, which programs make a usual space.
_A_GRAVE = re.compile("Ã (?=[\\s\\w]|\\Z)")
_MAX_ROUNDS = 3
_MIN_GAIN_BITS = 8.0


@cache
def first_signs() -> frozenset[str]:
    """Return what the first byte of a usual letter in UTF-8 may have become."""
    return frozenset("".join(_decoded(_FIRST_BYTES, encoding) for encoding in _ENCODINGS))


@cache
def _signs() -> re.Pattern[str]:
    """Return what matches two letters that the first two bytes of a letter may have become."""
    seconds = {sign for encoding in _ENCODINGS for sign in _decoded(range(0x80, 0xC0), encoding)}
    return re.compile(f"[{_any_of(first_signs())}][{_any_of(seconds)}]")


def _any_of(signs: Iterable[str]) -> str:
    return re.escape("".join(sorted(signs)))


def _decoded(values: Sequence[int], encoding: str) -> str:
    return bytes(values).decode(encoding, "ignore") + _undefined(values, encoding)


def _undefined(values: Sequence[int], encoding: str) -> str:
    """Return the bytes that the encoding lacks: programs read them as control characters."""
    return "".join(chr(value) for value in values if not bytes([value]).decode(encoding, "ignore"))


def mend_mojibake(text: str) -> str:
    """Return ``text`` with its letters that were encoded twice mended; other text as it is."""
    original = text
    for _ in range(_MAX_ROUNDS):
        if first_signs().isdisjoint(text) or not _signs().search(text):
            break
        mended = _RUN.sub(_mend_run, text)
        if mended == text:
            break
        text = mended
    return text if text == original else _A_GRAVE.sub("à ", text)


def _mend_run(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) < 2 or not _signs().search(run):
        return run
    start, end = match.span()
    before = _LETTERS_BEFORE.search(match.string[max(start - _N_BESIDE, 0) : start])
    after = _LETTERS_AFTER.match(match.string[end : end + _N_BESIDE])
    return _mended(run, before.group() if before else "", after.group() if after else "")


def _cost(word: str) -> float:
    return min(word_costs(word[:_MAX_WORD_CHARS]))


@lru_cache(maxsize=4096)
def _mended(run: str, before: str, after: str) -> str:
    cost = _cost(before + run + after)
    best = run
    for encoding in _ENCODINGS:
        mended = _encoded_once(run, encoding)
        if mended is None:
            continue
        mended_cost = _cost(before + mended + after)
        if mended_cost <= cost - _MIN_GAIN_BITS:
            best, cost = mended, mended_cost + _MIN_GAIN_BITS
    return best


def _encoded_once(run: str, encoding: str) -> str | None:
    try:
        raw = b"".join(_byte(letter, encoding) for letter in run)
        return raw.decode("utf-8")
    except UnicodeError:
        return None


def _byte(letter: str, encoding: str) -> bytes:
    if "\x80" <= letter <= "\x9f":  # a byte that the encoding does not have
        return bytes([ord(letter)])
    return letter.encode(encoding)
