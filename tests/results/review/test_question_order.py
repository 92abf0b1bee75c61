"""The order of the first questions: what teaches most comes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import join
from results.review import queue as module
from results.review.question_order import QuestionOrder
from results.review.queue import ReviewQueue, Settled
from tests.support.review_fixtures import UNCERTAIN, prediction, review

NURSES = ["registered nurse", "registered nurse temporary", "registred nurse", "nurse registered"]
OTHERS = ["plumber", "piano tuner", "fishmonger", "taxi dispatcher", "glass blower", "beekeeper"]


def order(titles: list[str], gains: list[float]) -> list[str]:
    ordered = QuestionOrder([join(title) for title in titles], gains)
    return [titles[place] for place in ordered.places]


def test_one_of_a_cluster_comes_first_and_its_twins_wait() -> None:
    titles = [*NURSES, *OTHERS]
    ordered = order(titles, [1.0] * len(titles))
    assert ordered[0] in NURSES, "it teaches three others"
    assert ordered[-1] in NURSES and set(ordered[1:4]) & set(OTHERS), "its twins wait"
    # A gain of its own counts more than twins.
    assert order(titles, [1.0] * 4 + [9.0] + [1.0] * 5)[0] == "plumber"


def test_without_similar_texts_the_gain_decides() -> None:
    gains = [0.5, 3.0, 2.0, 3.0, 0.0, 1.0]
    assert order(OTHERS, gains) == [
        OTHERS[place] for place in np.argsort(-np.array(gains), kind="stable")
    ]
    assert order([], []) == [] and order([""], [1.0]) == [""]


@given(st.lists(st.tuples(st.text("abc ", max_size=9), st.floats(0, 9)), max_size=30))
def test_every_question_is_asked_once(questions: list[tuple[str, float]]) -> None:
    ordered = QuestionOrder([join(text) for text, _ in questions], [gain for _, gain in questions])
    assert sorted(ordered.places) == list(range(len(questions)))
    counts = [1] * len(questions)
    taught = [ordered.n_taught(counts, n) for n in (0, 5, len(questions))]
    assert taught[0] == taught[2] == 0 <= taught[1] <= max(len(questions) - 5, 0)


def filled() -> ReviewQueue:
    queue = ReviewQueue("b")
    for n, title in enumerate([*NURSES, *OTHERS]):
        for _ in range(4 if n == 0 else 1):
            queue.add(join(title), title, "", prediction(UNCERTAIN))
    return queue


def test_what_the_first_answers_settle() -> None:
    assert filled().settled(1).n_records == 4
    assert 1 <= filled().settled(1).n_taught <= 3
    assert filled().settled(20) == Settled(n_answers=10, n_records=13, n_taught=0)
    assert ReviewQueue("b").settled(20) == Settled(0, 0, 0)


def test_the_random_sample_is_asked_too_and_settles_nothing() -> None:
    questions = list(review().items())[:10]
    uncertain = [item for item in questions if not item.sampled]
    assert len(uncertain) == 9
    settled = review().settled(10)
    assert questions[-1].sampled and settled.n_answers == 9, "the last one settles nothing"
    assert settled.n_records == sum(item.n_records for item in uncertain)


def test_only_the_first_texts_are_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "N_ORDERED", 3)
    by_gain = [item.text for item in filled()._uncertain.by_gain()]
    asked = [item.text for item in filled().uncertain()]
    assert asked[3:] == by_gain[3:] and set(asked) == set(by_gain)


def test_a_text_that_comes_later_is_asked_too() -> None:
    queue = filled()
    before = [item.text for item in queue.uncertain()]
    queue.add(join("welder"), "welder", "", prediction(UNCERTAIN))
    assert set(before) | {join("welder")} == {item.text for item in queue.uncertain()}
