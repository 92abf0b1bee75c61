"""Clusters of similar texts, and the labels that do not fit in: ``outliers.csv``.

DBSCAN (Ester, Kriegel, Sander, Xu, KDD 1996; scikit-learn's) over the graph of the ``K`` nearest
neighbors (``neighbors.py``), of which the edges up to the distance ``eps`` are kept. ``K`` bounds
the memory at N × ``K`` edges. It does not change which texts are the core of a cluster, because
``min_samples`` is at most ``K``; where more than ``K`` texts are near each other a cluster may be
split, but never grows.

``eps`` is in units of the median distance from a text to its nearest neighbor: an encoder that was
trained on the labels places texts ten times closer than one that was not (medians 0.015 and 0.128),
and no absolute distance fits both.

Columns of ``outliers.csv``, a row per text of a cluster with mixed codes and per text in no cluster
whose ``N_VOTERS`` nearest neighbors all have other codes:

``text``, ``label``, ``weight``, ``source``  as in the records
``cluster``         number of the cluster, -1 for none
``n_texts``         texts in the cluster, or neighbors that were counted
``n_codes``         different codes among them
``majority_code``   the code with most weight among them
``majority_share``  its share of their weight, 0 to 1
``label_share``     the share of the text's own code
``looks_wrong``     ``true`` where another code has ``MAJORITY`` of the weight or more
``reason``          which of the two cases it is, in words
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.cluster import DBSCAN

from training.label_quality.neighbors import Neighbors

K = 32
N_VOTERS = 5
UNCLUSTERED = -1
# 10 % of the labels made wrong: at 0.6 six in ten of the rows that look wrong are, at 0.8 seven.
MAJORITY = 0.8
# A share is a quotient of sums of weights: as float64 it is exact to some 1e-16 for each of them.
_ROUNDING = 1e-9
COLUMNS = (
    "text",
    "label",
    "weight",
    "source",
    "cluster",
    "n_texts",
    "n_codes",
    "majority_code",
    "majority_share",
    "label_share",
    "looks_wrong",
    "reason",
)
_MIXED = "cluster with mixed codes"
_ALONE = "in no cluster, and its nearest neighbours all have other codes"


def find_clusters(neighbors: Neighbors, eps: float, min_samples: int) -> np.ndarray:
    """Return (N,) the cluster of each text, 0, 1, …, or ``UNCLUSTERED``.

    Parameters
    ----------
    neighbors : of the N texts, nearest first.
    eps : two texts are near each other up to ``eps`` times the median distance to the nearest.
    min_samples : a text with so many texts near it, itself included, is the core of a cluster.
    """
    n, k = neighbors.rows.shape
    if not k:  # a single text has no neighbours
        return np.full(n, UNCLUSTERED)
    # Texts may be cut to the same tokens: their distance is 0 (``neighbors.rounding_error``), and
    # so may be the median. DBSCAN refuses a radius of zero.
    tiny = np.finfo(np.float32).tiny
    radius = max(eps * float(np.median(neighbors.distances[:, 0])), tiny)
    near = neighbors.distances <= radius
    edges = np.repeat(np.arange(n), k)[near.ravel()], neighbors.rows[near]
    # A stored zero would vanish in maximum(): a duplicate is near, not absent.
    graph = csr_matrix((np.maximum(neighbors.distances[near], tiny), edges), shape=(n, n))
    graph = graph.maximum(graph.T)  # B may be among A's nearest and A not among B's
    return DBSCAN(eps=radius, min_samples=min_samples, metric="precomputed").fit_predict(graph)


def find_outliers(
    records: pd.DataFrame, neighbors: Neighbors, clusters: np.ndarray
) -> pd.DataFrame:
    """Return the rows of ``outliers.csv``, index as ``records``.

    They are in the order of the clusters, those that look wrong first.

    Parameters
    ----------
    records : N distinct ``text, label, weight, source``.
    neighbors, clusters : of the same N, in the same order.
    """
    labels, weights = records["label"].to_numpy(str), records["weight"].to_numpy(float)
    inside = np.flatnonzero(clusters != UNCLUSTERED)
    members = _vote(clusters[inside], labels[inside], labels[inside], weights[inside], inside)
    members = members[members["n_codes"] > 1].assign(reason=_MIXED)

    nearest = neighbors.rows[:, :N_VOTERS]
    none_agrees = (labels[nearest] != labels[:, None]).all(axis=1)
    alone = np.flatnonzero((clusters == UNCLUSTERED) & none_agrees)
    voters = nearest[alone].ravel()
    rows = np.repeat(alone, nearest.shape[1])
    singles = _vote(rows, labels[rows], labels[voters], weights[voters], rows)
    singles = singles[~singles.index.duplicated()].assign(reason=_ALONE)

    votes = pd.concat([members, singles])
    votes["cluster"] = clusters[votes.index]
    votes["looks_wrong"] = (votes["majority_share"] >= MAJORITY - _ROUNDING) & (
        votes["majority_code"] != labels[votes.index]
    )
    listed_records = records.iloc[votes.index.to_numpy()]
    votes.index = listed_records.index
    listed: pd.DataFrame = pd.concat([listed_records, votes], axis=1)
    order = ["cluster", "looks_wrong", "label_share", "majority_share", "text"]
    return listed.sort_values(order, ascending=[True, False, True, False, True])[list(COLUMNS)]


def _vote(
    units: np.ndarray,
    labels: np.ndarray,
    codes: np.ndarray,
    weights: np.ndarray,
    index: np.ndarray,
) -> pd.DataFrame:
    """Count the votes of each unit on each row; all arguments are (M,), one entry per voter.

    Parameters
    ----------
    units : the cluster, or the single text, that the voter votes on.
    labels : the code that the vote is about.
    codes, weights : the voters' codes, and the trust in each.
    index : the index of the returned rows.
    """
    ballots = pd.DataFrame({"unit": units, "code": codes, "weight": weights})
    counted = ballots.groupby(["unit", "code"]).agg(weight=("weight", "sum")).reset_index()
    total = np.maximum(counted.groupby("unit")["weight"].transform("sum"), np.finfo(float).tiny)
    counted["share"] = counted["weight"] / total
    # Ties go to the lower code, so that the result does not depend on the order of the records.
    ranked = counted.assign(rounded=(counted["share"] / _ROUNDING).round())
    ranked = ranked.sort_values(["rounded", "code"], ascending=[False, True])
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
