"""Labels that a model which has not seen them doubts, and what becomes of doubtful labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from transformers import AutoTokenizer, RobertaForSequenceClassification

from core.settings_file.training_settings import TrainingSettings
from core.taxonomy import isco08
from tests.training.label_quality.test_outliers import bundles, records
from training.dataset.splits import Origin
from training.label_quality.label_issues import COLUMNS, find_label_issues, out_of_fold
from training.label_quality.suspect_labels import TRUST, find_suspects

CODES = ("2221", "5120", "7212", "8332", "6111", "2341", "4110", "5414")
SIZE = 60


@pytest.fixture
def noisy() -> tuple[pd.DataFrame, np.ndarray, set[int]]:
    """480 texts of eight codes that their vectors tell apart; every twentieth label is wrong."""
    labels = [code for code in CODES for _ in range(SIZE)]
    wrong = set(range(7, len(labels), 20))
    for i in wrong:
        labels[i] = CODES[(CODES.index(labels[i]) + 3) % len(CODES)]
    return records(labels), bundles(len(CODES), SIZE, 0.3), wrong


@pytest.mark.slow
def test_wrong_labels_are_found_and_the_right_ones_suggested(
    noisy: tuple[pd.DataFrame, np.ndarray, set[int]],
) -> None:
    labelled, vectors, wrong = noisy
    issues, unjudged = find_label_issues(labelled, vectors, seed=0)
    # Only the gravest doubts are listed: not all that are wrong, but none that is right.
    assert set(issues.index) <= wrong and len(issues) > len(wrong) / 2 and unjudged == []
    assert tuple(issues) == COLUMNS
    assert [CODES[i // SIZE] for i in issues.index] == list(issues["suggested_code"])
    assert issues["self_confidence"].is_monotonic_increasing
    assert (issues["self_confidence"] < issues["suggested_confidence"]).all()
    again, _ = find_label_issues(labelled, vectors, seed=0)
    pd.testing.assert_frame_equal(issues, again)


@pytest.mark.slow
def test_a_rare_code_is_not_judged_and_its_texts_are_not_listed(
    noisy: tuple[pd.DataFrame, np.ndarray, set[int]],
) -> None:
    labelled, vectors, wrong = noisy
    rare = [0, 70, 130, 190]
    labelled.loc[rare, "label"] = "9629"
    # Many texts of one group are one voice.
    labelled.loc[420:, "label"] = "5414"
    labelled.loc[420:, "group"] = "one concept"
    issues, unjudged = find_label_issues(labelled, vectors, seed=0)
    left = [i for i in wrong if i < 420 and labelled["label"][i] != "5414"]
    assert "9629" in unjudged
    assert not set(issues.index) & set(rare)
    assert len(set(issues.index) & set(left)) > len(left) / 2


def test_too_little_data_gives_an_empty_list() -> None:
    few, unjudged = find_label_issues(records(["2221", "5120", "2221"]), bundles(3, 1, 0), seed=0)
    assert few.empty and tuple(few) == COLUMNS and unjudged == ["2221", "5120"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_label_does_not_vouch_for_its_group(seed: int) -> None:
    # Group "g" alone lies there and says code 1; elsewhere lies only code 0 (and, far off, code 1).
    vectors = np.concatenate([bundles(1, 40, 0.05), bundles(1, 40, 0.05, seed=1)])
    right = np.array([0] * 40 + [1] * 40)
    right[:8] = 1
    grouped = pd.Series(["g"] * 8 + [f"t{i}" for i in range(72)])
    by_group = out_of_fold(vectors, right, np.ones(80), grouped, seed)
    np.testing.assert_allclose(by_group.sum(axis=1), 1, rtol=1e-5)
    assert (by_group[:8, 1] < 0.5).all()
    by_text = out_of_fold(
        vectors, right, np.ones(80), pd.Series([f"t{i}" for i in range(80)]), seed
    )
    assert by_text[:8, 1].mean() > by_group[:8, 1].mean()


def labelled_titles(texts: list[str]) -> pd.DataFrame:
    """The 436 titles with eight codes by their first letter, so that codes have many texts."""
    labels = [CODES[ord(text[0]) % len(CODES)] for text in texts]
    return pd.DataFrame(
        {"text": texts, "label": labels, "weight": 0.8, "source": "titles", "group": ""}
    )


@pytest.mark.slow
def test_suspects_are_listed_whatever_the_setting_and_changed_by_it(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = RobertaForSequenceClassification.from_pretrained(checkpoint)
    titles = labelled_titles(texts[: len(isco08().units)])
    titles = titles.assign(origin=Origin.OWN, file="", line="")
    titles["side"] = ["test" if i % 4 == 0 else "train" for i in range(len(titles))]
    done = {}
    for what in ("keep", "downweight", "drop"):
        settings = TrainingSettings(suspects=what, cluster_eps=1.0, cluster_min_samples=3)
        done[what] = find_suspects(titles, model, tokenizer, settings, tmp_path / what)
        for name in ("outliers.csv", "label_issues.csv"):
            assert (tmp_path / what / name).read_text() == (tmp_path / "keep" / name).read_text()
    outliers = pd.read_csv(tmp_path / "keep" / "outliers.csv", dtype={"label": str})
    issues = pd.read_csv(tmp_path / "keep" / "label_issues.csv", dtype={"label": str})
    suspect = titles["text"].isin(
        set(outliers.loc[outliers["looks_wrong"], "text"]) | set(issues["text"])
    )
    in_training = suspect & (titles["side"] == "train")
    assert in_training.any() and (suspect & ~in_training).any() and not in_training.all()

    kept, summary = done["keep"]
    pd.testing.assert_frame_equal(kept, titles)
    assert (summary["n_suspects"], summary["n_changed"]) == (suspect.sum(), 0)
    assert summary["n_outliers_listed"] == len(outliers)
    assert summary["n_label_issues"] == len(issues)
    lighter, summary = done["downweight"]
    np.testing.assert_allclose(lighter["weight"], np.where(in_training, 0.8 * TRUST, 0.8))
    assert list(lighter["text"]) == list(titles["text"])
    fewer, summary = done["drop"]
    assert list(fewer["text"]) == list(titles.loc[~in_training, "text"])
    assert summary["n_changed"] == in_training.sum()
    decided = titles.assign(origin=np.where(suspect, Origin.CORRECTION, Origin.OWN))
    settings = TrainingSettings(suspects="drop", cluster_eps=1.0, cluster_min_samples=3)
    untouched, summary = find_suspects(decided, model, tokenizer, settings, tmp_path / "decided")
    assert list(untouched["text"]) == list(titles["text"])  # what a person decided is learned
    assert (summary["n_suspects"], summary["n_changed"]) == (suspect.sum(), 0)
