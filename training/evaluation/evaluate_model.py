"""Measure a new model before the gate compares it, and draw its ``error_analysis/``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.languages.message import Message
from core.settings import Settings
from training.compared_model import ComparedModel
from training.dataset.dataset_parts import OTHER_LANGUAGES, SplitDataset
from training.evaluation.analysis_files import ERROR_ANALYSIS
from training.evaluation.error_analysis import write_error_analysis
from training.evaluation.gate import ComparedTexts
from training.evaluation.metrics import measure
from training.evaluation.plots import draw_curves
from training.part_names import LANGUAGE, UNKNOWN
from training.run_folder import SEEN, TEST, Figures, RunFolder

_N_SEEN_TEXTS = 2000


def evaluate_model(
    run: RunFolder,
    challenger: ComparedModel,
    champion: ComparedModel | None,
    dataset: SplitDataset,
    learned: pd.DataFrame,
    settings: Settings,
) -> dict[str, ComparedTexts]:
    """Measure the challenger, set the figures of ``run.metrics`` and draw its ``error_analysis/``.

    It is measured on the hold-out sets, on test texts, and on some of ``learned``, the texts that
    it was trained on (``text, label, language``). Returns both models' probabilities on each
    hold-out set by its name, and those of the reference version; nothing without a champion.
    """
    threshold = settings.model.confidence_threshold
    test = dataset.sides["test"]
    parts = dict(dataset.hold_out)
    if len(test):
        parts[TEST] = test
        parts[SEEN] = learned.sample(min(len(learned), _N_SEEN_TEXTS), random_state=0)
    probabilities = {
        name: challenger.probabilities(list(rows["text"])) for name, rows in parts.items()
    }
    run.metrics.figures = _figures(parts, probabilities, threshold, settings.data.language)
    run.metrics.confidence_threshold = threshold
    hold_out: dict[str, ComparedTexts] = {}
    if champion is not None:
        reference = champion.reference
        run.metrics.reference = reference.version if reference is not None else None
        hold_out = {
            name: compared_texts(rows, champion, challenger, reference)
            for name, rows in dataset.hold_out.items()
        }
    _draw(run, parts, probabilities, hold_out, settings)
    return hold_out


def compared_texts(
    rows: pd.DataFrame,
    champion: ComparedModel,
    challenger: ComparedModel,
    reference: ComparedModel | None = None,
) -> ComparedTexts:
    """Return what the models make of ``rows`` (``text, label``)."""
    texts = list(rows["text"])
    return ComparedTexts(
        list(rows["label"]),
        champion.probabilities(texts),
        challenger.probabilities(texts),
        reference.probabilities(texts) if reference is not None else None,
    )


def _figures(
    parts: dict[str, pd.DataFrame],
    probabilities: dict[str, np.ndarray],
    threshold: float,
    language: str,
) -> dict[str, Figures]:
    """Return the figures of each part by its name, and of each language and kind in it.

    Those of the usual ``language`` come first.
    """
    figures: dict[str, Figures] = {}
    for name, rows in parts.items():
        codes = rows["label"].to_numpy(str)
        figures[name] = measure(probabilities[name], codes, threshold)
        for subset, is_in_subset in _subsets(rows, language):
            figures[f"{name}, {subset}"] = measure(
                probabilities[name][is_in_subset], codes[is_in_subset], threshold
            )
    return figures


def _subsets(rows: pd.DataFrame, usual: str) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name and the (N,) rows of each language, and of each kind of answer.

    Answers have a language always, records only where there are several.
    """
    languages = sorted(set(rows["language"]), key=lambda code: (code != usual, code))
    if "kind" in rows or len(languages) > 1:
        for language in languages:
            yield f"{LANGUAGE} {language or UNKNOWN}", (rows["language"] == language).to_numpy()
    if "kind" in rows:
        for kind in rows["kind"].unique():
            yield str(kind), (rows["kind"] == kind).to_numpy()


def _draw(
    run: RunFolder,
    parts: dict[str, pd.DataFrame],
    probabilities: dict[str, np.ndarray],
    hold_out: dict[str, ComparedTexts],
    settings: Settings,
) -> None:
    """Draw the errors of the challenger, and its curves beside the champion's."""
    if not parts:
        return
    threshold, language = settings.model.confidence_threshold, settings.output.language
    analysed = next(name for name in (TEST, *parts) if name in parts)
    compared = analysed
    folder, rows = run.path / ERROR_ANALYSIS, parts[analysed]
    codes, models = list(rows["label"]), {Message("this model"): probabilities[analysed]}
    write_error_analysis(probabilities[analysed], codes, list(rows["text"]), folder, language)
    if hold_out:
        # The champion may have learned texts of the test side, but no text of a hold-out set.
        # Those of other languages say little about the user's own texts.
        usual = [name for name in hold_out if name != OTHER_LANGUAGES] or list(hold_out)
        compared = max(usual, key=lambda name: len(hold_out[name].codes))
        texts = hold_out[compared]
        codes = list(texts.codes)
        models = {Message("challenger"): texts.challenger, Message("champion"): texts.champion}
        run.metrics.champion_figures = measure(texts.champion, codes, threshold)
    draw_curves(models, codes, threshold, folder, language)
    run.metrics.analysed = analysed
    run.metrics.compared = compared
