"""Vectors, neighbours and clusters of texts, and the labels that do not fit in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN
from transformers import AutoTokenizer, RobertaForSequenceClassification

from training.label_quality import neighbors as blocks
from training.label_quality.embeddings import MAX_TOKENS, embed
from training.label_quality.neighbors import Neighbors, nearest, reduce
from training.label_quality.outliers import N_VOTERS, UNCLUSTERED, find_clusters, find_outliers


def bundles(n_bundles: int, size: int, spread: float, seed: int = 0) -> np.ndarray:
    """(n_bundles × size, 32) vectors of length one, ``size`` around each of some directions."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(n_bundles, 32)).repeat(size, axis=0)
    vectors = centres + spread * rng.normal(size=centres.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def records(labels: list[str], weights: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": [f"worker {i} | unknown" for i in range(len(labels))],
            "label": labels,
            "weight": weights or [1.0] * len(labels),
            "source": "",
            "group": "",
        }
    )


def test_a_vector_has_length_one_and_does_not_depend_on_its_company(
    checkpoint: Path, texts: list[str]
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = RobertaForSequenceClassification.from_pretrained(checkpoint)
    model.train()
    together = embed(texts, tokenizer, model)
    assert together.shape == (len(texts), 64) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    for i in (0, 100, len(texts) - 1):
        np.testing.assert_allclose(embed([texts[i]], tokenizer, model)[0], together[i], atol=1e-5)
    words = "nurse " * MAX_TOKENS
    cut = embed([f"{words}| unknown", f"{words}cook | unknown"], tokenizer, model)
    np.testing.assert_array_equal(cut[0], cut[1])
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_embedding_shows_how_many_texts_are_done(checkpoint: Path, texts: list[str]) -> None:
    shown: list[tuple[str, int]] = []
    steps: list[int] = []

    @contextmanager
    def progress(name: str, n_texts: int) -> Iterator[Callable[[int], None]]:
        shown.append((name, n_texts))
        yield steps.append

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = RobertaForSequenceClassification.from_pretrained(checkpoint)
    embed(texts, tokenizer, model, progress)
    assert shown == [("embedding", len(texts))]
    assert len(steps) > 2 and sum(steps) == len(texts)


@given(st.integers(2, 40), st.integers(1, 50), st.integers(0, 5))
def test_blocks_find_what_a_full_table_of_distances_finds(n: int, k: int, seed: int) -> None:
    vectors = bundles(n, 1, 0, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_ROWS_PER_BLOCK", 7)
        found = nearest(vectors, k)
    distances = 1 - vectors.astype(float) @ vectors.T
    np.fill_diagonal(distances, np.inf)
    expected = np.argsort(distances, axis=1)[:, : min(k, n - 1)]
    np.testing.assert_array_equal(found.rows, expected)
    np.testing.assert_allclose(
        found.distances, np.take_along_axis(distances, expected, axis=1), atol=1e-5
    )


def test_reduced_vectors_keep_the_leading_axes() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 40))
    common = 20 * np.ones(40)  # the one direction that all vectors of an encoder share
    vectors = (wide + common + 1e-3 * rng.normal(size=wide.shape)).astype(np.float32)
    reduced = reduce(vectors, n_dimensions=3)
    assert reduced.shape == (500, 3)
    centred = wide - wide.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(reduced @ reduced.T, centred @ centred.T, atol=0.01)
    assert reduce(vectors[:, :2]).shape == (500, 2)


@pytest.mark.parametrize("min_samples", [2, 4, 8])
def test_the_graph_gives_the_clusters_of_the_full_table(min_samples: int) -> None:
    vectors = np.concatenate([bundles(6, 12, 0.1), bundles(20, 1, 0, seed=1)])
    found = nearest(vectors, 32)
    eps = 3.0
    clusters = find_clusters(found, eps, min_samples)
    radius = eps * float(np.median(found.distances[:, 0]))
    table = np.clip(1 - vectors @ vectors.T, 0, None)
    full = DBSCAN(eps=radius, min_samples=min_samples, metric="precomputed").fit_predict(table)
    np.testing.assert_array_equal(clusters, full)
    assert clusters.max() == 5 and (clusters[-20:] == UNCLUSTERED).all()


def test_clusters_do_not_change_with_the_scale_of_the_distances() -> None:
    found = nearest(bundles(8, 10, 0.3), 32)
    closer = Neighbors(found.rows, found.distances / 10)
    np.testing.assert_array_equal(find_clusters(found, 1.5, 4), find_clusters(closer, 1.5, 4))


def test_texts_of_one_vector_are_a_cluster() -> None:
    clusters = find_clusters(nearest(np.repeat(bundles(2, 1, 0), 5, axis=0), 4), 0.75, 3)
    assert clusters.tolist() == [0] * 5 + [1] * 5


@pytest.mark.parametrize("noise", [0.0, 1e-6])
def test_the_distance_of_vectors_that_rounding_alone_parts_is_zero(noise: float) -> None:
    rng = np.random.default_rng(0)
    equal = np.repeat(bundles(1, 1, 0), 600, axis=0)  # more than two blocks of rows
    vectors = equal + (noise * rng.normal(size=equal.shape)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    neighbors = nearest(vectors, 4)
    assert not neighbors.distances.any()
    assert (np.diff(neighbors.rows, axis=1) > 0).all()  # in the order of the records


def test_the_label_that_does_not_fit_its_cluster_looks_wrong() -> None:
    labels = ["2221"] * 9 + ["5120"] + ["7212"] * 5 + ["8332"] * 5 + ["6111"] * 10
    found = nearest(bundles(3, 10, 0.05), 29)
    clusters = np.arange(30) // 10
    outliers = find_outliers(records(labels), found, clusters)
    # The third cluster has one code: nothing to see there.
    assert sorted(outliers.index) == list(range(20))
    wrong = outliers[outliers["looks_wrong"]]
    assert wrong[["text", "label", "majority_code", "n_texts", "n_codes"]].values.tolist() == [
        ["worker 9 | unknown", "5120", "2221", 10, 2]
    ]
    assert outliers.loc[9, ["majority_share", "label_share"]].tolist() == pytest.approx([0.9, 0.1])
    assert outliers.index[0] == 9  # first in its cluster


def test_a_single_text_is_in_no_cluster_and_no_outlier() -> None:
    """A project may have one record that trains, and no bundled answers."""
    found = nearest(bundles(1, 1, 0.0), 5)
    clusters = find_clusters(found, eps=0.75, min_samples=4)
    assert clusters.tolist() == [UNCLUSTERED]
    assert not len(find_outliers(records(["2221"]), found, clusters))


def test_trust_counts_not_heads() -> None:
    labels, weights = ["2221"] * 8 + ["5120"] * 2, [0.01] * 8 + [1.0] * 2
    found = nearest(bundles(1, 10, 0.05), 9)
    outliers = find_outliers(records(labels, weights), found, np.zeros(10, int))
    assert set(outliers.loc[outliers["looks_wrong"], "label"]) == {"2221"}
    weightless = find_outliers(records(labels, [0.0] * 10), found, np.zeros(10, int))
    assert not weightless["looks_wrong"].any()


def test_a_text_alone_is_judged_by_its_nearest() -> None:
    found = nearest(bundles(1, 12, 0.3), 11)
    clusters = np.full(12, UNCLUSTERED)
    around = found.rows[0, :N_VOTERS]

    def judge(codes: list[str]) -> pd.DataFrame:
        labels = ["2221"] + ["9629"] * 11
        for row, code in zip(around, codes, strict=True):
            labels[row] = code
        outliers = find_outliers(records(labels), found, clusters)
        return outliers[outliers.index == 0]

    assert judge(["5120"] * 5)[["looks_wrong", "majority_code"]].values.tolist() == [[True, "5120"]]
    assert judge(["5120"] * 4 + ["7212"])["looks_wrong"].tolist() == [True]
    mixed = judge(["5120", "5120", "7212", "7213", "8332"])
    assert mixed[["looks_wrong", "n_codes", "label_share"]].values.tolist() == [[False, 4, 0.0]]
    # One neighbour that agrees is enough not to be listed.
    assert judge(["5120"] * 4 + ["2221"]).empty
