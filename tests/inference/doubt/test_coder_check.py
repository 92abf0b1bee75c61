"""The shipped model tells coders who guess, or who have a rule of their own, from honest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.decisions import Decisions
from core.corrections.doubts import Doubt
from core.corrections.office_answers import AnswerOrigin
from core.corrections.signature import Signature
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.doubt.answer_counts import Counts, count_answers, is_behind, reasons_for
from inference.doubt.chance import UsualShare
from inference.doubt.coder_check import (
    MIN_ANSWERS,
    CoderAnswers,
    LatestAnswers,
    check_answers,
    check_coders,
)
from tests.support.decided_texts import lookup_of

UNITS = isco08().units
PLAIN = {
    join("registered nurse"): "2221",
    join("hairdresser"): "5141",
    join("welder"): "7212",
    join("plumber"): "7126",
    join("bus driver"): "8331",
    join("cook"): "5120",
}
"""Titles that the model and everybody else code alike."""
CHEFS = [join(f"{word} chef") for word in ("head", "sous", "executive", "pastry", "hotel")]


@pytest.fixture(scope="module")
def autocoder(shipped: Bundle) -> Autocoder:
    return open_autocoder(shipped, Settings(), CorrectionsLookup())


@pytest.fixture(scope="module")
def right(unlearned_answers: pd.DataFrame) -> dict[str, str]:
    """100 answers that no model has learned, with their codes."""
    drawn = unlearned_answers.head(100)
    return dict(zip(drawn["text"], drawn["label"], strict=True))


def guessed(codes: dict[str, str], n: int) -> dict[str, str]:
    """The same, with random codes of the first n."""
    rng = np.random.default_rng(1)
    wrong = {text: UNITS[rng.integers(len(UNITS))] for text in [*codes][:n]}
    return {**codes, **wrong}


@pytest.mark.parametrize("n", [20, 100, 500])
def test_random_codes_are_told_by_a_model_that_is_sure_of_nothing(n: int) -> None:
    """It gives no code so low a probability that it would be far; three in four are behind."""
    rng = np.random.default_rng(n)
    scores = np.exp(rng.normal(scale=0.7, size=(n, len(UNITS))))
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    likely = np.argsort(-probabilities, axis=1)[np.arange(n), rng.integers(100, size=n)]
    random = rng.integers(len(UNITS), size=n)
    assert reasons_for(count_answers(probabilities, probabilities, likely)) == []
    (reason,) = reasons_for(count_answers(probabilities, probabilities, random))
    assert "behind a hundred others" in reason


def check_coder(
    name: str, codes: dict[str, str], autocoder: Autocoder, confirmed: Sequence[Doubt] = ()
) -> Doubt | None:
    (doubt,) = check_answers([CoderAnswers(name, codes)], autocoder, confirmed)
    return doubt


def test_the_chance_is_that_of_the_beta_binomial_distribution() -> None:
    share = UsualShare(0.8, 200)
    for n_hits, n in ((0, 0), (0, 10), (5, 30), (7, 100), (30, 2000)):
        expected = betabinom.sf(n_hits - 1, n, 0.8, 200)
        assert share.chance_of(n_hits, n) == pytest.approx(expected, rel=1e-6)


def test_an_honest_coder_is_believed(autocoder: Autocoder, right: dict[str, str]) -> None:
    assert check_coder("", right, autocoder) is None


def test_a_coder_who_guesses_is_named(autocoder: Autocoder, right: dict[str, str]) -> None:
    doubt = check_coder("Ana", guessed(right, 20), autocoder)
    assert doubt is not None and doubt.n == 100
    assert 7 <= doubt.n_far <= 20 and "far from" in doubt.reasons[0]
    assert 0 < len(doubt.examples) <= 5
    for text, given, expected in doubt.examples:
        assert guessed(right, 20)[text] == given != expected
    few = dict([*guessed(right, 20).items()][: MIN_ANSWERS - 1])
    assert check_coder("Ana", few, autocoder) is None, "so few answers prove nothing"


def test_a_doubt_says_that_the_model_may_not_know_the_language(
    autocoder: Autocoder, right: dict[str, str]
) -> None:
    """These Swahili titles are coded right; in doubt they are, for nothing tells that."""
    titles = {
        "mkulima": "6130", "muuguzi": "2221", "seremala": "7522", "mvuvi": "6222",
        "mwashi": "7112", "mwanasheria": "2611", "msusi": "5141", "mhunzi": "7221",
        "mfanyabiashara": "5221", "mwandishi wa habari": "2642", "daktari": "2211",
    }  # fmt: skip
    doubt = check_coder("Asha", {join(title): code for title, code in titles.items()}, autocoder)
    assert doubt is not None and "behind a hundred others" in doubt.reasons[0]
    assert "no word of" in doubt.reasons[-1] and "may not know their language" in doubt.reasons[-1]
    guesses = check_coder("Ana", guessed(right, 20), autocoder)
    assert guesses is not None and "language" not in " ".join(guesses.reasons)


def test_codes_that_were_moved_by_a_row_are_named_in_a_short_review(
    autocoder: Autocoder, right: dict[str, str]
) -> None:
    texts, codes = [*right][:12], [*right.values()][:12]
    moved = dict(zip(texts, [codes[-1], *codes[:-1]], strict=True))
    doubt = check_coder("", moved, autocoder)
    assert doubt is not None and doubt.n == 12 and "far from" in doubt.reasons[0]
    assert check_coder("", dict(zip(texts, codes, strict=True)), autocoder) is None


def test_a_confirmed_coder_may_go_on_as_before(autocoder: Autocoder, right: dict[str, str]) -> None:
    doubt = check_coder("Ana", guessed(right, 20), autocoder)
    assert doubt is not None
    confirmed = [replace(doubt, confirmed="2026-01-01T00:00:00Z")]
    assert check_coder("Ana", guessed(right, 20), autocoder, confirmed) is None
    assert check_coder("Ana", guessed(right, 80), autocoder, confirmed) is not None


def test_what_was_confirmed_is_not_named_again() -> None:
    usual = Counts(n=20, n_far=0, n_behind=0, n_sure=20, n_against=0, rule=None, n_groups=1)
    rule = ("3434", "5120", 3, 3)
    for more, words in (
        ({"n_behind": 14}, "behind a hundred others"),
        ({"n_against": 14}, "contradict where"),
        ({"rule": rule}, "surely 3434 got 5120"),
    ):
        counts = replace(usual, **more)
        (reason,) = reasons_for(counts)
        doubt = Doubt("Ana", "", n=20, n_sure=20, n_against=counts.n_against, confirmed="2026")
        assert words in reason and reasons_for(counts, [doubt]) == []
    # Where many groups could have had one, chance makes a rule about three texts.
    assert reasons_for(replace(usual, rule=rule, n_groups=40)) == []


def test_what_is_next_to_equal_is_not_nearer() -> None:
    """Its order may hang on the processor."""
    others = np.full((1, len(UNITS)), 1.04 / len(UNITS))
    others[0, 0] = 1 / len(UNITS)
    given = np.zeros(1, int)
    assert not is_behind(others, others, given).any()
    others[0, 0] /= 1.02
    assert is_behind(others, others, given).all()


def test_a_rule_of_one_coder_is_named_and_one_of_all_is_not(
    shipped: Bundle, autocoder: Autocoder, right: dict[str, str]
) -> None:
    ruled = {**right, **dict.fromkeys(CHEFS, "5120")}
    doubt = check_coder("Ana", ruled, autocoder)
    assert doubt is not None and "surely 3434 got 5120" in doubt.reasons[0]
    neighbors = {join(f"{word} chef temporary"): "5120" for word in ("head", "sous", "executive")}
    neighbors |= {join(f"{word} chef casual"): "5120" for word in ("pastry", "hotel")}
    agreeing = open_autocoder(shipped, Settings(), lookup_of(neighbors))
    assert check_coder("Ana", ruled, agreeing) is None


def test_nobody_vouches_for_themselves(shipped: Bundle, right: dict[str, str]) -> None:
    """Earlier answers of a coder are no neighbors of the same coder's later ones."""
    wrong = guessed(right, 40)
    lookup = CorrectionsLookup()
    for correction in corrections(wrong, "ANA"):
        lookup.decisions.apply(correction)
    known = replace(lookup, origins=dict.fromkeys(wrong, AnswerOrigin()))
    assert check_coder("Ana", wrong, open_autocoder(shipped, Settings(), known)) is not None
    assert check_coder("Bea", wrong, open_autocoder(shipped, Settings(), known)) is None


def corrections(codes: dict[str, str], coder: str) -> list[Correction]:
    return [
        Correction(1, text, code, code, CorrectionStatus.ACCEPTED, signature=Signature(coder))
        for text, code in codes.items()
    ]


def test_each_coder_of_a_file_is_judged_alone(autocoder: Autocoder, right: dict[str, str]) -> None:
    rows = [*corrections(right, "Bea"), *corrections(guessed(right, 30), "Ana")]
    doubts = check_coders(rows, autocoder, "review.csv")
    assert [(doubt.coder, doubt.file) for doubt in doubts] == [("Ana", "review.csv")]
    adjudicated = [
        replace(row, signature=replace(row.signature, is_adjudicated=True)) for row in rows
    ]
    assert check_coders(adjudicated, autocoder, "review.csv") == []


def test_the_latest_2000_answers_of_a_coder_are_compared() -> None:
    latest = LatestAnswers()
    texts = [join(f"nurse {number}") for number in range(2002)]
    for correction in corrections(dict.fromkeys(texts[:2000], "2221"), "Ana"):
        assert latest.add(correction) == ""
    (again,) = corrections({texts[0]: "5120"}, "Ana")
    assert latest.add(again) == "2221"
    for correction in corrections(dict.fromkeys(texts[2000:], "2221"), "Ana"):
        latest.add(correction)
    assert [*latest.codes] == [*texts[3:2000], texts[0], *texts[2000:]]
    assert latest.codes[texts[0]] == "5120"
    latest.withdraw(texts[0])
    assert len(latest.codes) == 1999


def test_many_coders_with_few_answers_each_are_judged_together(
    autocoder: Autocoder, right: dict[str, str]
) -> None:
    names = [f"P{number}" for number in range(1, 26)]

    def shared(codes: dict[str, str]) -> list[Correction]:
        texts = list(codes)
        return [
            row
            for place, name in enumerate(names)
            for row in corrections({text: codes[text] for text in texts[place::25]}, name)
        ]

    assert check_coders(shared(right), autocoder, "review.csv") == []
    honest = corrections(PLAIN, "Zoe")
    doubts = check_coders([*shared(guessed(right, 100)), *honest], autocoder, "review.csv")
    named = {doubt.coder for doubt in doubts}
    assert named <= {*names} and len(named) > 20  # the others' codes may be right
    assert all("of 26 coders with few answers each" in doubt.sentence for doubt in doubts)
    confirmed = [replace(doubt, confirmed="2026-11-29T10:00:00Z") for doubt in doubts]
    assert check_coders(shared(guessed(right, 100)), autocoder, "review.csv", confirmed) == []


class CountingDecisions(Decisions):
    """Decisions that count how often they are asked whose a text is."""

    n_asked = 0

    def coder_of(self, text: str) -> str:
        self.n_asked += 1
        return super().coder_of(text)


def test_the_work_does_not_grow_with_the_coders_times_the_corrections(
    shipped: Bundle, right: dict[str, str]
) -> None:
    """A thousand coders beside 50,000 corrections would take minutes, and the worker be killed."""
    decisions = CountingDecisions()
    for correction in corrections(PLAIN, "Zoe"):
        decisions.apply(correction)
    known = CorrectionsLookup(decisions, origins=dict.fromkeys(PLAIN, AnswerOrigin()))
    rows = [
        replace(row, signature=Signature(f"P{place // 4}"))
        for place, row in enumerate(corrections(right, ""))
    ]
    assert check_coders(rows, open_autocoder(shipped, Settings(), known), "review.csv") == []
    assert decisions.n_asked == len(PLAIN)
