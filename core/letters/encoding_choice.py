"""Which 8-bit encoding a text is in: the one in which its words are words of a language.

Every byte of the file is looked at (``Evidence``), and for each byte value that is not ASCII some
words with it are kept. Each encoding that has all of the bytes gives a reading of these words. The
reading that costs the fewest bits (``letter_pairs``) is taken if no different one comes near it.
If the two best come near each other, charset-normalizer is asked for its opinion on these lines.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml
from core.languages.encoding_name import encoding_name
from core.languages.message import LanguageName
from core.letters.east_asian import EAST_ASIAN, is_sure_east_asian
from core.letters.east_asian_bits import bits_as_east_asian, bits_in
from core.letters.icelandic_or_turkish import TWINS, rest_tells
from core.letters.letter_pairs import (
    QUOTES_BEFORE,
    SIGNS_AT_ENDS,
    Costs,
    has_letter,
    joins_words,
    language_shares,
    languages,
    oddness,
    text_bits,
    word_costs,
)

_TABLE_PATH = Path(__file__).with_name("encodings.yaml")
_SURE_BITS = 8.0
_SURE_BITS_OF_USUAL = 6.5  # for cp1252, which most files of one or two such words are in
_SURE_BITS_OF_SIGNS = 10.0  # for signs at the ends of words, where another reading has letters
_SURE_BITS_OF_OPEN_QUOTES = 14.0  # for a quote before a word and none after it
_SURE_BITS_OF_HARD_SPACES = 12.0  # for "bus driver" in cp1252, which is "busádriver" in DOS
_SURE_BITS_OF_TWO = 4.0
"""How much better the best reading must be: alone, and if charset-normalizer reads the same."""
_PLAUSIBLE_BITS = 7.5
"""The most bits a letter of a plausible reading: pairs at random take 9 to 14, words 3 to 6."""
_SLACK_BITS = 8.0  # for a file with one short word, or a sign alone
_WORDS_PER_BYTE, _MAX_WORD_BYTES, _MAX_ASCII_WORDS = 12, 40, 150
_MAX_LINE_BYTES, _MAX_LINES_BYTES = 400, 1 << 16

_TELLING = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_ASCII_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[A-Za-z]{3,30}(?![A-Za-z\x80-\xff])")


@cache
def _table() -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = read_yaml(_TABLE_PATH)
    return table


def rarities() -> dict[str, float]:
    """Return each encoding that is tried, with the bits of its rarity, the usual ones first."""
    return {encoding: float(bits) for encoding, (bits, _) in _table().items()}


def spoken(encoding: str) -> str:
    """Return the name of an encoding with what it is called elsewhere."""
    name = encoding.replace("_", "-").lower()
    return encoding_name(name, _table().get(name.replace("-", "_"), (0.0, ""))[1])


@dataclass
class Evidence:
    """The words of a file that tell its encoding.

    ``words`` maps each kept word to the line on which it was first found.
    """

    words: dict[bytes, int] = field(default_factory=dict)
    ascii_words: dict[bytes, None] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    byte_values: set[int] = field(default_factory=set)
    _n_words: Counter[int] = field(default_factory=Counter)
    _n_line_bytes: int = 0
    _n_lines: int = 1

    def add(self, block: bytes) -> None:
        """Look at the next block of the file, which ends at the end of a word."""
        if len(self.ascii_words) < _MAX_ASCII_WORDS:
            for match in _ASCII_WORD.finditer(block, 0, 1 << 16):
                self.ascii_words[match.group().lower()] = None
                if len(self.ascii_words) >= _MAX_ASCII_WORDS:
                    break
        if b"\0" in block:
            self.byte_values.add(0)
        if not block.isascii():
            self._add_words(block)
        self._n_lines += block.count(b"\n") or block.count(b"\r")

    def _add_words(self, block: bytes) -> None:
        self.byte_values.update(byte for byte in set(block) if byte >= 0x80)
        line_end = b"\n" if b"\n" in block else b"\r"
        line, counted_to = self._n_lines, 0
        for match in _TELLING.finditer(block):
            whole = match.group()
            first = next(place for place, byte in enumerate(whole) if byte >= 0x80)
            start = max(first - _MAX_WORD_BYTES // 2, 0)
            word = whole[start : start + _MAX_WORD_BYTES]
            high = {byte for byte in word if byte >= 0x80}
            if all(self._n_words[byte] >= _WORDS_PER_BYTE for byte in high) or word in self.words:
                continue
            self._n_words.update(high)
            line += block.count(line_end, counted_to, match.start())
            counted_to = match.start()
            self.words[word] = line
            self._keep_line(block, match.start(), line_end)

    def _keep_line(self, block: bytes, place: int, line_end: bytes) -> None:
        if self._n_line_bytes >= _MAX_LINES_BYTES:
            return
        start = max(block.rfind(line_end, 0, place) + 1, place - _MAX_LINE_BYTES)
        end = block.find(line_end, place)
        line = block[start : min(end if end >= 0 else len(block), place + _MAX_LINE_BYTES)].strip()
        if not self.lines or self.lines[-1] != line:
            self.lines.append(line)
            self._n_line_bytes += len(line)

    def line_of(self, word: bytes) -> bytes:
        """Return the kept line with ``word``, or the word alone."""
        return next((line for line in self.lines if word in line), word)


@dataclass(frozen=True)
class Reading:
    """The words of a file as one encoding reads them, and how many bits they cost."""

    encoding: str
    words: tuple[str, ...]
    costs: tuple[Costs, ...]
    bits: float

    @property
    def is_plausible(self) -> bool:
        """Whether the words look like words of some languages."""
        n_letters = sum(map(len, self.words))
        return sum(map(min, self.costs)) <= _PLAUSIBLE_BITS * n_letters + _SLACK_BITS

    @property
    def has_letters(self) -> bool:
        """Whether each of the words has a letter that is not ASCII."""
        return all(map(has_letter, self.words))

    @property
    def joins_words(self) -> bool:
        """Whether no-break spaces stand between the letters of some words."""
        return any(map(joins_words, self.words))

    @property
    def has_signs_alone(self) -> bool:
        """Whether each of the words is ASCII but for signs at one of its ends."""
        signs = "".join(SIGNS_AT_ENDS)
        return all(
            word.isascii() or word.lstrip(signs).isascii() or word.rstrip(signs).isascii()
            for word in self.words
        ) and any(letter.isalpha() for word in self.words for letter in word)

    @property
    def language_index(self) -> int:
        """The place of the language that most of the words seem to be in."""
        shares = language_shares(self.costs)
        return shares.index(max(shares))

    @property
    def language(self) -> LanguageName:
        """The name of that language."""
        return LanguageName(EAST_ASIAN.get(self.encoding) or languages()[self.language_index])


@dataclass(frozen=True)
class EncodingChoice:
    """The best reading, the best different one, and whether the first is sure.

    ``agrees``: whether charset-normalizer reads the same; None if it was not asked.
    """

    best: Reading | None
    second: Reading | None
    is_sure: bool
    agrees: bool | None = None

    def typical_word(self) -> str:
        """Return a word of the best reading that looks like its language."""
        assert self.best is not None
        language = self.best.language_index
        costs = zip(self.best.words, self.best.costs, strict=True)
        return min(costs, key=lambda pair: oddness(pair[0], pair[1], language))[0]

    def telling_word(self, evidence: Evidence) -> bytes:
        """Return the word on which the two readings differ most."""
        if self.best is None or self.second is None:
            return next(iter(evidence.words))
        differing = zip(evidence.words, self.best.words, self.second.words, strict=True)
        words = [word for word, first, second in differing if first != second]
        return max(words, key=lambda word: min(len(word), 12))


def choose_encoding(evidence: Evidence) -> EncodingChoice:
    """Return which encoding the file is in, so far as its words tell."""
    readings = sorted(_readings(evidence), key=lambda reading: reading.bits)
    if not readings:
        return EncodingChoice(None, None, is_sure=False)
    best = readings[0]
    second = next((reading for reading in readings if reading.words != best.words), None)
    margin = second.bits - best.bits if second else _SURE_BITS
    east_asian_bits = bits_as_east_asian(evidence.lines)
    is_letters = _is_letters(best, east_asian_bits)
    twin = _twin(best, readings)
    if twin and not rest_tells(best.encoding, [*evidence.words, *evidence.ascii_words]):
        return EncodingChoice(best, twin, is_sure=False)
    if second and (bits := _bits_of_known_doubt(best, second)):
        return EncodingChoice(best, second, is_letters and margin >= bits)
    sure_bits = _SURE_BITS_OF_USUAL if best.encoding == "cp1252" else _SURE_BITS
    if is_letters and margin >= sure_bits:
        return EncodingChoice(best, second, is_sure=True)
    opinion = _second_opinion(evidence)
    other = _read(evidence, opinion) if opinion else None
    if other is not None and not is_letters:
        is_sure = _is_letters(other, east_asian_bits) or (
            is_sure_east_asian(opinion, other.words)
            and bits_in(opinion, evidence.lines) <= east_asian_bits
        )
        different = second if other.words == best.words else best
        return EncodingChoice(other, different, is_sure)
    agrees = other is not None and other.words == best.words
    is_sure = is_letters and agrees and margin >= _SURE_BITS_OF_TWO
    return EncodingChoice(best, second, is_sure, agrees)


def _is_letters(reading: Reading, east_asian_bits: float) -> bool:
    """Whether the words are plausible, and are no Chinese, Japanese or Korean characters."""
    return reading.is_plausible and east_asian_bits - sum(map(min, reading.costs)) >= _SURE_BITS


def _twin(best: Reading, readings: list[Reading]) -> Reading | None:
    """Return the Turkish reading of what seems to be Icelandic, and the other way round."""
    if languages()[best.language_index] not in ("is", "tr"):
        return None
    return next((other for other in readings if other.encoding == TWINS.get(best.encoding)), None)


def _bits_of_known_doubt(best: Reading, second: Reading) -> float:
    """Return how much better the best reading must be where it is often wrong; 0 elsewhere."""
    if best.has_signs_alone and second.has_letters:  # "citt…" in cp1252, "città" in DOS
        is_opened = any(word[:1] in QUOTES_BEFORE for word in best.words)
        return _SURE_BITS_OF_OPEN_QUOTES if is_opened else _SURE_BITS_OF_SIGNS
    if best.joins_words and not second.joins_words:
        return _SURE_BITS_OF_HARD_SPACES
    return 0.0


def _readings(evidence: Evidence) -> list[Reading]:
    """Return the reading of every encoding that has all of the bytes; equal ones once."""
    all_bytes = bytes(sorted(evidence.byte_values))
    ascii_costs = [word_costs(word.decode("ascii")) for word in evidence.ascii_words]
    readings: dict[tuple[str, ...], Reading] = {}
    for encoding, rarity in rarities().items():
        try:
            all_bytes.decode(encoding)
            words = tuple(word.decode(encoding) for word in evidence.words)
        except UnicodeDecodeError:
            continue
        if words in readings:
            continue
        costs = tuple(map(word_costs, words))
        bits = text_bits([*costs, *ascii_costs]) + rarity
        readings[words] = Reading(encoding, words, costs, bits)
    return list(readings.values())


def _read(evidence: Evidence, encoding: str) -> Reading | None:
    try:
        words = tuple(word.decode(encoding, "replace") for word in evidence.words)
        b"".join(evidence.lines).decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    costs = tuple(map(word_costs, words))
    return Reading(encoding, words, costs, text_bits(costs))


def _second_opinion(evidence: Evidence) -> str:
    """Return the encoding that charset-normalizer finds, ``""`` for none."""
    from charset_normalizer import from_bytes  # takes long to import, and few files need it

    lines = b"\n".join(evidence.lines)
    match = from_bytes(lines, cp_isolation=[*rarities(), *EAST_ASIAN], enable_fallback=False).best()
    return match.encoding if match is not None else ""
