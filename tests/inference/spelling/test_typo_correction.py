"""Slips are mended to words that the model knows, and nothing else changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.letters.accents import without_accents
from core.settings import InferenceSettings
from core.text import EMPTY_TEXT, join
from inference.bundle import SPELLING, Bundle
from inference.classifier import open_classifier
from inference.spelling.right_words import MIN_LETTERS
from inference.spelling.typo_correction import Spelling
from training.dataset.augmentation import typo

WORDS = ["nurse", "manager", "inquiry", "agent", "solder", "soldier", "cook", "bücher", "folder"]
SPELLING_OF_THESE = Spelling(WORDS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("niquiry agent", "inquiry agent"),  # swapped
        ("inquirry agent", "inquiry agent"),  # doubled
        ("inqury aqent", "inquiry agent"),  # dropped, replaced
        ("nurs", "nurs"),  # too short to be sure
        ("soldeir", "soldier"),  # not "solder": the same letters
        ("xolder", "solder"),  # of two, the more frequent
        ("coook", "cook"),
        ("managre nurses", "manager nurse"),
        ("zookeeper", "zookeeper"),  # nothing near it
        ("bücer 12345 менеджер", "bücher 12345 менеджер"),
        ("bucher", "bücher"),  # the accent alone is left out
        ("mánager", "manager"),  # or added
        ("manägre", "manägre"),  # two typos
        ("väger", "väger"),
        ("sälder", "sälder"),  # "solder" has no accent, and another letter
    ],
)
def test_one_slip_is_mended(typed: str, read: str) -> None:
    assert SPELLING_OF_THESE.correct(join(typed)) == join(read)
    assert SPELLING_OF_THESE.correct(join("", typed)) == join("", read)


def test_a_word_that_people_use_is_no_typo() -> None:
    spelling = Spelling(WORDS, right_words={"souldier", "manger"})
    assert spelling.correct("manger souldier soldeir | managre") == (
        "manger souldier soldier | manager"
    )


def test_a_rare_word_is_no_typo_and_nothing_is_corrected_to_it(tmp_path: Path) -> None:
    # One text of 75,000 makes a word common: here three, but not two.
    texts = [*["welder | unknown"] * 3, *["sawyer | unknown"] * 2, *["cook | unknown"] * 190_000]
    learned = Spelling.learn(texts)
    learned.save(tmp_path / "words.txt.gz")
    for spelling in (learned, Spelling.load((tmp_path / "words.txt.gz").read_bytes())):
        assert spelling.correct("weldr sawyr sawyer | unknown") == "welder sawyr sawyer | unknown"
        assert "sawyer" in spelling and "sawyr" not in spelling


def test_the_words_of_other_alphabets_are_mended_with_their_letters() -> None:
    spelling = Spelling(["менеджер", "répétiteur"])
    assert spelling.correct("менежер менаджер répétitteur") == "менеджер менеджер répétiteur"


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_stay_as_many_and_known_ones_as_they_are(title: str, duties: str) -> None:
    text = join(title, duties)
    mended = SPELLING_OF_THESE.correct(text)
    assert SPELLING_OF_THESE.correct(mended) == mended
    for word, read in zip(text.split(), mended.split(), strict=True):
        assert read == word or (read in WORDS and word not in WORDS)
    assert Spelling(()).correct(text) == text


@given(st.sampled_from(("inquiry", "manager", "soldier")), st.integers())
def test_whatever_slip_the_training_makes_is_mended(word: str, seed: int) -> None:
    slipped = typo(word, random.Random(seed))
    assert Spelling([word]).correct(slipped) == word


PLAIN, ACCENTED = "abcz", {"a": "á", "c": "ç"}
TINY = st.text([*PLAIN, *ACCENTED.values()], min_size=5, max_size=7)


def one_typo_away(word: str) -> set[str]:
    """Every string of these letters from which one typo makes ``word``, by its definition."""
    strings = set()
    for n in range(len(word) + 1):
        before, after = word[:n], word[n:]
        strings |= {before + letter + after[skip:] for letter in PLAIN for skip in (0, 1)}
        if after[:1] and (accented := ACCENTED.get(without_accents(after[0]))):
            strings.add(before + accented + after[1:])
        strings |= {before + after[1:], before + after[1:2] + after[:1] + after[2:]}
    return strings


def accents(word: str) -> list[str]:
    return sorted(letter for letter in word if letter in ACCENTED.values())


@given(st.lists(TINY, unique=True, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_nearest_common_word_is_read(common: list[str], rng: random.Random) -> None:
    common = [*common, "abcáçz"]  # all letters are in the alphabet of the words
    letters = [*PLAIN, *ACCENTED.values()]
    typed = []
    for word in common:
        place, n_dropped = rng.randrange(len(word)), rng.randrange(3)
        typed.append(word[:place] + rng.choice([*letters, ""]) + word[place + n_dropped :])
    typed = [word for word in typed if len(word) >= MIN_LETTERS]
    expected = []
    for word in typed:
        candidates = [
            other
            for other in common
            if other in one_typo_away(word)
            and (accents(other) == accents(word) or without_accents(other) == without_accents(word))
        ]
        candidates.sort(key=lambda other: (set(other) != set(word), common.index(other)))
        without = without_accents(word)
        alike = [o for o in common if not o.isascii() and without_accents(o) == without]
        found = [*alike, *candidates, word]
        expected.append(word if word in common else found[0])
    spelling = Spelling(common)
    assert spelling.correct_all(typed) == expected
    assert [spelling.correct(word) for word in typed] == expected


def test_it_learns_the_words_of_two_texts_most_frequent_first(tmp_path: Path) -> None:
    learned = Spelling.learn(["baker b2b | bread", "baker | bread", "baker baker", "rare | b2b"])
    assert learned.correct("bakar braed raree b2bb") == "baker bread raree b2bb"
    learned.save(tmp_path / "a")
    Spelling.load((tmp_path / "a").read_bytes()).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert Spelling.load((tmp_path / "b").read_bytes()).correct("bakar") == "baker"


def test_the_served_model_reads_the_mended_text(bundle: Bundle) -> None:
    assert SPELLING in bundle.manifest.files
    classifier = open_classifier(bundle, InferenceSettings())
    typed = classifier.probabilities([join("vetrinarians"), join("veterinarians")])
    assert (typed[0] == typed[1]).all()
    assert (classifier.probabilities([EMPTY_TEXT]) != typed[:1]).any()


@pytest.mark.parametrize(
    ("typed", "meant", "commoner"),
    [
        ("colnik", "colník", "rolnik"),
        ("pilkarz", "piłkarz", "pilarz"),
        ("macon", "maçon", "macron"),
    ],
)
def test_a_word_without_its_accents_is_that_word(typed: str, meant: str, commoner: str) -> None:
    assert Spelling([commoner, "roles"]).correct(typed) == commoner
    assert Spelling([commoner, meant]).correct(typed) == meant
    assert Spelling([commoner], rare_words=[meant]).correct(typed) == meant
    # Written so by people, it is a word of its own.
    assert Spelling([commoner], [meant], right_words=[typed]).correct(typed) == typed
