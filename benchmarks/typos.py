"""Measure which words are corrected as typos: ``python -m benchmarks.typos``.

Writes ``benchmarks/results/typos.md``: the share of right words that stay as they are, in lists of
28 languages; the share of typos that are corrected; the codes of the hold-out answers, as typed and
with one typo each; time and memory. Each figure without and with the lists of right words. Needs
wordfreq and simplemma, as ``benchmarks/right_words.py`` says; takes 5 minutes.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import psutil

from benchmarks import ROOT
from benchmarks.right_words import (
    SPELLING_DIR,
    dictionary_forms,
    frequencies,
    languages,
    word_of,
)
from benchmarks.survey import ANSWERS
from core.settings import InferenceSettings
from core.taxonomy import isco08
from core.text import clean, join
from inference.bundle import SPELLING, Bundle
from inference.classifier import open_classifier
from inference.spelling.right_words import DICTIONARY_WORDS, FREQUENT_WORDS, RightWords
from inference.spelling.typo_correction import Spelling
from training.dataset.augmentation import typo
from training.dataset.splits import HOLD_OUT, part_of_answer

RESULT = ROOT / "benchmarks" / "results" / "typos.md"
OCCUPATION_WORDS = ROOT / "benchmarks" / "occupation_words.txt"
TYPED_WORDS = ROOT / "benchmarks" / "typed_words.txt"
_TOP_WORDS = (20_000, 100_000)
_N_SAMPLED = 2_000
_N_ANSWERS = 3_000
_HEAD = """\
# Words that are corrected as typos, and words that are not

`python -m benchmarks.typos`, model {version}. *Without*: every word of five
letters or more that the model has not learned can be corrected. *With*: no word of
`inference/spelling/{frequent}` (wordfreq 3.1.1) or `{dictionary}` (base forms of simplemma 2.0.0;
SCOWL 2020.12.07 for English) is.

## Right words

The share that stays as it is:

- **occupations**: words for occupations of each language, written for this project
  (`benchmarks/occupation_words.txt`, {n_occupations:,} words); the lists were made without them;
- **top 20,000, top 100,000**: of {n_sampled:,} words drawn from the most frequent ones of five
  letters or more in wordfreq. `{frequent}` is made from the same source: this shows that it
  is whole, and what it costs that common typos among the rare words were left out;
- **all forms**: of {n_sampled:,} words drawn from all inflected forms that simplemma knows, of
  which only the base forms are in `{dictionary}`. Most are very rare.

"""


class _BundleWithoutLists(Bundle):
    """A bundle whose spelling knows no words but those that the model has learned."""

    def spelling(self) -> Spelling:
        return Spelling.load((self.path / SPELLING).read_bytes())


def occupation_words() -> dict[str, list[str]]:
    """Return language → its words for occupations, cleaned."""
    words: dict[str, list[str]] = defaultdict(list)
    language = ""
    for line in OCCUPATION_WORDS.read_text(encoding="utf-8").splitlines()[1:]:
        head, colon, rest = line.rpartition(":")
        language = head if colon else language
        words[language] += [clean(word) for word in rest.split()]
    return words


def typed_words() -> list[tuple[str, str]]:
    """Return pairs of a typo that people make, and the word that they mean."""
    lines = TYPED_WORDS.read_text(encoding="utf-8").splitlines()[1:]
    return [(typed, meant) for typed, meant in map(str.split, lines)]


def random_typos(titles: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of a random typo of the training, and the word: one of each title."""
    rng = random.Random(0)
    pairs = []
    for title in map(clean, titles):
        words = title.split()
        typed = typo(title, rng).split()
        pairs += [(b, a) for a, b in zip(words, typed, strict=True) if a != b]
    return pairs


def hold_out_answers() -> list[tuple[str, str, str]]:
    """Return (title, duties, code) of the English hold-out answers in a random order."""
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        answers = [
            (row["job_title"], row["duties_description"], row["isco_code"])
            for row in csv.DictReader(file)
            if not row["n_rank"]  # the commonest answers train
        ]
    random.Random(0).shuffle(answers)
    return [
        (title, duties, code)
        for title, duties, code in answers
        if part_of_answer(join(title, duties)) == HOLD_OUT
    ]


def share_unchanged(spelling: Spelling, words: Sequence[str]) -> float:
    """Return the share of the words that the spelling leaves as they are."""
    return sum(spelling.correct(word) == word for word in words) / len(words)


def share_corrected(spelling: Spelling, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of the typos that the spelling corrects to the word that was meant."""
    return sum(spelling.correct(typed) == meant for typed, meant in pairs) / len(pairs)


def _sample(words: Iterable[str]) -> list[str]:
    ordered = sorted(set(words))
    return random.Random(0).sample(ordered, min(_N_SAMPLED, len(ordered)))


def _right_words(without: Spelling, with_lists: Spelling) -> list[str]:
    lines = [
        "| language | occupations | | top 20,000 | | top 100,000 | | all forms | |",
        "|---|---|---|---|---|---|---|---|---|",
        "| |" + " without | with |" * 4,
    ]
    n_words = 0
    totals = np.zeros(2)
    own_words = occupation_words()
    for language in languages():
        ranked = list(frequencies(language))
        forms = [word for form in dictionary_forms(language) if (word := word_of(form))]
        lists = [own_words[language], *(_sample(ranked[:n]) for n in _TOP_WORDS), _sample(forms)]
        cells = [
            f"{share_unchanged(spelling, words):.4f}" if words else "–"
            for words in lists
            for spelling in (without, with_lists)
        ]
        lines.append(f"| {language} | " + " | ".join(cells) + " |")
        n_words += len(own_words[language])
        totals += [
            share_unchanged(spelling, own_words[language]) * len(own_words[language])
            for spelling in (without, with_lists)
        ]
    before, now = totals / n_words
    lines.append(f"| all | {before:.4f} | {now:.4f} | | | | | | |")
    return lines


def _typos(without: Spelling, with_lists: Spelling, titles: Sequence[str]) -> list[str]:
    pairs = [(typed, meant) for typed, meant in random_typos(titles) if meant in without]
    long_words = [(typed, meant) for typed, meant in pairs if len(meant) > 6]
    lines = [
        "## Typos",
        "",
        "The share that is corrected to the word that was meant:",
        "",
        "| | typos | without | with |",
        "|---|---|---|---|",
    ]
    for name, typos in (
        ("typos that people make (`benchmarks/typed_words.txt`)", typed_words()),
        ("one random typo in each hold-out title, words that the model has learned", pairs),
        ("· of seven letters or more", long_words),
    ):
        shares = [share_corrected(spelling, typos) for spelling in (without, with_lists)]
        lines.append(f"| {name} | {len(typos):,} | {shares[0]:.3f} | {shares[1]:.3f} |")
    return [
        *lines,
        "",
        "The typos that are lost are words of a language (*assistent* is German, *comercial*",
        "Spanish), names (*gardner*), or so common that the lists have them (*buisness*).",
    ]


def _accuracy(bundles: Sequence[Bundle]) -> list[str]:
    answers = hold_out_answers()[:_N_ANSWERS]
    rng = random.Random(0)
    titles_with_typo = [typo(clean(title), rng) or title for title, _, _ in answers]
    texts = {
        "as typed": [join(title, duties) for title, duties, _ in answers],
        "with one random typo in the title": [
            join(typed, duties)
            for typed, (_, duties, _) in zip(titles_with_typo, answers, strict=True)
        ],
    }
    codes = np.array([code for _, _, code in answers])
    units = np.array(isco08().units)
    classifiers = [open_classifier(bundle, InferenceSettings()) for bundle in bundles]
    lines = [
        "## Codes",
        "",
        f"The share of {len(answers):,} hold-out answers whose unit group is right:",
        "",
        "| | without | with | other codes |",
        "|---|---|---|---|",
    ]
    for name, these in texts.items():
        predicted = [units[c.probabilities(these).argmax(axis=1)] for c in classifiers]
        shares = [float((codes == prediction).mean()) for prediction in predicted]
        n_other = int((predicted[0] != predicted[1]).sum())
        lines.append(f"| {name} | {shares[0]:.4f} | {shares[1]:.4f} | {n_other} |")
    return lines


def _cost(bundles: Sequence[Bundle], titles: Sequence[str]) -> list[str]:
    texts = [join(title) for title in titles[:10_000]]
    memory = psutil.Process().memory_info().rss
    first = _seconds(lambda: "daughterx" in RightWords())
    n_bytes = psutil.Process().memory_info().rss - memory
    seconds = []
    for bundle in bundles:
        spelling = bundle.spelling()
        seconds.append(_seconds(lambda: [spelling.correct(text) for text in texts]))  # noqa: B023
    sizes = [(SPELLING_DIR / name).stat().st_size for name in (FREQUENT_WORDS, DICTIONARY_WORDS)]
    return [
        "## Cost",
        "",
        f"The two files have {sum(sizes) / 1e6:.1f} MB. They are read when the first word is about "
        f"to be corrected, which takes {first * 1000:.0f} ms and {n_bytes / 1e6:.0f} MB of memory, "
        f"once a process. Correcting {len(texts):,} titles takes {seconds[0]:.2f} s without and "
        f"{seconds[1]:.2f} s with the lists, on one core.",
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Run the command line."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    bundle = Bundle.open(ROOT / "models" / "bundled")
    bundles = (_BundleWithoutLists(bundle.path, bundle.manifest), bundle)
    titles = [title for title, duties, _ in hold_out_answers() if not duties]
    cost = _cost(bundles, titles)  # first: the lists are read once a process
    without, with_lists = (bundle.spelling() for bundle in bundles)
    head = _HEAD.format(
        version=bundle.manifest.version,
        frequent=FREQUENT_WORDS,
        dictionary=DICTIONARY_WORDS,
        n_occupations=sum(map(len, occupation_words().values())),
        n_sampled=_N_SAMPLED,
    )
    parts = [
        [head + "\n".join(_right_words(without, with_lists))],
        _typos(without, with_lists, titles),
        _accuracy(bundles),
        cost,
    ]
    RESULT.write_text("\n\n".join("\n".join(lines) for lines in parts) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
