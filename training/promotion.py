"""From a trained model to a decision: calibrate → export → evaluate → gate → promote.

Full trainings and nightly trainings use the same sequence. Whatever fails before the last step, the
model in service is not changed.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import ParityError
from core.languages.message import Message
from core.run_state import RunState
from core.settings import Settings
from core.taxonomy import isco08, unit_index
from exporters.accelerator_graph import write_accelerated
from exporters.bundle_export import BundleContents, export_bundle
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from inference.providers import Runtime
from inference.similar_corrections import similarity_of
from inference.training_profile import TrainingProfile, text_hashes
from training.challenger import Calibration, Challenger, calibrate
from training.compared_model import ComparedModel, keep_probabilities
from training.dataset.dataset_parts import SplitDataset
from training.evaluation.evaluate_model import compared_texts, evaluate_model
from training.evaluation.gate import ComparedTexts, GateResult, compare_models
from training.evaluation.gate_check import small_falls_added_up
from training.evaluation.metrics import measure
from training.evaluation.text_changes import learned_by_group, text_changes
from training.long_step import long_step
from training.own_rules import without_overruled
from training.run_folder import BEFORE_QUANTIZATION, BUNDLE, CHECKPOINTS, RunFolder

_LOG = logging.getLogger(__name__)
_N_GROUPS = 20  # of corrections, in the report


def promote_or_refuse(
    run: RunFolder,
    challenger: Challenger,
    dataset: SplitDataset,
    corrections: pd.DataFrame,
    champion: ComparedModel | None,
    settings: Settings,
) -> None:
    """Take ``challenger`` through all steps and finish ``run``, then put it into service or not.

    Parameters
    ----------
    corrections : ``text, label, is_held_out, is_new, is_confirmed``; may be empty.
    champion : the model in service; None if there is none, and every challenger is promoted.
    """
    metrics = run.metrics
    with long_step("calibrating"):
        calibration = calibrate(challenger, dataset.sides["calibration"])
    metrics.temperature = calibration.temperature
    metrics.ngram_weight = calibration.ngram_weight
    metrics.threshold_for_agreement = calibration.threshold

    try:
        with long_step("exporting"):
            bundle = _export(run, challenger, calibration, dataset)
    except ParityError as error:
        fault = Message(
            "the exported model does not compute what the trained one does ({fault})",
            fault=str(error),
        )
        run.finish(RunState.REFUSED, [fault])
        return
    metrics.version = bundle.manifest.version
    metrics.parity = bundle.manifest.parity

    exported = ComparedModel(bundle, settings)
    with long_step("evaluating"):
        hold_out = evaluate_model(run, exported, champion, dataset, challenger.learned, settings)
        _measure_before_quantisation(run, challenger, calibration, dataset.sides["test"], settings)

    gate_result, reference = GateResult(), exported
    if champion is not None:
        with long_step("comparing"):
            gate_result = _compare(
                run, exported, champion, hold_out, dataset, corrections, settings
            )
        if not (gate_result.promoted and gate_result.is_new_reference):
            reference = champion.reference or champion
    metrics.checks = list(gate_result.checks)

    state = RunState.PROMOTED if gate_result.promoted else RunState.REFUSED
    run.finish(state, _reasons(gate_result, exported.version, reference.version))
    _register(bundle.path, gate_result, reference.version, settings)
    if champion is not None:
        served = exported if gate_result.promoted else champion
        _keep_for_next_night((served, reference), dataset, settings)
    shutil.rmtree(run.path / CHECKPOINTS, ignore_errors=True)


def _reasons(gate_result: GateResult, version: str, reference: str) -> list[str]:
    """Return why the gate refused a version, and what to do about small falls that added up."""
    reasons = gate_result.reasons
    failed = [check for check in gate_result.checks if not check.passed]
    if failed and all(check.since_reference for check in failed):
        reasons.append(small_falls_added_up(version, reference))
    return reasons


def _compare(
    run: RunFolder,
    challenger: ComparedModel,
    champion: ComparedModel,
    hold_out: dict[str, ComparedTexts],
    dataset: SplitDataset,
    corrections: pd.DataFrame,
    settings: Settings,
) -> GateResult:
    """Return what the gate says of both models, and record what has changed between them.

    ``hold_out`` has their probabilities on each hold-out set by its name.
    """
    metrics = run.metrics
    metrics.champion = champion.version
    is_held_out = corrections["is_held_out"]
    learned = compared_texts(corrections[~is_held_out], champion, challenger)
    held_out = compared_texts(corrections[is_held_out], champion, challenger)
    metrics.learned = learned_by_group(learned, _N_GROUPS)
    metrics.changes = text_changes(hold_out, learned, held_out)
    compared, n_overruled = without_overruled(
        hold_out,
        dataset.hold_out,
        corrections[corrections["is_confirmed"]],
        similarity_of(champion.bundle),
        champion.read,
    )
    metrics.n_overruled_answers = n_overruled or None
    is_confirmed = corrections.loc[is_held_out, "is_confirmed"]
    confirmed = held_out.at(np.flatnonzero(is_confirmed))
    return compare_models(compared, learned, held_out, confirmed, settings.gate)


def _export(
    run: RunFolder,
    challenger: Challenger,
    calibration: Calibration,
    dataset: SplitDataset,
) -> Bundle:
    """Export the challenger into the run's folder; ParityError if the graph is not equal."""
    unseen = pd.concat([dataset.sides["test"], *dataset.hold_out.values()])["text"]
    training = run.metrics.training
    contents = BundleContents(
        model=challenger.model,
        tokenizer=challenger.tokenizer,
        ngram_model=challenger.ngram_model,
        spelling=challenger.spelling,
        training_profile=_training_profile(challenger, calibration),
        temperature=calibration.temperature,
        ngram_weight=calibration.ngram_weight,
        max_tokens=challenger.max_tokens,
        languages=challenger.languages,
        training_summary=training.to_json() if training is not None else {},
    )
    bundle_dir = export_bundle(
        contents,
        run.path / BUNDLE,
        calibration_texts=list(dataset.sides["train"]["text"].sample(frac=1, random_state=0)),
        parity_texts=list(unseen.sample(frac=1, random_state=0)),
    )
    return Bundle.open(bundle_dir)


def _training_profile(challenger: Challenger, calibration: Calibration) -> TrainingProfile:
    """Return what the challenger and, before it, its parent have learned.

    The texts of a nightly training are chosen and no random sample, so the shares of the unit
    groups stay those of the parent.
    """
    learned = challenger.learned
    seen = np.unique(text_hashes(learned["text"]))
    parent = challenger.parent.bundle.training_profile() if challenger.parent else None
    if parent is None:
        weights = learned["weight"].to_numpy(float)
        sums = np.bincount(unit_index(learned["label"]), weights, minlength=len(isco08().units))
        shares = sums / sums.sum()
    else:
        shares = parent.shares
        seen = np.union1d(parent.seen, seen)
    return TrainingProfile(
        shares, seen, calibration.confidences, calibration.agreements, calibration.n_texts
    )


def _measure_before_quantisation(
    run: RunFolder,
    challenger: Challenger,
    calibration: Calibration,
    test: pd.DataFrame,
    settings: Settings,
) -> None:
    if not len(test) or run.metrics.figures is None:
        return
    exact = challenger.probabilities(
        test["text"], calibration.temperature, calibration.ngram_weight
    )
    figures = measure(exact, list(test["label"]), settings.model.confidence_threshold)
    run.metrics.figures[BEFORE_QUANTIZATION] = figures


def _keep_for_next_night(
    models: Iterable[ComparedModel], dataset: SplitDataset, settings: Settings
) -> None:
    """Keep the probabilities of the hold-out sets by the two models that are compared next."""
    texts = [list(rows["text"]) for rows in dataset.hold_out.values()]
    sets = [(model.version, each, model.probabilities(each)) for model in models for each in texts]
    keep_probabilities(settings.output, sets)


def _register(
    bundle_dir: Path, gate_result: GateResult, reference: str, settings: Settings
) -> None:
    """Move the bundle to the registry, and put it into service if it passed the gate."""
    registry = ModelRegistry(settings.output)
    version = registry.add(bundle_dir).manifest.version
    if gate_result.promoted:
        _write_accelerator_graph(registry.open(version))
        registry.promote(version, reference)


def _write_accelerator_graph(bundle: Bundle) -> None:
    """Write the graph for CoreML or CUDA, if this machine has one of them."""
    if not Runtime().onnx_accelerators():
        return
    try:
        write_accelerated(bundle)
    except (ParityError, OSError) as error:  # the CPU serves the bundle without it
        _LOG.warning("no fp32 graph for accelerators: %s", error)
