"""Why this code: scores that add up, for one word, none, many, three digits and four."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import InferenceSettings
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, clean, join
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.decision import decide
from inference.shap_explanations import Explanation, explain

WORDS = [clean(isco08().title(code)) for code in isco08().units[::40]]


@pytest.fixture(scope="module")
def classifier(bundle: Bundle) -> Classifier:
    return open_classifier(bundle, InferenceSettings(provider="cpu"))


def shown(classifier: Classifier, text: str, threshold: float) -> str:
    (prediction,) = decide(classifier.probabilities([text]), threshold, "truncate")
    return prediction.isco_code


def explained(classifier: Classifier, text: str, threshold: float = 1.0) -> Explanation:
    return explain(classifier, text, shown(classifier, text, threshold))


def adds_up(found: Explanation) -> bool:
    total = found.base + sum(word.score for word in found.words)
    against = found.rival_base + sum(word.against_rival for word in found.words)
    return total == pytest.approx(found.output, abs=1e-6) and against == pytest.approx(
        found.rival_output, abs=1e-6
    )


def log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))


@pytest.mark.parametrize("threshold", [0.0, 1.0])
@pytest.mark.parametrize("n_words", [1, 2, 7, 8, 20, 64, 65, 300])
def test_the_scores_and_the_base_are_the_output(
    classifier: Classifier, n_words: int, threshold: float
) -> None:
    words = " ".join(WORDS).split() * 12
    text = join(words[0], " ".join(words[1:n_words]))
    found = explained(classifier, text, threshold)
    assert adds_up(found)
    assert len(found.code) == len(found.rival) == (3 if threshold else 4)
    assert found.code != found.rival and found.confidence > 0
    assert found.output == pytest.approx(log_odds(found.confidence), abs=1e-4)
    ratio = np.log(found.confidence / found.rival_confidence)
    assert found.rival_output == pytest.approx(ratio, abs=1e-4)
    assert found.is_exact == (n_words <= 7)
    assert " ".join(word.word for word in found.words) == text.replace(" | ", " ").replace(
        " unknown", ""
    )
    assert len(found.words) <= 65 and sum(word.n_words for word in found.words) == n_words
    assert found.n_evaluations <= 2 + max(150, 2 * 65 + 1)


@settings(max_examples=20)
@given(title=st.text(max_size=60), duties=st.text(max_size=60))
def test_any_text_adds_up(classifier: Classifier, title: str, duties: str) -> None:
    found = explained(classifier, join(title, duties))
    assert adds_up(found)
    assert np.isfinite([found.base, found.output, *(word.score for word in found.words)]).all()


def test_an_empty_text_is_its_own_base(classifier: Classifier) -> None:
    found = explained(classifier, EMPTY_TEXT)
    assert found.words == () and found.base == found.output


def test_a_word_is_worth_what_the_served_answer_loses_without_it(classifier: Classifier) -> None:
    """Two words by hand: the mean over both orders."""
    text, code = join("ship", "welder"), "721"
    members = [i for i, unit in enumerate(isco08().units) if unit.startswith(code)]

    def value(*parts: str) -> float:
        return log_odds(float(classifier.probabilities([join(*parts or ("",))])[0, members].sum()))

    both, ship, welder, none = value("ship", "welder"), value("ship"), value("", "welder"), value()
    found = explain(classifier, text, code)
    assert [word.word for word in found.words] == ["ship", "welder"]
    assert [word.is_duties for word in found.words] == [False, True]
    by_hand = [(ship - none + both - welder) / 2, (welder - none + both - ship) / 2]
    assert [word.score for word in found.words] == pytest.approx(by_hand, abs=1e-4)


def test_the_same_text_has_the_same_scores(classifier: Classifier) -> None:
    text = join(" ".join(WORDS[:6]))
    assert explained(classifier, text) == explained(classifier, text)


def test_the_rival_is_the_likeliest_other_group(classifier: Classifier) -> None:
    text = join(WORDS[3])
    (probabilities,) = classifier.probabilities([text])
    by_group: dict[str, float] = {}
    for unit, p in zip(isco08().units, probabilities, strict=True):
        by_group[unit[:3]] = by_group.get(unit[:3], 0.0) + float(p)
    best, second, *_ = sorted(by_group, key=lambda group: -by_group[group])
    assert explain(classifier, text, best).rival == second
    assert explain(classifier, text, second).rival == best
