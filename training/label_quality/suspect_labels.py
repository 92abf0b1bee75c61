"""Doubtful labels: always listed, and by ``training.suspects`` given less weight or left out.

A suspect is a text that looks wrong in ``outliers.csv`` or stands in ``label_issues.csv``; both are
written to ``processed_dir`` whatever the setting, with the text, its code and the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.settings_file.training_settings import TrainingSettings
from training.dataset.splits import Origin
from training.label_quality.embeddings import embed
from training.label_quality.label_issues import find_label_issues
from training.label_quality.neighbors import nearest, reduce
from training.label_quality.outliers import K, find_clusters, find_outliers
from training.long_step import long_step
from training.model.training_progress import TrainingProgress, no_training_progress
from training.written_list import write_list

OUTLIERS = "outliers.csv"
LABEL_ISSUES = "label_issues.csv"
# With 10 % of the labels made wrong, six of ten suspects were wrong: about this trust is left. A
# softmax layer over the vectors then coded unseen groups as well (48.9 %) as one without exactly
# the wrong labels; 48.7 % with suspects left out, 48.5 % with full weight for all of them.
TRUST = 1 / 3


def find_suspects(
    records: pd.DataFrame,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    settings: TrainingSettings,
    processed_dir: Path,
    progress: TrainingProgress = no_training_progress,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """List the doubtful labels, and change their weight as ``settings.suspects`` says.

    Parameters
    ----------
    records : distinct texts, as ``texts`` of a ``LoadedDataset``. All are examined, and only those
        of the side ``train`` change: on a test without its hard texts the model would seem better
        than it is. Nor does a correction change: a person has decided.
    model, tokenizer : the encoder before this training. One that was trained on these same labels
        repeats their errors and finds fewer of them.
    progress : receives the number of texts embedded.

    Returns
    -------
    The records in their order, and counts for ``metrics.json``. ``keep`` changes nothing,
    ``downweight`` multiplies the weight of a suspect by ``TRUST``, ``drop`` leaves it out.
    """
    processed_dir.mkdir(parents=True, exist_ok=True)
    records = records.reset_index(drop=True)
    vectors = embed(list(records["text"]), tokenizer, model, progress)
    with long_step("looking for outliers"):
        neighbors = nearest(reduce(vectors), K)
        clusters = find_clusters(neighbors, settings.cluster_eps, settings.cluster_min_samples)
        outliers = find_outliers(records, neighbors, clusters)
    with long_step("looking for doubtful labels"):
        issues, unjudged = find_label_issues(records, vectors, settings.seed)
    _write_lists(outliers, issues, records, processed_dir)
    wrong = outliers.index[outliers["looks_wrong"]]
    suspect = records.index.isin(wrong.union(issues.index))
    summary = {
        "suspects": settings.suspects,
        "n_clusters": int(clusters.max()) + 1,
        "n_unclustered": int((clusters < 0).sum()),
        "n_outliers_listed": len(outliers),
        "n_outliers_wrong": len(wrong),
        "n_label_issues": len(issues),
        "n_suspects": int(suspect.sum()),
        "codes_not_judged": unjudged,
    }
    can_change = (records["side"] == "train") & (records["origin"] != Origin.CORRECTION)
    changed = suspect & can_change.to_numpy()
    summary["n_changed"] = 0 if settings.suspects == "keep" else int(changed.sum())
    if settings.suspects == "downweight":
        weight = records["weight"].where(~changed, records["weight"] * TRUST)
        records = records.assign(weight=weight)
    elif settings.suspects == "drop":
        records = records[~changed].reset_index(drop=True)
    return records, summary


def _write_lists(
    outliers: pd.DataFrame, issues: pd.DataFrame, records: pd.DataFrame, processed_dir: Path
) -> None:
    """Write the two lists of doubtful labels."""
    written = outliers.assign(
        looks_wrong=outliers["looks_wrong"].map({True: "true", False: "false"})
    )
    write_list(_own_first(written, records), processed_dir / OUTLIERS)
    write_list(_own_first(issues, records), processed_dir / LABEL_ISSUES)


def _own_first(listed: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the listed rows with ``file`` and ``line``, those of the user's records first."""
    located = listed.join(records[["file", "line"]])
    return located.sort_values("file", key=lambda files: files == "", kind="stable")
