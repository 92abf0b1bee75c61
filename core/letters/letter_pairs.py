"""How plausible a word is in each of 41 languages, by its pairs of neighbouring letters.

``letter_pairs.txt`` has, for each language, the bits −log2 P(b | a) of its pairs "ab" and
−log2 P(a) of its letters. ``benchmarks/letter_pairs.py`` computes it from the models of the
language detector lingua (Apache-2.0). A word that was decoded wrongly has pairs that no language
has: "Bдcker", "dy¿ury".
"""

from __future__ import annotations

import math
import re
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

_TABLE_PATH = Path(__file__).with_name("letter_pairs.txt")
_UNKNOWN_BITS, _FOREIGN_BITS = 11.0, 16.0  # of a pair: of letters of the language, or of others
_CASE_BITS = 8.0  # a capital letter after a small one, where one of them is not ASCII
# Signs beyond ASCII: beside a word what people type there, inside a word what may stand there.
_ALONE_BITS, _QUOTE_BITS, _BESIDE_BITS = 5.0, 5.0, 9.0
_INSIDE_BITS, _ELISION_BITS, _ODD_BITS, _ODD_INSIDE_BITS = 10.0, 5.0, 16.0, 24.0
_SCRIPT_BITS = 16.0  # letters of two scripts side by side
_SPACE_BITS = 9.0  # a no-break space between two words
_N_ROUNDS = 4
QUOTES_BEFORE, QUOTES_AFTER = frozenset("“„‘‚«‹¿¡"), frozenset("”“’‘»›…²³ºª")
_OPENING = QUOTES_BEFORE | frozenset("°•–—€£§\xa0")
_CLOSING = QUOTES_AFTER | frozenset("®™°–—\xa0")
SIGNS_AT_ENDS = _OPENING | _CLOSING
_ELISION = re.compile(r"(?:(?<!\w)\w{1,2}|ll)[’]|[’](?:s|t|d|m|re|ve|ll)(?!\w)", re.IGNORECASE)
_ALONE = (_OPENING | _CLOSING) - set("„‚‘’«»") | frozenset("·½¼¾©´µ±×№\u2009\u202f")
_INSIDE = frozenset("’\xad\u200c\u200d")
_JOINED_WORDS = re.compile(r"[^\W\d_][\xa0\u202f][^\W\d_]")
_SCRIPT_STARTS = (0x370, 0x400, 0x590, 0x600, 0x1E00, 0x1F00, 0x2000)  # Latin comes before

Costs = tuple[float, ...]
"""The bits of one word in each language, in the order of ``languages()``."""


@cache
def _table() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for line in _TABLE_PATH.read_text(encoding="utf-8").splitlines():
        language, bits, *pairs = line.split(" ")
        table.setdefault(language, {}).update(dict.fromkeys(pairs, float(bits)))
    return table


def languages() -> tuple[str, ...]:
    """Return the codes of the languages."""
    return tuple(_table())


def word_costs(word: str) -> Costs:
    """Return the bits of ``word`` (letters and what stands between them) in each language.

    A sign or a capital letter in an unusual place costs the same in each of them.
    """
    common_bits = _signs_bits(word)
    common_bits += sum(map(_step_bits, word, word[1:]))
    grams = _grams(word)
    return tuple(common_bits + _gram_bits(grams, bits) for bits in _table().values())


def _gram_bits(grams: list[str], bits: dict[str, float]) -> float:
    """Return the bits of all letters and pairs in one language."""
    total = 0.0
    for gram in grams:
        known = bits.get(gram)
        if known is None:
            is_own = gram[0] in bits and gram[-1] in bits
            known = _UNKNOWN_BITS if is_own else _FOREIGN_BITS
        total += known
    return total


def _grams(word: str) -> list[str]:
    """Return the first letter of each run of letters, then its pairs, in lower case."""
    spaced = "".join(" " if _is_sign(letter) else letter for letter in word)
    grams: list[str] = []
    # Python writes the small "İ" of Turkish as two letters, of which no language has the second.
    for run in spaced.replace("İ", "i").lower().split():
        grams += [run[0], *map("".join, pairwise(run))]
    return grams


def _is_sign(letter: str) -> bool:
    return not letter.isalpha() or letter in "ªº"


def _step_bits(first: str, second: str) -> float:
    """Return the bits of two neighbours whose case or script does not go together."""
    if (first.isascii() and second.isascii()) or _is_sign(first) or _is_sign(second):
        return 0.0
    bits = _CASE_BITS if first.islower() and second.isupper() else 0.0
    return bits if _script(first) == _script(second) else bits + _SCRIPT_BITS


def _script(letter: str) -> int:
    place = bisect(_SCRIPT_STARTS, ord(letter))
    return 0 if _SCRIPT_STARTS[place - 1 : place] == (0x1E00,) else place


def has_letter(word: str) -> bool:
    """Return whether a word has a letter that is not ASCII."""
    return any(letter.isalpha() and not letter.isascii() for letter in word)


def oddness(word: str, costs: Costs, language: int) -> tuple[bool, float, int]:
    """Return how badly a word shows a language; a sign among ASCII letters shows none."""
    return not has_letter(word), costs[language] - min(costs), -len(word)


def joins_words(word: str) -> bool:
    """Return whether a no-break space stands between two letters of ``word``."""
    return _JOINED_WORDS.search(word) is not None


def _signs_bits(word: str) -> float:
    """Return the bits of the signs: where letters stand before or after one, few are usual."""
    letters = [place for place, letter in enumerate(word) if letter.isalpha()]
    first, last = (letters[0], letters[-1]) if letters else (len(word), -1)
    bits = 0.0
    for place, sign in enumerate(word):
        if sign.isascii() or not _is_sign(sign):
            continue
        bits += _sign_bits(word, place, sign, place > first, place < last)
    return bits


def _sign_bits(word: str, place: int, sign: str, has_left: bool, has_right: bool) -> float:
    if has_left and has_right:
        if joins_words(word[place - 1 : place + 2]):
            return _SPACE_BITS
        if sign not in _INSIDE:
            return _ODD_INSIDE_BITS
        around = word[max(place - 3, 0) : place + 4]
        return _ELISION_BITS if _ELISION.search(around) else _INSIDE_BITS
    if not has_left and not has_right:
        return _ALONE_BITS if sign in _ALONE else _ODD_BITS
    if sign in (QUOTES_AFTER if has_left else QUOTES_BEFORE):
        return _QUOTE_BITS
    return _BESIDE_BITS if sign in (_CLOSING if has_left else _OPENING) else _ODD_BITS


def text_bits(costs: Sequence[Costs]) -> float:
    """Return the bits of many words of one text, each in the language that suits it.

    The shares of the languages in the text are estimated from the words themselves
    (expectation-maximisation), so that one word alone does not bring a language of its own.
    """
    return sum(_mixed_bits(costs, language_shares(costs)))


def language_shares(costs: Sequence[Costs]) -> list[float]:
    """Return the estimated share of each language among the words."""
    n_languages = len(languages())
    shares = [1.0 / n_languages] * n_languages
    if not costs:
        return shares
    likelihoods = []
    for word in costs:
        least = min(word)
        likelihoods.append([2.0 ** (least - bits) for bits in word])
    for _ in range(_N_ROUNDS):
        sums = [0.5 / n_languages] * n_languages  # no language is ever ruled out
        for likelihood in likelihoods:
            weights = [share * value for share, value in zip(shares, likelihood, strict=True)]
            total = sum(weights)
            sums = [
                previous + weight / total for previous, weight in zip(sums, weights, strict=True)
            ]
        shares = [value / (len(costs) + 0.5) for value in sums]
    return shares


def _mixed_bits(costs: Sequence[Costs], shares: Sequence[float]) -> list[float]:
    bits = []
    for word in costs:
        least = min(word)
        mixed = sum(share * 2.0 ** (least - cost) for share, cost in zip(shares, word, strict=True))
        bits.append(least - math.log2(mixed))
    return bits
