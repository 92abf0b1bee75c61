"""From a trained model to a verdict: calibrate, export, evaluate, gate, keep, promote.

The same for a full training and for a night. Whatever goes wrong before the last step, the version
in service is untouched.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from exporters.onnx import export_bundle
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.store import Store
from isco.errors import ParityError
from isco.settings import Settings
from isco.taxonomy import isco08
from training.calibrate import fit_temperature, threshold_for
from training.evaluate import AGREEMENT, measure
from training.gate import Measured, Verdict, check_plausible, judge
from training.prepare import SHIPPED_GOLD, Prepared
from training.runs import Run

_LOG = logging.getLogger(__name__)
_N_SEEN_TEXTS = 2000


def challenge(
    run: Run,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    prepared: Prepared,
    corrections: pd.DataFrame,
    champion: Bundle | None,
    settings: Settings,
) -> None:
    """Bring ``model`` to its end and note everything in ``run.metrics``.

    Parameters
    ----------
    corrections : ``text, label, is_held_out, is_new``; may be empty.
    champion : what serves now; None where nothing does, and the challenger takes the place.
    """
    temperature, threshold = _calibrate(model, tokenizer, prepared.sides["calibration"], settings)
    run.note(temperature=temperature, threshold_for_agreement=threshold)
    unseen = pd.concat([prepared.sides["test"], *prepared.gold.values()])["text"]
    try:
        bundle_dir = export_bundle(
            model,
            tokenizer,
            run.path / "bundle",
            temperature=temperature,
            max_tokens=settings.model.max_seq_length,
            calibration_texts=list(prepared.sides["train"]["text"].sample(frac=1, random_state=0)),
            parity_texts=list(unseen.sample(frac=1, random_state=0)),
            summary=run.summary,
        )
    except ParityError as error:
        run.finish("refused", reasons=[str(error)])
        return
    bundle = Bundle.open(bundle_dir)
    classifier = open_classifier(bundle, settings.inference)
    run.note(version=bundle.manifest.version, parity=bundle.manifest.parity)
    said = evaluate(run, classifier, model, tokenizer, prepared, settings)
    verdict = _judge(classifier, said, champion, prepared, corrections, settings)
    run.note(
        champion=champion.manifest.version if champion else "",
        checks=[asdict(check) for check in verdict.checks],
    )
    store = Store(settings.output)
    name = store.add(bundle_dir).manifest.version
    if verdict.promoted:
        store.promote(name)
    shutil.rmtree(run.path / "checkpoints", ignore_errors=True)
    run.finish("promoted" if verdict.promoted else "refused", reasons=verdict.reasons)


def evaluate(
    run: Run,
    classifier: Classifier,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    prepared: Prepared,
    settings: Settings,
) -> dict[str, np.ndarray]:
    """Measure the served model on the gold sets, on test texts, and on texts that it has seen.

    Returns its probabilities (N, 436) of each part by its name, gold sets among them.
    """
    threshold = settings.model.confidence_threshold
    train, test = prepared.sides["train"], prepared.sides["test"]
    parts = dict(prepared.gold)
    for name, rows in prepared.gold.items():
        if "kind" in rows:
            parts.update((f"{name}, {kind}", group) for kind, group in rows.groupby("kind"))
    if len(test):
        parts["test"] = test
        parts["seen"] = train.sample(min(len(train), _N_SEEN_TEXTS), random_state=0)
    said = {name: classifier.probabilities(list(rows["text"])) for name, rows in parts.items()}
    figures: dict[str, Any] = {
        name: measure(said[name], list(rows["label"]), threshold) for name, rows in parts.items()
    }
    if len(test):
        logits = checkpoint_logits(
            model, tokenizer, list(test["text"]), settings.model.max_seq_length
        )
        exact = softmax(logits.astype(float) / run.metrics["temperature"], axis=1)
        figures["test before quantisation"] = measure(exact, list(test["label"]), threshold)
    run.note(figures=figures)
    return said


def _calibrate(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    calibration: pd.DataFrame,
    settings: Settings,
) -> tuple[float, dict[str, Any]]:
    texts = list(calibration["text"])
    right = np.searchsorted(isco08().units, calibration["label"].to_numpy(str))
    logits = checkpoint_logits(model, tokenizer, texts, settings.model.max_seq_length)
    temperature = fit_temperature(logits, right, calibration["weight"].to_numpy(float))
    return temperature, threshold_for(AGREEMENT, logits, right, temperature)


def _judge(
    challenger: Classifier,
    said: dict[str, np.ndarray],
    champion: Bundle | None,
    prepared: Prepared,
    corrections: pd.DataFrame,
    settings: Settings,
) -> Verdict:
    if champion is None:
        return Verdict()
    serving = open_classifier(champion, settings.inference)

    def measured(rows: pd.DataFrame, by_challenger: np.ndarray | None = None) -> Measured:
        texts = list(rows["text"])
        if by_challenger is None:
            by_challenger = challenger.probabilities(texts)
        return Measured(list(rows["label"]), serving.probabilities(texts), by_challenger)

    gold = {name: measured(rows, said[name]) for name, rows in prepared.gold.items()}
    checks = []
    new = corrections[corrections["is_new"]]
    if len(new) and SHIPPED_GOLD in gold:
        checks.append(check_plausible(measured(new), gold[SHIPPED_GOLD]))
    is_held_out = corrections["is_held_out"]
    taught, kept_out = corrections[~is_held_out], corrections[is_held_out]
    verdict = judge(gold, measured(taught), measured(kept_out), settings.gate)
    return Verdict(checks + verdict.checks)
