"""Write ``core/letters/letter_pairs.txt`` from the letter models of the language detector lingua.

Unpack the wheel of lingua-language-detector 1.3.5 (Apache-2.0), install brotli, and run

    python -m benchmarks.letter_pairs FOLDER/lingua/language-models core/letters/letter_pairs.txt

For each language its unigram and bigram models are read. A pair "ab" is kept with the bits
-log2 P(b | a) if they are at most 12 and P(ab) is at least 2^-18; a letter with -log2 P(a) if it is
at most 12, or of the language.
Maltese, which lingua does not have, is counted from ``benchmarks/maltese_words.txt``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

LANGUAGES = (
    "ar be bg ca cs cy da de el en es et fi fr ga he hr hu id is it lt lv mk "
    "nb nl nn pl pt ro ru sk sl sq sr sv tr uk"
)
_MAX_BITS, _MAX_JOINT_BITS = 12, 18
# The texts of these languages that lingua counted are in part decoded wrongly ("õ" for "ő"): of
# letters beyond ASCII only those of the language count, and those that all encodings share.
_ALPHABETS = {
    "cs": "áčďéěíňóřšťúůýž",
    "et": "äõöüšž",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "pl": "ąćęłńóśźż",
    "ro": "ăâîşţșț",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšžćđ",
    "tr": "çğıöşüâîû",
}
_SHARED = "éöüäáóí"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="lingua's folder of letter models")
    parser.add_argument("target", type=Path, help="the file to write")
    arguments = parser.parse_args()
    import brotli

    def read(path: Path) -> dict[str, float]:
        ngrams = json.loads(brotli.decompress(path.read_bytes()))["ngrams"]
        shares: dict[str, float] = {}
        for fraction, names in ngrams.items():
            numerator, denominator = map(int, fraction.split("/"))
            shares.update(dict.fromkeys(names.split(), numerator / denominator))
        return shares

    lines = []
    for language in LANGUAGES.split():
        folder = arguments.models / language
        letters = read(folder / "unigrams.json.br")
        pairs = read(folder / "bigrams.json.br")
        if alphabet := _ALPHABETS.get(language):
            letters, pairs = _within(alphabet, letters), _within(alphabet, pairs)
        lines += _lines(language, letters, pairs, alphabet or "")
    words = Path(__file__).with_name("maltese_words.txt").read_text(encoding="utf-8").split()
    lines += _lines("mt", *_counted(words))
    arguments.target.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")


def _within(alphabet: str, grams: dict[str, float]) -> dict[str, float]:
    allowed = set(alphabet + _SHARED)
    return {
        gram: share
        for gram, share in grams.items()
        if all(letter.isascii() or letter in allowed for letter in gram)
    }


def _counted(words: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    letters = Counter(letter for word in words for letter in word)
    firsts = Counter(letter for word in words for letter in word[:-1])
    pairs = Counter(a + b for word in words for a, b in pairwise(word))
    return (
        {letter: n / letters.total() for letter, n in letters.items()},
        {pair: n / firsts[pair[0]] for pair, n in pairs.items()},
    )


def _lines(
    language: str, letters: dict[str, float], pairs: dict[str, float], alphabet: str = ""
) -> list[str]:
    by_bits: dict[int, list[str]] = defaultdict(list)
    for letter, share in letters.items():
        bits = min(round(-math.log2(share)), _MAX_BITS if letter in alphabet else 99)
        if len(letter) == 1 and bits <= _MAX_BITS:
            by_bits[bits].append(letter)
    for pair, share in pairs.items():
        first = letters.get(pair[0], 0.0)
        if len(pair) != 2 or not first or -math.log2(share * first) > _MAX_JOINT_BITS:
            continue
        if (bits := round(-math.log2(share))) <= _MAX_BITS:
            by_bits[bits].append(pair)
    return [f"{language} {bits:02} {' '.join(sorted(by_bits[bits]))}" for bits in by_bits]


if __name__ == "__main__":
    main()
