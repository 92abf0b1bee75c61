"""Clusters of like texts, and the labels that do not fit in: ``outliers.csv``.

DBSCAN (Ester, Kriegel, Sander, Xu, KDD 1996; scikit-learn's) over the graph of the ``K`` nearest
neighbours (``neighbours.py``), of which the edges up to ``eps`` stay. The cap bounds the memory at
N × ``K`` edges; a text is a core point by its true number of neighbours all the same, because
``min_samples`` is at most ``K``. Where more than ``K`` texts are near each other a cluster could at
most fall into two that both agree or both disagree; it never grows.

Nothing is decided here: ``label_issues.py`` looks at the same texts in another way, and
``suspects.py`` does with both what the settings say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.cluster import DBSCAN
from sklearn.neighbors import sort_graph_by_row_values

from training.neighbours import Neighbours

K = 32
UNCLUSTERED = -1
# A text without a cluster is compared with so many nearest ones.
_N_ASKED = 5
# The share of the trust that the others' code needs before a code beside it looks wrong.
_MAJORITY = 0.6


def find_clusters(neighbours: Neighbours, eps: float, min_samples: int) -> np.ndarray:
    """(N,) the cluster of each text, 0, 1, …, or ``UNCLUSTERED``.

    Parameters
    ----------
    neighbours : of the N texts, at least ``min_samples - 1`` for each.
    eps : cosine distance up to which two texts are near each other.
    min_samples : a text with so many near it, itself included, is the core of a cluster.
    """
    n, k = neighbours.rows.shape
    near = neighbours.distances <= eps
    edges = np.repeat(np.arange(n), k)[near.ravel()], neighbours.rows[near]
    # Stored zeros would vanish in maximum(); a duplicate is near, not absent.
    lengths = np.maximum(neighbours.distances[near], np.finfo(np.float32).tiny)
    graph = csr_matrix((lengths, edges), shape=(n, n))
    graph = graph.maximum(graph.T)  # B may be among A's nearest and A not among B's
    graph.setdiag(0)
    sort_graph_by_row_values(graph, warn_when_not_sorted=False)
    return DBSCAN(eps=eps, min_samples=min_samples, metric="precomputed").fit_predict(graph)
