"""What a batch is held against: kept small, kept exactly, and carried through a night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BundleError
from core.taxonomy import isco08
from inference.bundle import TRAINING_PROFILE, Bundle
from inference.training_profile import TrainingProfile, text_hashes
from training.evaluation.calibration import agreement_by_confidence

N_UNITS = len(isco08().units)


def a_baseline(texts: list[str]) -> TrainingProfile:
    shares = np.random.default_rng(0).dirichlet(np.ones(N_UNITS))
    return TrainingProfile(
        shares, np.unique(text_hashes(texts)), np.array([0.2, 0.8]), np.array([0.1, 0.9]), 150
    )


@given(seen=st.sets(st.text()), other=st.sets(st.text()))
def test_it_knows_every_text_that_was_seen(seen: set[str], other: set[str]) -> None:
    training_profile = a_baseline(sorted(seen))
    assert training_profile.has_seen(sorted(seen)).all()
    unseen = sorted(other - seen)
    told_apart = ~np.isin(text_hashes(unseen), training_profile.seen)
    assert (training_profile.has_seen(unseen) == ~told_apart).all()


def test_duties_that_say_nothing_make_no_other_text() -> None:
    profile = a_baseline(["nurse | unknown"])
    texts = ["nurse | keine angabe", "nurse | na", "nurse | gives medication"]
    assert profile.has_seen(texts).tolist() == [True, True, False]


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    training_profile = a_baseline([f"welder {n} | unknown" for n in range(100_000)])
    path = tmp_path / "training_profile.npz"
    training_profile.save(path)
    found = TrainingProfile.load(path.read_bytes())
    assert path.stat().st_size < 300_000
    assert (found.seen == training_profile.seen).all() and found.n_calibration == 150
    assert found.shares == pytest.approx(training_profile.shares, abs=1e-7)
    expected = found.part_weights(np.array([0.0, 0.5, 1.0])) @ found.agreements
    assert expected == pytest.approx([0.1, 0.5, 0.9])


def test_without_calibration_nothing_is_expected() -> None:
    nothing = TrainingProfile(np.zeros(N_UNITS), text_hashes([]), np.zeros(0), np.zeros(0), 0)
    assert nothing.part_weights(np.array([0.5])).shape == (1, 0)
    assert not nothing.has_seen(["nurse | unknown"]).any()


def test_a_bundle_keeps_it_under_its_hash(
    bundle: Bundle, training_profile: TrainingProfile
) -> None:
    assert (bundle.training_profile().seen == training_profile.seen).all()
    others = {name: sha for name, sha in bundle.manifest.files.items() if name != TRAINING_PROFILE}
    without = replace(bundle, manifest=replace(bundle.manifest, files=others))
    with pytest.raises(BundleError, match="expected none"):
        without.training_profile()
    path = bundle.path / TRAINING_PROFILE
    saved = path.read_bytes()
    try:
        path.write_bytes(saved[:-1])
        with pytest.raises(BundleError, match="damaged"):
            bundle.training_profile()
    finally:
        path.write_bytes(saved)


def test_agreement_rises_with_confidence_and_is_what_came() -> None:
    chance = np.random.default_rng(0)
    confidence = chance.uniform(0.3, 1, 4000)
    hit = chance.random(4000) < confidence**2  # surer than right
    probabilities = np.zeros((4000, N_UNITS))
    probabilities[:, 7] = confidence
    labels = np.where(hit, 7, 8)
    said, came = agreement_by_confidence(probabilities, labels, np.ones(4000))
    assert len(said) == 20 and (np.diff(said) > 0).all() and (np.diff(came) >= 0).all()
    assert came == pytest.approx(said**2, abs=0.08)
    doubtful = np.where(hit, 1.0, 0.0)  # labels that nobody trusts do not count
    assert (agreement_by_confidence(probabilities, labels, doubtful)[1] == 1).all()


@pytest.mark.parametrize(("n", "n_parts"), [(0, 0), (1, 1), (99, 1), (100, 2)])
def test_few_texts_make_few_parts(n: int, n_parts: int) -> None:
    probabilities = np.full((n, N_UNITS), 1 / N_UNITS)
    said, came = agreement_by_confidence(probabilities, np.zeros(n, int), np.ones(n))
    assert len(said) == len(came) == n_parts
