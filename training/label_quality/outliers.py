"""Clusters of like texts, and the labels that do not fit in: ``outliers.csv``.

DBSCAN (Ester, Kriegel, Sander, Xu, KDD 1996; scikit-learn's) over the graph of the ``K`` nearest
neighbours (``neighbours.py``), of which the edges up to the distance ``eps`` stay. The cap bounds
the memory at N × ``K`` edges. A text is the core of a cluster by its true number of neighbours all
the same, because ``min_samples`` is at most ``K``; where more than ``K`` texts are near each other
a cluster could at most fall apart, it never grows.

``eps`` is written in units of the median distance from a text to its nearest neighbour: an encoder
that was trained on the labels draws texts together ten times closer than one that was not (medians
0.015 and 0.128), and no plain distance serves both.

Columns of ``outliers.csv``, a row per text of a cluster with mixed codes and per text in no cluster
whose ``N_ASKED`` nearest neighbours all have other codes:

``text``, ``label``, ``weight``, ``source``  as in the records
``cluster``         number of the cluster, -1 for none
``n_texts``         texts in the cluster, or neighbours asked
``n_codes``         different codes among them
``majority_code``   the code that most weight among them speaks for
``majority_share``  its share of their weight, 0 to 1
``label_share``     the share of the text's own code
``looks_wrong``     ``true`` where another code has ``MAJORITY`` of the weight or more
``reason``          which of the two it is, in words
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.cluster import DBSCAN

from training.label_quality.neighbors import Neighbors

K = 32
N_ASKED = 5
UNCLUSTERED = -1
# 10 % of the labels made wrong: at 0.6 six in ten of the rows that look wrong are, at 0.8 seven.
MAJORITY = 0.8
COLUMNS = ("text", "label", "weight", "source", "cluster", "n_texts", "n_codes", "majority_code",
           "majority_share", "label_share", "looks_wrong", "reason")  # fmt: skip
_MIXED = "cluster with mixed codes"
_ALONE = "in no cluster, and its nearest neighbours all have other codes"


def find_clusters(neighbours: Neighbors, eps: float, min_samples: int) -> np.ndarray:
    """(N,) the cluster of each text, 0, 1, …, or ``UNCLUSTERED``.

    Parameters
    ----------
    neighbours : of the N texts, nearest first.
    eps : two texts are near each other up to ``eps`` times the median distance to the nearest.
    min_samples : a text with so many near it, itself included, is the core of a cluster.
    """
    n, k = neighbours.rows.shape
    # Texts may be cut to the same tokens: their distance is 0 (``neighbors.rounding_error``), and
    # so may be the median. DBSCAN refuses a radius of zero.
    tiny = np.finfo(np.float32).tiny
    radius = max(eps * float(np.median(neighbours.distances[:, 0])), tiny)
    near = neighbours.distances <= radius
    edges = np.repeat(np.arange(n), k)[near.ravel()], neighbours.rows[near]
    # A stored zero would vanish in maximum(): a duplicate is near, not absent.
    graph = csr_matrix((np.maximum(neighbours.distances[near], tiny), edges), shape=(n, n))
    graph = graph.maximum(graph.T)  # B may be among A's nearest and A not among B's
    return DBSCAN(eps=radius, min_samples=min_samples, metric="precomputed").fit_predict(graph)


def find_outliers(
    records: pd.DataFrame, neighbours: Neighbors, clusters: np.ndarray
) -> pd.DataFrame:
    """The rows of ``outliers.csv``, by cluster, those that look wrong first; index as ``records``.

    Parameters
    ----------
    records : N distinct ``text, label, weight, source``.
    neighbours, clusters : of the same N, in the same order.
    """
    labels, weights = records["label"].to_numpy(str), records["weight"].to_numpy(float)
    inside = np.flatnonzero(clusters != UNCLUSTERED)
    members = _vote(clusters[inside], labels[inside], labels[inside], weights[inside], inside)
    members = members[members["n_codes"] > 1].assign(reason=_MIXED)

    asked = neighbours.rows[:, :N_ASKED]
    others = (labels[asked] != labels[:, None]).all(axis=1)
    alone = np.flatnonzero((clusters == UNCLUSTERED) & others)
    around = asked[alone].ravel()
    rows = np.repeat(alone, asked.shape[1])
    strangers = _vote(rows, labels[rows], labels[around], weights[around], rows)
    strangers = strangers[~strangers.index.duplicated()].assign(reason=_ALONE)

    found = pd.concat([members, strangers])
    found["cluster"] = clusters[found.index]
    found["looks_wrong"] = (found["majority_share"] >= MAJORITY) & (
        found["majority_code"] != labels[found.index]
    )
    named = records.iloc[found.index.to_numpy()]
    found.index = named.index
    listed: pd.DataFrame = pd.concat([named, found], axis=1)
    order = ["cluster", "looks_wrong", "label_share", "majority_share", "text"]
    return listed.sort_values(order, ascending=[True, False, True, False, True])[list(COLUMNS)]


def _vote(
    units: np.ndarray,
    labels: np.ndarray,
    codes: np.ndarray,
    weights: np.ndarray,
    index: np.ndarray,
) -> pd.DataFrame:
    """What each unit's voters say about each row, all arguments (M,), one entry per voter.

    Parameters
    ----------
    units : who votes together.
    labels : the code on which the row is judged.
    codes, weights : the voters' codes, and how far each is trusted.
    """
    ballots = pd.DataFrame({"unit": units, "code": codes, "weight": weights})
    counted = ballots.groupby(["unit", "code"]).agg(weight=("weight", "sum")).reset_index()
    total = np.maximum(counted.groupby("unit")["weight"].transform("sum"), np.finfo(float).tiny)
    counted["share"] = counted["weight"] / total
    # Ties go to the lower code, so that the result does not depend on the order of the records.
    ranked = counted.sort_values(["share", "code"], ascending=[False, True])
    best = ranked.drop_duplicates("unit").set_index("unit")
    shares = counted.set_index(["unit", "code"])["share"]
    own = pd.MultiIndex.from_arrays([units, labels])
    return pd.DataFrame(
        {
            "n_texts": ballots.groupby("unit").size().loc[units].to_numpy(),
            "n_codes": counted.groupby("unit").size().loc[units].to_numpy(),
            "majority_code": best["code"].loc[units].to_numpy(),
            "majority_share": best["share"].loc[units].to_numpy(),
            "label_share": shares.reindex(own).fillna(0.0).to_numpy(),
        },
        index=index,
    )
