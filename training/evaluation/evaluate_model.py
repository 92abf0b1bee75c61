"""What is measured of a new model before the gate asks, and drawn into ``error_analysis/``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.settings import Settings
from inference.classifier import Classifier
from training.dataset.prepare import Prepared
from training.evaluation.error_analysis import ERROR_ANALYSIS, analyse
from training.evaluation.gate import Measured
from training.evaluation.metrics import measure
from training.evaluation.plots import draw_curves
from training.run_folder import RunFolder

_N_SEEN_TEXTS = 2000


def note_figures(
    run: RunFolder,
    classifier: Classifier,
    serving: Classifier | None,
    prepared: Prepared,
    settings: Settings,
) -> dict[str, Measured]:
    """Measure the served model on the gold sets, on test texts, and on texts that it has seen.

    Returns what it and the champion, where there is one, say of the gold sets.
    """
    threshold = settings.model.confidence_threshold
    train, test = prepared.sides["train"], prepared.sides["test"]
    parts = dict(prepared.gold)
    if len(test):
        parts["test"] = test
        parts["seen"] = train.sample(min(len(train), _N_SEEN_TEXTS), random_state=0)
    said = {name: classifier.probabilities(list(rows["text"])) for name, rows in parts.items()}
    figures: dict[str, Any] = {}
    for name, rows in parts.items():
        codes = rows["label"].to_numpy(str)
        figures[name] = measure(said[name], codes, threshold)
        for kind in rows["kind"].unique() if "kind" in rows else ():
            chosen = (rows["kind"] == kind).to_numpy()
            figures[f"{name}, {kind}"] = measure(said[name][chosen], codes[chosen], threshold)
    run.note(figures=figures, confidence_threshold=threshold)
    gold: dict[str, Measured] = {}
    if serving is not None:
        for name, rows in prepared.gold.items():
            before = serving.probabilities(list(rows["text"]))
            gold[name] = Measured(list(rows["label"]), before, said[name])
    _draw(run, parts, said, gold, threshold)
    return gold


def _draw(
    run: RunFolder,
    parts: dict[str, pd.DataFrame],
    said: dict[str, np.ndarray],
    gold: dict[str, Measured],
    threshold: float,
) -> None:
    """Where the challenger errs, and its curves beside the champion's, in ``error_analysis/``.

    ``said``: what the challenger says of the ``parts`` by name; ``gold``: what both say.
    """
    if not parts:
        return
    compared = analysed = next(name for name in ("test", *parts) if name in parts)
    folder, rows = run.path / ERROR_ANALYSIS, parts[analysed]
    codes, models = list(rows["label"]), {"this model": said[analysed]}
    analyse(said[analysed], codes, list(rows["text"]), folder)
    if gold:
        # The champion may have learned texts of the test side; no model has learned a gold set.
        compared = max(gold, key=lambda name: len(gold[name].codes))
        both = gold[compared]
        codes, models = list(both.codes), {"challenger": both.challenger, "champion": both.champion}
        run.note(champion_figures=measure(both.champion, codes, threshold))
    draw_curves(models, codes, threshold, folder)
    run.note(analysed=analysed, compared=compared)
