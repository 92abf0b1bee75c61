"""From a trained model to a verdict: calibrate, export, evaluate, gate, keep, promote.

The same for a full training and for a night. Whatever goes wrong before the last step, the version
in service is untouched.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.errors import ParityError
from core.settings import Settings
from core.taxonomy import isco08, unit_index
from exporters.accelerator_graph import write_accelerated
from exporters.bundle_export import BundleContents, export_bundle
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.classifier import Classifier, combine, open_classifier
from inference.model_registry import ModelRegistry
from inference.ngram_model import NgramModel
from inference.providers import Runtime
from inference.spelling import Spelling
from inference.training_profile import TrainingProfile, text_hashes
from training.dataset.prepare import SHIPPED_GOLD, Prepared
from training.evaluation.calibration import (
    agreement_by_confidence,
    fit_calibration,
    follow_temperature,
    threshold_for,
)
from training.evaluation.correction_checks import check_corrections_file
from training.evaluation.evaluate_model import record_metrics
from training.evaluation.gate import ComparedTexts, GateResult, compare_models, learned_by_group
from training.evaluation.metrics import AGREEMENT, measure
from training.run_folder import RunFolder

_LOG = logging.getLogger(__name__)
# (B,) mean confidences, (B,) shares right, and of how many texts: see
# ``inference/training_profile.py``.
_Reliability = tuple[np.ndarray, np.ndarray, int]
_N_GROUPS = 20  # of corrections, in the report


@dataclass(frozen=True)
class Challenger:
    """What a training made: network and tokenizer, the n-gram model beside it, and the words
    that slips are mended to.

    ``before`` is the model that it goes on from; None where it begins anew. ``said_before``, where
    the calibration texts are easier than what will come: its logits (N, 436) of them, so that its
    calibration is followed.
    """

    model: RobertaForSequenceClassification
    tokenizer: PreTrainedTokenizerBase
    ngram_model: NgramModel
    spelling: Spelling
    max_tokens: int
    before: Bundle | None = None
    said_before: np.ndarray | None = None

    def says(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """(N, 436) logits of the network before quantisation, and scores of the n-gram model."""
        mended = [self.spelling.correct(text) for text in texts]
        logits = checkpoint_logits(self.model, self.tokenizer, mended, self.max_tokens)
        return logits, self.ngram_model.scores(mended)


def challenge(
    run: RunFolder,
    challenger: Challenger,
    prepared: Prepared,
    corrections: pd.DataFrame,
    champion: Bundle | None,
    settings: Settings,
) -> None:
    """Bring ``challenger`` to its end and note everything in ``run.metrics``.

    Parameters
    ----------
    corrections : ``text, label, is_held_out, is_new``; may be empty.
    champion : what serves now; None where nothing does, and the challenger takes the place.
    """
    before = challenger.before.training_profile() if challenger.before is not None else None
    calibration, reliability = _calibrate(run, challenger, prepared.sides["calibration"])
    if challenger.said_before is not None and before is not None:
        reliability = before.confidences, before.agreements, before.n_calibration
    unseen = pd.concat([prepared.sides["test"], *prepared.gold.values()])["text"]
    contents = BundleContents(
        model=challenger.model,
        tokenizer=challenger.tokenizer,
        ngram_model=challenger.ngram_model,
        spelling=challenger.spelling,
        training_profile=_baseline(before, prepared, corrections, reliability),
        temperature=calibration[0],
        lexicon_weight=calibration[1],
        max_tokens=challenger.max_tokens,
        training_summary=run.summary,
    )
    try:
        bundle_dir = export_bundle(
            contents,
            run.path / "bundle",
            calibration_texts=list(prepared.sides["train"]["text"].sample(frac=1, random_state=0)),
            parity_texts=list(unseen.sample(frac=1, random_state=0)),
        )
    except ParityError as error:
        run.finish("refused", reasons=[str(error)])
        return
    bundle = Bundle.open(bundle_dir)
    classifier = _open(bundle, settings)
    serving = _open(champion, settings) if champion else None
    run.note(version=bundle.manifest.version, parity=bundle.manifest.parity)
    gold = record_metrics(run, classifier, serving, prepared, settings)
    _before_quantisation(run, challenger, calibration, prepared.sides["test"], settings)
    verdict = _judge(run, classifier, serving, gold, corrections, settings)
    run.note(
        champion=champion.manifest.version if champion else "",
        checks=[asdict(check) for check in verdict.checks],
    )
    store = ModelRegistry(settings.output)
    name = store.add(bundle_dir).manifest.version
    if verdict.promoted:
        _accelerate(store.open(name))
        store.promote(name)
    shutil.rmtree(run.path / "checkpoints", ignore_errors=True)
    run.finish("promoted" if verdict.promoted else "refused", reasons=verdict.reasons)


def _open(bundle: Bundle, settings: Settings) -> Classifier:
    """On the CPU, whoever serves: two versions are compared by the same arithmetic."""
    on_cpu = settings.inference.model_copy(update={"provider": "cpu"})
    return open_classifier(bundle, on_cpu)


def _accelerate(bundle: Bundle) -> None:
    """Have at hand what an accelerator of this machine would run."""
    if not Runtime().accelerators():
        return
    try:
        write_accelerated(bundle)
    except (ParityError, OSError) as error:  # the CPU serves it without
        _LOG.warning("no fp32 file for accelerators: %s", error)


def refuse_implausible(
    run: RunFolder,
    champion: Bundle,
    prepared: Prepared,
    corrections: pd.DataFrame,
    settings: Settings,
) -> bool:
    """Finish the run as refused where a new file of corrections is not what coders write.

    Returns whether it was. ``corrections`` has ``text, label, file, is_new``.
    """
    if SHIPPED_GOLD not in prepared.gold:
        return False
    serving = _open(champion, settings)

    def measured(rows: pd.DataFrame) -> ComparedTexts:
        said = serving.probabilities(list(rows["text"]))
        return ComparedTexts(list(rows["label"]), said, said)

    gold = measured(prepared.gold[SHIPPED_GOLD])
    new = corrections[corrections["is_new"]]
    files = new.groupby("file")
    checks = [c for f, rows in files for c in check_corrections_file(str(f), measured(rows), gold)]
    verdict = GateResult(checks)
    if verdict.promoted:
        return False
    run.note(champion=champion.manifest.version, checks=[asdict(check) for check in checks])
    remedy = "look at these files in data.corrections_dir, and take away what is wrong"
    run.finish("refused", [*verdict.reasons, remedy])
    return True


def _before_quantisation(
    run: RunFolder,
    challenger: Challenger,
    calibration: tuple[float, float],
    test: pd.DataFrame,
    settings: Settings,
) -> None:
    if len(test):
        exact = combine(*challenger.says(test["text"]), *calibration)
        figures = measure(exact, list(test["label"]), settings.model.confidence_threshold)
        run.metrics["figures"]["test before quantisation"] = figures


def _calibrate(
    run: RunFolder, challenger: Challenger, calibration: pd.DataFrame
) -> tuple[tuple[float, float], _Reliability]:
    """Temperature and weight of the n-gram model; how often each confidence is right with them."""
    right = np.array(unit_index(calibration["label"]), np.intp)
    logits, scores = challenger.says(calibration["text"])
    weights = calibration["weight"].to_numpy(float)
    if challenger.before is None or challenger.said_before is None:
        temperature, lexicon_weight = fit_calibration(logits, scores, right, weights)
    else:
        manifest = challenger.before.manifest
        lexicon_weight = manifest.lexicon_weight
        temperature = follow_temperature(
            manifest.temperature,
            *(challenger.said_before, logits, lexicon_weight * scores, right, weights),
        )
    probabilities = combine(logits, scores, temperature, lexicon_weight)
    run.note(
        temperature=temperature,
        lexicon_weight=lexicon_weight,
        threshold_for_agreement=threshold_for(AGREEMENT, probabilities, right),
    )
    parts = agreement_by_confidence(probabilities, right, weights)
    return (temperature, lexicon_weight), (*parts, len(calibration))


def _baseline(
    before: TrainingProfile | None,
    prepared: Prepared,
    corrections: pd.DataFrame,
    reliability: _Reliability,
) -> TrainingProfile:
    """What the challenger learned, and what the model that it goes on from had learned ``before``.

    A night's lesson is chosen, no mirror of the field: the shares of the groups stay as before.
    """
    train, units = prepared.sides["train"], isco08().units
    texts = pd.concat([train["text"], corrections.loc[~corrections["is_held_out"], "text"]])
    seen = np.unique(text_hashes(texts))
    if before is None:
        at = unit_index(train["label"])
        sums = np.bincount(at, train["weight"].to_numpy(float), minlength=len(units))
        shares = sums / sums.sum()
    else:
        shares, seen = before.shares, np.union1d(before.seen, seen)
    return TrainingProfile(shares, seen, *reliability)


def _judge(
    run: RunFolder,
    challenger: Classifier,
    champion: Classifier | None,
    gold: dict[str, ComparedTexts],
    corrections: pd.DataFrame,
    settings: Settings,
) -> GateResult:
    if champion is None:
        return GateResult()

    def measured(rows: pd.DataFrame) -> ComparedTexts:
        texts = list(rows["text"])
        said = champion.probabilities(texts), challenger.probabilities(texts)
        return ComparedTexts(list(rows["label"]), *said)

    is_held_out = corrections["is_held_out"]
    learned, kept_out = measured(corrections[~is_held_out]), measured(corrections[is_held_out])
    run.note(learned=learned_by_group(learned, _N_GROUPS))
    return compare_models(gold, learned, kept_out, settings.gate)
