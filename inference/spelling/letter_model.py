"""Tell how likely the letters of a word are: "sjuksköterksa" is less so than "sjuksköterska".

Compounds and inflected forms are endless, so that no list has them all. But their letters follow
one another as in the words of a list, and those of a typo do not. The probability of a letter after
the four before it is that of the longer sequence where it is frequent, and else rather that of a
shorter one (MacKay and Peto, "A hierarchical Dirichlet language model", Natural Language
Engineering 1, 1995).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

_PRIOR = np.float32(12)  # so many sequences count as much as what the shorter sequence tells
_LONGEST = 5
_DIGIT_BITS = 12  # five digits are a number of 64 bits
_MAX_DIGIT = 2**_DIGIT_BITS - 1
_HASH_BITS = np.uint64(32)
_MIN_BITS = 16  # of a place in a table: single letters and pairs share none
_MULTIPLIERS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], np.uint32)
BORDER = "\x01"
N_BORDERS = 2
"""So many signs stand before and behind a word: its first and last letter have neighbours."""


class LetterModel:
    """The counts of the letter sequences of a list of words, each word counted once.

    For 250,000 words they take 30 MB and a third of a second: to count strings would take
    seconds, so that sequences are known by hashes.
    """

    def __init__(self, words: Collection[str]) -> None:
        text = (N_BORDERS * BORDER).join(["", *words, _LONGEST * BORDER])
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        counted = _counted_sequences(codes)
        self._counts = [_SequenceCounts(*each) for each in counted]
        self._n_letters = np.float32(len(codes))
        letters, n_times = counted[0]
        self.letters = dict(zip(map(chr, letters[:, 0].tolist()), n_times.tolist(), strict=True))
        """How often each letter occurs; the border is one of them."""

    def log_probabilities(self, codes: np.ndarray) -> np.ndarray:
        """Return (N, W) float32: the logarithm of the probability of each letter of ``codes_of``.

        It is 0 of the borders before a word, and behind the first border after it.
        """
        columns = np.arange(codes.shape[1])
        probability = np.full(codes.shape, 1 / self._n_letters)
        before: np.ndarray | np.float32 = self._n_letters
        sequences = zip(self._counts, _sequence_hashes(codes), strict=True)
        for n_before, (table, hashes) in enumerate(sequences):
            counts = np.where(columns >= n_before, table.of(hashes), 0)
            probability = (counts + _PRIOR * probability) / (before + _PRIOR)
            before = np.roll(counts, 1, axis=1)
        probability[:, :N_BORDERS] = 1  # every word starts at a border
        probability[codes == 0] = 1
        return np.log(probability, out=probability)

    def are_met(self, sequences: np.ndarray) -> np.ndarray:
        """Return whether some word has the letters of the last axis, at most five, in a row."""
        hashes = _sequence_hashes(sequences)[-1][..., -1]
        return self._counts[sequences.shape[-1] - 1].of(hashes) > 0


class _SequenceCounts:
    """How often each hash occurs. Of two that share a place the more frequent is kept.

    ``sequences`` (N, n) are distinct, ``counts`` (N,) are theirs.
    """

    def __init__(self, sequences: np.ndarray, counts: np.ndarray) -> None:
        hashes = _sequence_hashes(sequences)[-1][:, -1].astype(np.uint64)
        ordered = np.sort((hashes << _HASH_BITS) | counts)
        starts = _starts(ordered >> _HASH_BITS)
        hashes = (ordered[starts] >> _HASH_BITS).astype(np.uint32)
        counts = np.add.reduceat(ordered.astype(np.uint32), starts)
        n_bits = max(int(4 * len(hashes)).bit_length(), _MIN_BITS)
        self._shift = np.uint32(32 - n_bits)
        # Of one place the last value stays. Small numbers are sorted in a tenth of the time.
        order = np.argsort(np.minimum(counts, 65_535).astype(np.uint16), kind="stable")
        places = hashes[order] >> self._shift
        self._hashes = np.zeros(1 << n_bits, np.uint32)
        self._hashes[places] = hashes[order]
        self._counts = np.zeros(1 << n_bits, np.float32)
        self._counts[places] = counts[order]

    def of(self, hashes: np.ndarray) -> np.ndarray:
        """Return how often each of ``hashes`` occurs, float32."""
        places = hashes >> self._shift
        return np.where(self._hashes[places] == hashes, self._counts[places], np.float32(0))


def codes_of(words: Collection[str]) -> np.ndarray:
    """Return (N, W) uint32 the letters of words between borders, and zeros behind."""
    border = N_BORDERS * BORDER
    width = max(map(len, words), default=0) + 2 * N_BORDERS
    text = "".join(f"{border}{word}{border}".ljust(width, "\0") for word in words)
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).reshape(len(words), width)


def _counted_sequences(codes: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the distinct sequences of 1, 2, … letters, (N, n), and how often each occurs, (N,).

    As numbers, whose highest digit is the last letter, they are sorted once for all lengths: those
    with the same last letters lie together.
    """
    letters, digit = _numbered_letters(codes)
    digits = digit[codes]
    numbers = np.zeros(len(codes), np.uint64)
    for n_before in range(_LONGEST):
        place = np.uint64(_DIGIT_BITS * (_LONGEST - 1 - n_before))
        numbers[n_before:] |= digits[: len(codes) - n_before] << place
    numbers.sort()
    counts = np.ones(len(codes), np.uint64)
    counted = []
    for n in range(_LONGEST, 0, -1):
        starts = _starts(numbers)
        numbers, counts = numbers[starts], np.add.reduceat(counts, starts)
        places = np.arange(n, dtype=np.uint64) * np.uint64(_DIGIT_BITS)
        sequences = letters[(numbers[:, np.newaxis] >> places) & np.uint64(_MAX_DIGIT)]
        counted.append((sequences, counts))
        numbers = numbers >> np.uint64(_DIGIT_BITS)
    return counted[::-1]


def _starts(ascending: np.ndarray) -> np.ndarray:
    """Return where each run of equal values begins."""
    return np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))


def _numbered_letters(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the letter of each digit, the most frequent first, and the digit of each letter.

    Digit 0 is no letter. Of very many letters, the rarest share the last digit.
    """
    n_times = np.bincount(codes)
    letters = np.argsort(-n_times, kind="stable")[: np.count_nonzero(n_times)]
    digit = np.zeros(len(n_times), np.uint64)
    digit[letters] = np.minimum(np.arange(1, len(letters) + 1), _MAX_DIGIT)
    return np.concatenate([[0], letters[:_MAX_DIGIT]]).astype(np.uint32), digit


def _sequence_hashes(codes: np.ndarray) -> list[np.ndarray]:
    """Return the hashes of the 1, 2, … letters up to each letter; few letters have fewer before."""
    sums = np.zeros_like(codes)
    hashes = []
    for n_before in range(min(_LONGEST, codes.shape[-1])):
        end = codes.shape[-1] - n_before
        sums[..., n_before:] += codes[..., :end] * _MULTIPLIERS[n_before]
        hashes.append((sums ^ (sums >> np.uint32(15))) * _MULTIPLIERS[0])
    return hashes
