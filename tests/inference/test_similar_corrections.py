"""A correction counts for texts that are like its own, at once, and never autocodes them alone."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import inference.similar_corrections as similar_corrections
from core.errors import BundleError
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import MANIFEST, Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import Prediction
from inference.similar_corrections import (
    FITTED_RULES,
    SimilarCorrections,
    SimilarityRules,
    similarity_of,
)
from tests.conftest import ROOT
from tests.support.decided_texts import lookup_of

UNITS = isco08().units
RULES = SimilarityRules(offset=4.0, slope=10.0, sharpness=30.0, min_cosine=0.5)
CORRECTED, CODE = join("veterinarian for horses"), "0310"
ALIKE = join("veterinarian for horses temporary")


def test_the_page_says_how_much_the_rules_that_ship_count(shipped: Bundle) -> None:
    page = (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8")
    said = "nine tenths at a cosine of 0.9, half at 0.8, nothing below 0.61."
    rules = similarity_of(shipped)
    assert said in page and rules == FITTED_RULES
    shares = rules.share(np.array([0.9, 0.79, 0.61, 0.6099]))
    assert shares[:2] == pytest.approx([0.9, 0.5], abs=0.02) and shares[2] > 0 == shares[3]


@pytest.fixture
def bundle_of_rules(bundle: Bundle, tmp_path: Path) -> Bundle:
    """The small RoBERTa with rules that fit its random weights."""
    copy = Path(shutil.copytree(bundle.path, tmp_path / "copy"))
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    manifest["similarity"] = asdict(RULES)
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Bundle.open(copy)


def coded(bundle: Bundle, settings: Settings, lookup: CorrectionsLookup, text: str) -> Prediction:
    (prediction,) = open_autocoder(bundle, settings, lookup).code([text])
    return prediction


def test_a_near_duplicate_is_coded_like_the_correction_and_not_autocoded(
    bundle_of_rules: Bundle, settings: Settings
) -> None:
    before = coded(bundle_of_rules, settings, CorrectionsLookup(), ALIKE)
    assert before.source == "model" and before.candidates[0][0] != CODE and not before.similar
    after = coded(bundle_of_rules, settings, lookup_of({CORRECTED: CODE}), ALIKE)
    assert (after.isco_code, after.source) == (CODE[:3], "similar_correction")
    assert after.is_fallback and after.needs_review and after.is_by_model
    assert 0.5 < after.confidence < np.float32(settings.model.confidence_threshold)
    ((text, code, cosine),) = after.similar
    assert (text, code) == (CORRECTED, CODE) and RULES.min_cosine <= cosine <= 1


def test_a_correction_says_nothing_about_other_texts(
    bundle_of_rules: Bundle, settings: Settings, texts: list[str]
) -> None:
    lookup = lookup_of({CORRECTED: CODE})
    without = open_autocoder(bundle_of_rules, settings, CorrectionsLookup()).code(texts)
    together = open_autocoder(bundle_of_rules, settings, lookup).code(texts)
    n_changed = sum(one != other for one, other in zip(without, together, strict=True))
    assert n_changed == sum(bool(prediction.similar) for prediction in together)
    assert 0 < n_changed < len(texts) / 2


def test_new_corrections_reach_texts_that_were_coded_before(
    bundle_of_rules: Bundle, settings: Settings
) -> None:
    autocoder = open_autocoder(bundle_of_rules, settings, CorrectionsLookup())
    (before,) = autocoder.code([ALIKE])
    autocoder.corrections_lookup = lookup_of({CORRECTED: CODE})
    (after,) = autocoder.code([ALIKE])
    assert after.candidates[0][0] == CODE
    assert autocoder.code([ALIKE]) == [after]  # from the cache
    autocoder.corrections_lookup = lookup_of({CORRECTED: CODE, ALIKE: "2250"})
    assert autocoder.code([ALIKE])[0].source == "correction"
    autocoder.corrections_lookup = CorrectionsLookup()
    assert autocoder.code([ALIKE]) == [before]


def test_the_same_bits_in_whatever_company(
    bundle_of_rules: Bundle,
    settings: Settings,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(3)
    taught = {text: chance.choice(UNITS) for text in texts[::2]}
    asked = [text.replace(" | ", " of the town | ") for text in texts]
    lookup = lookup_of(taught)
    together = open_autocoder(bundle_of_rules, settings, lookup).code(asked)
    assert sum(len(prediction.similar) == 3 for prediction in together) > len(asked) / 10
    monkeypatch.setattr(similar_corrections, "_TEXTS_PER_BLOCK", 7)
    monkeypatch.setattr(similar_corrections, "_CORRECTIONS_PER_BLOCK", 11)
    pieces = open_autocoder(bundle_of_rules, settings, lookup)
    in_pieces = [
        prediction
        for i in range(0, len(asked), 50)
        for prediction in pieces.code(asked[i : i + 50])
    ]
    assert in_pieces == together


def test_corrections_that_come_one_by_one_are_those_that_come_at_once() -> None:
    rng = np.random.default_rng(0)
    texts = [f"text {n}" for n in range(40)]
    vectors = dict(zip(texts, rng.integers(-12, 13, (40, 30)).astype(np.int8), strict=True))
    asked: list[str] = []

    def vectors_of(wanted: list[str]) -> np.ndarray:
        asked.extend(wanted)
        return np.stack([vectors[text] for text in wanted])

    codes = dict(zip(texts, UNITS, strict=False))
    at_once, one_by_one = (SimilarCorrections(SimilarityRules(3, 10, 30, 0.01)) for _ in range(2))
    at_once.learn(codes, vectors_of)
    assert asked == texts
    for n in range(1, 41):
        one_by_one.learn(dict(list(codes.items())[:n]), vectors_of)
    moved = {text: codes[text] for text in [*texts[1:], texts[0]]}
    one_by_one.learn(moved, vectors_of)
    at_once.learn(moved, vectors_of)
    assert asked == texts * 2  # each text once for each
    queries = rng.integers(-12, 13, (9, 30)).astype(np.int8)
    for left, right in zip(at_once.nearest(queries), one_by_one.nearest(queries), strict=True):
        np.testing.assert_array_equal(left.rows, right.rows)
        np.testing.assert_array_equal(left.cosines, right.cosines)
    one_by_one.learn({}, vectors_of)
    assert not len(one_by_one) and not len(one_by_one.nearest(queries)[0].rows)


def test_the_nearest_come_first_and_of_equals_the_later_one() -> None:
    vectors = np.zeros((4, 2), np.int8)
    vectors[:, 0], vectors[:, 1] = 127, (127, 60, 127, 0)
    similar = SimilarCorrections(SimilarityRules(3, 10, 30, 0.7))
    similar.learn(dict(zip("abcd", UNITS, strict=False)), lambda texts: vectors)
    (voters,) = similar.nearest(np.full((1, 2), 127, np.int8))
    assert voters.rows.tolist() == [2, 0, 1]  # the last one is too far away
    assert voters.cosines.tolist() == sorted(voters.cosines.tolist(), reverse=True)


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from((0.02, 0.3, 5.0)),
    st.sampled_from((0.5, 0.9, 0.99)),
    st.integers(0, 435),
)
def test_corrections_alone_autocode_nothing_and_doubts_count(
    seed: int, evenness: float, threshold: float, unit: int
) -> None:
    model = np.random.default_rng(seed).dirichlet(np.full(436, evenness), 1).astype(np.float32)
    similar = SimilarCorrections(RULES)
    similar.learn({"a": UNITS[unit]}, lambda texts: np.full((1, 2), 127, np.int8))
    neighbors = similar.nearest(np.full((1, 2), 127, np.int8))
    (blended,) = similar.blend(model, neighbors, threshold)
    assert blended.sum() == pytest.approx(1, abs=1e-5)
    assert blended[unit] >= model[0, unit]
    assert (np.delete(blended, unit) <= np.delete(model[0], unit) + 1e-7).all()
    limit = np.float32(threshold)
    assert blended[unit] < limit or model[0, unit] >= limit


def test_rules_that_are_none_are_an_error(bundle_of_rules: Bundle, settings: Settings) -> None:
    path = bundle_of_rules.path / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["similarity"] = {"offset": 1.0}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match="similarity"):
        open_autocoder(Bundle.open(path.parent), settings, CorrectionsLookup())


def test_groups_and_texts_without_a_code_teach_nobody() -> None:
    lookup = lookup_of({"a": "0310", "b": "221", "c": "not codable"})
    assert lookup.teaching == {"a": "0310"}


def test_another_wording_of_a_text_is_no_other_correction() -> None:
    """Else an answer would have several votes, and would vouch for itself in the calibration."""
    nurse, worded, greek = "nurse | unknown", "nurse | keine angabe", "εργοδηγός | unknown"
    codes = {nurse: "2221", greek: "3122", worded: "2221", "nurse | na": "2221"}
    teaching = lookup_of(codes).teaching
    assert teaching == {"nurse | na": "2221", greek: "3122"}
    similar = SimilarCorrections(RULES)
    similar.learn(teaching, lambda texts: np.full((2, 2), 127, np.int8))
    asked = [nurse, worded, "εργοδηγος | unknown", "midwife | unknown"]
    others = similar.nearest_others(asked, np.full((4, 2), 127, np.int8))
    assert [voters.rows.tolist() for voters in others] == [[1], [1], [0], [1, 0]]
