"""Make the lists of words that are never corrected: ``python -m benchmarks.right_words``.

``frequent_words.bin`` (in ``inference/spelling/``): the words of wordfreq's frequency lists, in 25
languages. A rare word that is one typo away from a word 1,000 times as frequent is left out: it is
a common typo ("langauge").

``dictionary_words.bin``: the words of dictionaries, which are no typos, however rare ("sower"): the
base forms that simplemma knows, in 27 languages; SCOWL's English words up to level 80; the Maltese
words of ``benchmarks/maltese_words.txt``, for which no list was found.

None of the sources is a dependency of the program. They are installed by
``pip install wordfreq==3.1.1 simplemma==2.0.0``; SCOWL 2020.12.07 is Debian's package ``scowl``.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import ROOT
from core.text import clean
from inference.spelling.right_words import DICTIONARY_WORDS, FREQUENT_WORDS, MIN_LETTERS
from inference.spelling.word_hashes import WordHashes

SPELLING_DIR = ROOT / "inference" / "spelling"
# Croatian stands in the lists of Serbo-Croatian; no is what the lists call nb.
_WORDFREQ_CODES = {"hr": "sh", "no": "nb", "et": None, "ga": None, "mt": None}
_SIMPLEMMA_CODES = {"hr": "hbs", "no": "nb", "mt": None}
_SCOWL_LEVELS = (10, 20, 35, 40, 50, 55, 60, 70, 80)
_SCOWL_KINDS = ("words", "upper")
_MIN_FREQUENCY = {"en": 1.0}  # on the Zipf scale: once in 100 million words
_MIN_FREQUENCY_OTHERS = 2.0
_MAX_TYPO_FREQUENCY = 2.25
_MIN_RATIO = 3.0  # as a logarithm: 1,000 times as frequent


def languages() -> list[str]:
    """Return the codes of the languages that the program knows: those of ``non_answers.csv``."""
    path = ROOT / "core" / "non_answers" / "non_answers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return sorted({row["language"] for row in csv.DictReader(file)})


def word_of(written: str) -> str | None:
    """Return the cleaned word, or None where it is not one word that the rule could change."""
    word = clean(written)
    return word if word.isalpha() and len(word) >= MIN_LETTERS else None


def frequencies(language: str) -> dict[str, float]:
    """Return the words of wordfreq's list → frequency (Zipf), the most frequent first."""
    from wordfreq import get_frequency_dict  # not installed with the program

    code = _WORDFREQ_CODES.get(language, language)
    words: dict[str, float] = {}
    for written, share in get_frequency_dict(code).items() if code else ():
        if word := word_of(written):
            words[word] = max(round(math.log10(share) + 9, 2), words.get(word, 0.0))
    return dict(sorted(words.items(), key=lambda item: (-item[1], item[0])))


def dictionary_forms(language: str) -> dict[str, str]:
    """Return the inflected words of simplemma's dictionary → their base forms, as written."""
    from simplemma.strategies import DefaultDictionaryFactory  # not installed with the program

    code = _SIMPLEMMA_CODES.get(language, language)
    dictionary = DefaultDictionaryFactory().get_dictionary(code) if code else {}
    return dict(dictionary.items())


def scowl_words(folder: Path) -> Iterator[str]:
    """Yield the words of SCOWL's lists, without names and abbreviations."""
    for path in sorted(folder.iterdir()):
        name, _, level = path.name.rpartition(".")
        if name.endswith(_SCOWL_KINDS) and int(level) in _SCOWL_LEVELS:
            yield from path.read_text(encoding="latin-1").split()


def without_typos(language: str, words: dict[str, float]) -> Iterator[str]:
    """Yield the words of a frequency list that are no typos of much more frequent ones."""
    least = _MIN_FREQUENCY.get(language, _MIN_FREQUENCY_OTHERS)
    by_deletion = defaultdict(set)
    for word, frequency in words.items():
        if frequency >= least + _MIN_RATIO:
            for rest in _deletions(word):
                by_deletion[rest].add(word)
    for word, frequency in words.items():
        is_typo = frequency < _MAX_TYPO_FREQUENCY and any(
            words[other] >= frequency + _MIN_RATIO and _are_one_typo_apart(word, other)
            for rest in _deletions(word)
            for other in by_deletion.get(rest, ())
        )
        if frequency >= least and not is_typo:
            yield word


def _deletions(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _are_one_typo_apart(word: str, other: str) -> bool:
    """Return whether one letter is dropped, added, replaced, or swapped with the next."""
    if len(word) != len(other):
        longer, shorter = sorted((word, other), key=len, reverse=True)
        return shorter in _deletions(longer)
    places = [i for i, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return word[first] == other[second] and word[second] == other[first]


def frequent_words() -> Iterator[str]:
    """Yield the words for ``frequent_words.bin``."""
    for language in languages():
        yield from without_typos(language, frequencies(language))


def dictionary_words(scowl_dir: Path) -> Iterator[str]:
    """Yield the words for ``dictionary_words.bin``, as their sources write them."""
    for language in languages():
        yield from dictionary_forms(language).values()
    yield from scowl_words(scowl_dir)
    yield from (Path(__file__).with_name("maltese_words.txt")).read_text(encoding="utf-8").split()


def _write(name: str, words: Iterable[str]) -> None:
    hashes = WordHashes.of(words)
    path = SPELLING_DIR / name
    path.write_bytes(hashes.to_bytes())
    print(f"{name}: {len(hashes):,} words, {path.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scowl", type=Path, default=Path("/usr/share/dict/scowl"))
    scowl_dir = parser.parse_args().scowl
    frequent = set(frequent_words())
    _write(FREQUENT_WORDS, frequent)
    cleaned = {word for written in dictionary_words(scowl_dir) if (word := word_of(written))}
    _write(DICTIONARY_WORDS, cleaned - frequent)


if __name__ == "__main__":
    main()
