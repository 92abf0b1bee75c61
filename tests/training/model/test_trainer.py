"""From raw records to a bundle: what is read, split, drawn, and what a run leaves behind."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from core.errors import BaseModelError, InputError
from core.settings import Columns
from core.taxonomy import isco08
from core.text import join
from tests.conftest import ROOT
from training.dataset.augmentation import abbreviate, augment, inflect, typo
from training.dataset.records import is_gold, read_records, resolve_conflicts
from training.dataset.reference_data import part_of, read_answers
from training.dataset.splits import split
from training.evaluation.calibration import fit_calibration, follow_temperature, threshold_for
from training.evaluation.metrics import expected_calibration_error, measure, production_rate
from training.model.batching import LengthBatches, Texts
from training.model.encoder import load_encoder

WORDS = ("nurse", "cook", "welder", "farmer", "driver", "teacher", "clerk", "guard")
CODES = ("2221", "5120", "7212", "6111", "8322", "2341", "4110", "5414")


def raw_records(folder: Path, n: int = 400) -> Path:
    """n records of eight occupations that one word tells apart."""
    rng = random.Random(0)
    lines = ["job_title,duties_description,isco_code"]
    for i in range(n):
        k = i % len(WORDS)
        lines.append(f"{rng.choice(['senior', 'junior', 'head'])} {WORDS[k]} {i},,{CODES[k]}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "raw.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_invalid_labels_are_listed_by_line(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(
        "job_title,code,weight\nnurse,2221,0.5\ncook,110,\nx,9999,1\n,2221,1\n", encoding="utf-8"
    )
    records = read_records(path, Columns(), tmp_path / "processed")
    assert records[["text", "label", "weight"]].values.tolist() == [
        ["nurse | unknown", "2221", 0.5]
    ]
    invalid = pd.read_csv(tmp_path / "processed" / "invalid_labels.csv", dtype=str)
    assert list(invalid["line"]) == ["3", "4", "5"]


def test_a_bad_weight_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_text("job_title,code,weight\nnurse,2221,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: found the weight '2'"):
        read_records(raw, Columns(), tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="--raw"):
        read_records(tmp_path / "empty", Columns(), tmp_path)


def test_the_most_trusted_code_wins_and_the_dispute_is_listed(tmp_path: Path) -> None:
    records = pd.DataFrame(
        [("a", "2221", 0.4, "", ""), ("a", "3221", 0.9, "x", "g"), ("a", "2221", 0.4, "", ""),
         ("b", "5120", 1.0, "", "")],
        columns=["text", "label", "weight", "source", "group"],
    )  # fmt: skip
    distinct = resolve_conflicts(records, tmp_path, "majority")
    assert distinct[["text", "label", "weight"]].values.tolist() == [
        ["a", "3221", 0.9], ["b", "5120", 1.0],
    ]  # fmt: skip
    conflicts = pd.read_csv(tmp_path / "conflicts.csv", dtype={"label": str})
    assert set(conflicts["text"]) == {"a"} and sorted(conflicts["n_records"]) == [1, 2]


@given(
    st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 30)), min_size=1, max_size=200),
    st.integers(0, 5),
)
def test_no_group_stands_on_two_sides(drawn: list[tuple[str, int]], seed: int) -> None:
    records = pd.DataFrame(
        {
            "text": [f"t{i}" for i in range(len(drawn))],
            "label": [label for label, _ in drawn],
            "group": [f"{label}-{group}" if group else "" for label, group in drawn],
        }
    )
    sides, untested = split(records, 0.3, 0.2, seed)
    assert len(sides) == len(records)
    grouped = sides[sides["group"] != ""].groupby("group")["side"].nunique()
    assert (grouped == 1).all()
    assert set(sides["label"]) == set(sides.loc[sides["side"] == "train", "label"])
    assert set(sides.loc[sides["label"].isin(untested), "side"]) <= {"train"}
    again, _ = split(records, 0.3, 0.2, seed)
    assert list(again["side"]) == list(sides["side"])


def test_the_shipped_answers_cover_every_group() -> None:
    answers = read_answers(ROOT / "data" / "reference")
    assert answers["label"].value_counts().reindex(isco08().units).min() >= 20
    assert answers["text"].is_unique
    shares = answers["part"].value_counts(normalize=True)
    assert 0.32 < shares["gold"] < 0.35 and 0.045 < shares["calibration"] < 0.065
    written = pd.read_csv(
        ROOT / "data" / "reference" / "answers.csv", dtype=str, keep_default_na=False
    )
    parts = [
        part_of(join(title, duties))
        for title, duties in zip(written["job_title"], written["duties_description"], strict=True)
    ]
    assert list(written["part"]) == parts


def test_disputed_texts_can_be_dropped_and_are_listed(tmp_path: Path) -> None:
    records = pd.DataFrame(
        [("a", "2221", 1.0, "", ""), ("a", "3221", 1.0, "", ""), ("b", "5120", 1.0, "", "")],
        columns=["text", "label", "weight", "source", "group"],
    )
    assert list(resolve_conflicts(records, tmp_path, "drop")["text"]) == ["b"]
    assert len(pd.read_csv(tmp_path / "conflicts.csv")) == 2


@given(st.text(max_size=20), st.text(max_size=5))
def test_a_group_is_gold_as_a_whole_and_for_good(text: str, group: str) -> None:
    assert not is_gold(text, group, 0)
    assert is_gold(text, group, 0.5) == is_gold(text if not group else "other", group, 0.5)
    assert is_gold(text, group, 0.7) or not is_gold(text, group, 0.2)


texts_to_augment = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30)
).map(lambda parts: join(" ".join(parts[0]), " ".join(parts[1])))


@given(texts_to_augment, st.integers(0, 100))
def test_a_variant_is_a_cleaned_text_of_two_parts(text: str, seed: int) -> None:
    variant = augment(text, ["mops the floor of the ward every day"], random.Random(seed))
    title, duties = variant.split(" | ")
    assert title and duties and join(title, duties) == variant


def test_a_typo_changes_one_word_by_one_slip() -> None:
    for seed in range(200):
        changed = typo("senior nurse", random.Random(seed)).split()
        assert len(changed) == 2
        assert sum(a != b for a, b in zip(changed, ["senior", "nurse"], strict=True)) <= 1
    assert typo("a bc", random.Random(0)) == "a bc"


def test_weights_are_chances_and_batches_are_of_like_length(checkpoint: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    records = pd.DataFrame(
        {
            "text": [f"worker {'x ' * (i % 9)}| unknown" for i in range(1000)],
            "label": ["2221"] * 1000,
            "weight": [1.0] * 500 + [0.2] * 500,
        }
    )
    texts = Texts(records, tokenizer, 64)
    batches = LengthBatches(texts, batch_size=16, seed=1)
    epoch = list(batches)
    assert len(epoch) == len(batches) == 38 and {len(batch) for batch in epoch} == {16, 8}
    drawn = [row for batch in epoch for row in batch]
    assert len(drawn) == len(set(drawn)) == batches.n_drawn == 600
    assert 400 < sum(i < 500 for i in drawn) < 500
    spreads = [np.ptp(texts.n_tokens(np.array(batch))) for batch in epoch]
    assert np.mean(spreads) < 2
    batches.set_epoch(1)
    assert list(batches) != epoch


@given(st.integers(2, 400), st.integers(1, 9), st.integers(2, 5), st.integers(0, 3))
def test_ranks_share_every_step(n: int, size: int, n_ranks: int, epoch: int) -> None:
    texts = Unvaried(max(n, n_ranks))
    shares = []
    for rank in range(n_ranks):
        batches = LengthBatches(texts, size, seed=3, rank=rank, n_ranks=n_ranks)  # type: ignore[arg-type]
        batches.set_epoch(epoch)
        shares.append(list(batches))
        assert len(shares[-1]) == len(batches)
    assert sorted(row for share in shares for batch in share for row in batch) == list(
        range(len(texts.weights))
    )
    for step in zip(*shares, strict=True):
        sizes = [len(batch) for batch in step]
        assert min(sizes) > 0 and max(sizes) - min(sizes) <= 1


class Unvaried:
    """As many texts as wanted, of one to nine tokens."""

    def __init__(self, n: int) -> None:
        self.weights = np.ones(n)

    def augment(self, rows: np.ndarray, rng: random.Random) -> None:
        assert len(rows) == len(self.weights)

    def n_tokens(self, rows: np.ndarray) -> np.ndarray:
        return rows % 9 + 1


def test_the_calibration_undoes_overconfidence_and_weighs_the_lexicon() -> None:
    rng = np.random.default_rng(0)
    honest, scores = rng.normal(size=(4000, 436)) * 2, rng.normal(size=(4000, 436))
    both = honest + 0.5 * scores
    labels = np.array([rng.choice(436, p=np.exp(row) / np.exp(row).sum()) for row in both])
    temperature, weight = fit_calibration(honest * 3, scores, labels, np.ones(4000))
    assert temperature == pytest.approx(3, rel=0.1)
    assert weight == pytest.approx(0.5, abs=0.1)


def test_a_network_trained_further_keeps_a_calibration_that_other_texts_gave() -> None:
    rng = np.random.default_rng(0)
    # The texts at hand are easy: by themselves they would ask for a temperature of 1, not of 1.6.
    before, scores = rng.normal(size=(4000, 436)) * 2, rng.normal(size=(4000, 436)) * 0.3
    right = [rng.choice(436, p=np.exp(row) / np.exp(row).sum()) for row in before + scores]
    labels, weights = np.array(right), np.ones(4000)
    same = follow_temperature(1.6, before, before, scores, labels, weights)
    assert same == pytest.approx(1.6)
    surer = follow_temperature(1.6, before, before * 1.5, scores, labels, weights)
    assert surer == pytest.approx(1.6 * 1.5, rel=0.01)


def test_the_threshold_for_an_agreement() -> None:
    probabilities = np.zeros((4, 436))
    probabilities[np.arange(4), 0] = (0.9, 0.8, 0.7, 0.6)
    found = threshold_for(0.95, probabilities, np.array([0, 0, 1, 0]))
    assert (found["threshold"], found["production_rate"]) == (0.8, 0.5)
    assert threshold_for(0.95, probabilities, np.array([1, 1, 1, 1]))["threshold"] == 1.0


def test_the_figures_of_a_small_example() -> None:
    units = isco08().units
    probabilities = np.zeros((4, 436))
    for row, (code, share) in enumerate(
        zip(("2221", "2221", "5120", "0110"), (0.9, 0.8, 0.7, 0.6), strict=True)
    ):
        probabilities[row, units.index(code)] = share
        probabilities[row, units.index("2222")] = 1 - share
    figures = measure(probabilities, ["2221", "2222", "5120", "7212"], threshold=0.75)
    assert (figures["accuracy_4"], figures["accuracy_3"], figures["accuracy_1"]) == (
        0.5,
        0.75,
        0.75,
    )
    assert figures["top_3"] == 0.75
    assert (figures["fallback_rate"], figures["autocoded_agreement"]) == (0.5, 0.5)
    assert figures["aurc"] == pytest.approx(np.mean([0, 1 / 2, 1 / 3, 2 / 4]))
    assert figures["brier"] == pytest.approx(np.mean([0.02, 2 * 0.8**2, 0.18, 0.36 + 0.16 + 1]))
    confidence, hit = np.array([0.9, 0.8, 0.8, 0.5]), np.array([1, 1, 1, 0])
    assert production_rate(confidence, hit, 0.95) == 0.75
    assert production_rate(confidence, np.array([0, 1, 1, 1]), 0.95) == 0
    assert expected_calibration_error(np.array([0.75] * 4), hit) == pytest.approx(0)


def test_a_base_that_cannot_be_reached_names_the_one_that_ships(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BaseModelError, match=r"models/bundled/checkpoint"):
        load_encoder("roberta-base", [], Path("models/bundled/checkpoint"))
    with pytest.raises(BaseModelError, match="neither be read"):
        load_encoder(str(tmp_path), [], Path("x"))


def test_titles_are_abbreviated_and_inflected_as_people_do() -> None:
    shortened = {abbreviate("senior assistant manager", random.Random(seed)) for seed in range(50)}
    assert "snr asst mgr" in shortened and "senior assistant manager" in shortened
    assert abbreviate("registered nurse", random.Random(0)) == "rn"
    inflected = {inflect("tree lopper", random.Random(seed)) for seed in range(50)}
    assert inflected == {"treelopper", "tree loppers"}
    assert inflect("secretary", random.Random(0)) == "secretaries"


def test_typed_duties_stay_whole_and_definitions_are_cut() -> None:
    typed, long = "clerk | sorts the post", "clerk | " + " ".join(["files"] * 40)
    assert all(
        augment(typed, [], random.Random(seed)).endswith(" | sorts the post") for seed in range(50)
    )
    lengths = {len(augment(long, [], random.Random(seed)).split(" | ")[1]) for seed in range(50)}
    assert len("unknown") in lengths and min(lengths) < max(lengths) == len(
        " ".join(["files"] * 40)
    )
