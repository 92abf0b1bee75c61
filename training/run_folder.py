"""The folder of one training run: how it began, how it ended, and everything that was measured.

``run.json``      the run's kind, key and state: not running any more once its report is published
``metrics.json``  ``RunMetrics``, once the run is decided, before its model is put into service
``checkpoints/``  while it runs: an interrupted run of the same key goes on from there
``bundle/``       the exported model, until it is in the model registry
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files.own_files import METRICS, as_own_json
from core.files.whole_file import write_atomic
from core.languages.stored_message import REASON_VALUES, stored
from core.run_state import RunState
from core.timestamps import utc_now
from training.evaluation.analysis_files import ERROR_ANALYSIS

if TYPE_CHECKING:
    from core.corrections.doubts import Doubt
    from training.dataset.dataset_parts import DatasetSummary
    from training.evaluation.gate_check import GateCheck
    from training.evaluation.text_changes import TextChanges

RUN = "run.json"
CHECKPOINTS, BUNDLE = "checkpoints", "bundle"
TEST, SEEN = "test", "seen"
BEFORE_QUANTIZATION = "test before quantisation"
"""Names of texts in ``RunMetrics.figures``, beside those of the hold-out sets."""
Figures = dict[str, float | int | list[float] | None]
"""Figures of one set of texts by name: see ``training/evaluation/metrics.py``."""
_HEADLINE = {
    "f1_macro": "macro_f1",
    "accuracy": "accuracy_4",
    "top_3_accuracy": "top_3",
    "fallback_rate": "fallback_rate",
}
"""The first keys of ``metrics.json``, each with the name of its figure."""


class RunKind(StrEnum):
    """How a run trains."""

    TRAIN = "train"
    """From labelled records, starting with any encoder."""
    FINE_TUNE = "fine_tune"
    """From corrections, starting with the model in service: the nightly training."""


@dataclass(frozen=True)
class TrainingSummary:
    """What a model was trained on: part of ``metrics.json``, and ``training`` in the manifest."""

    base: str
    """The encoder, or the version of the model, that the training started from."""
    corrections_files: list[str]
    """Names of the corrections files that the model has learned."""
    seed: int
    dataset: DatasetSummary
    """Its fields are written beside the others, not as an object of their own."""
    model: dict[str, Any] | None = None
    """The settings of a full training (``model`` in ``config.yaml``)."""
    fine_tune: dict[str, Any] | None = None
    """The settings of a nightly training (``fine_tune`` in ``config.yaml``)."""
    n_corrections: int | None = None
    """Corrections so far that may teach, held-out ones included; of a nightly training, like all
    below."""
    n_new_corrections: int | None = None
    """Corrections that the model in service has not learned."""
    n_held_out_corrections: int | None = None
    """Corrections kept out of training, to measure on."""
    n_taught_corrections: int | None = None
    """Corrections among the texts drawn for the training."""
    n_replayed: int | None = None
    """Known texts that were trained again."""
    n_archive_texts: int | None = None
    """Texts of archived inputs, to be answered as before."""
    n_pseudo_titles: int | None = None
    """Random titles, to be answered as before."""
    n_overruled: int | None = None
    """Texts of the three kinds above that similar corrections overrule: they are left out."""
    n_trained: int | None = None
    """Distinct texts that trained: those of the four kinds, without the overruled ones."""
    office_calibration: dict[str, Any] | None = None
    """What is carried over of the confidence fitted to the office (``CarriedCalibration``)."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields that apply, those of ``dataset`` among them."""
        values = asdict(self)
        dataset = values.pop("dataset")
        return _without_none(values | dataset)


@dataclass
class RunMetrics:
    """Everything that ``metrics.json`` holds; a field that is None is left out of the file.

    A skipped run has only its state and ``sampled_agreement``, a run that is refused before its
    export neither version nor figures.
    """

    kind: RunKind
    state: RunState
    reasons: list[str] = field(default_factory=list)
    """Why the run was refused or skipped, one sentence each; the first is the most important."""
    started: str | None = None
    """Time in UTC, ISO 8601."""
    finished: str | None = None
    """Time in UTC, ISO 8601."""
    training: TrainingSummary | None = None
    """Its fields are written beside the others, not as an object of their own."""
    sampled_agreement: dict[str, Any] | None = None
    """How often people agreed with autocoded records: see ``sampled_agreement.py``."""
    n_rejected_corrections: dict[str, int] | None = None
    """Rows of corrections files whose code or text is none, by file."""
    n_left_out_corrections: dict[str, int] | None = None
    """Corrected texts that teach nothing, by reason."""
    taken_back_corrections: list[str] | None = None
    """Code and text of what the model in service has learned, and what teaches nothing any more."""
    n_removed_corrections_files: int | None = None
    """Corrections files that the model in service has learned, and that are gone."""
    doubts: list[Doubt] | None = None
    """The coders whose answers teach nobody until a person confirms them."""
    learning: dict[str, float] | None = None
    """Loss, seconds and, of a full training, macro-F1 on the validation side."""
    temperature: float | None = None
    """Divisor of the logits."""
    ngram_weight: float | None = None
    """Factor of the n-gram model's scores."""
    threshold_for_agreement: dict[str, Any] | None = None
    """The threshold that gives the agreement aimed at, on the calibration texts."""
    version: str | None = None
    """Version of the challenger's bundle."""
    parity: dict[str, Any] | None = None
    """How the exported graphs differ from the checkpoint."""
    changes: TextChanges | None = None
    """What got better and what worse, on your texts and on those of others."""
    figures: dict[str, Figures] | None = None
    """Figures of the challenger by name of the texts: hold-out sets, their kinds, test, seen."""
    confidence_threshold: float | None = None
    """The configured threshold, which the figures are for."""
    champion_figures: Figures | None = None
    """Figures of the champion on the texts named in ``compared``."""
    analysed: str | None = None
    """Name of the texts that ``error_analysis/`` is about."""
    compared: str | None = None
    """Name of the texts that the curves in ``error_analysis/`` are drawn from."""
    champion: str | None = None
    """Version of the model in service before this run."""
    reference: str | None = None
    """The reference version that the challenger was compared with besides the champion."""
    n_overruled_answers: dict[str, int] | None = None
    """Hold-out answers that confirmed corrections overrule, by set: the gate leaves them out."""
    checks: list[GateCheck] | None = None
    """The checks of the gate, in their order."""
    learned: list[dict[str, str | int]] | None = None
    """The unit groups with most learned corrections: how many both models have right."""

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``metrics.json``."""
        values = self._headline() | asdict(self)
        values.pop("training")
        values[REASON_VALUES] = list(map(stored, self.reasons)) or None
        if self.checks is not None:
            values["checks"] = [check.to_json() for check in self.checks]
        if self.doubts is not None:
            values["doubts"] = [doubt.to_json() for doubt in self.doubts]
        summary = self.training.to_json() if self.training is not None else {}
        return _without_none(values | summary)

    def _headline(self) -> dict[str, Any]:
        """Return the four figures that stand first in the file, of the texts ``analysed``."""
        figures = (self.figures or {}).get(self.analysed or "", {})
        return {key: figures.get(name) for key, name in _HEADLINE.items()}


@dataclass
class RunFolder:
    """One run and its folder; ``key`` is the ``fingerprint`` of what the run depends on."""

    path: Path
    key: str
    metrics: RunMetrics

    @property
    def state(self) -> RunState:
        """How far the run is, or how it ended."""
        return self.metrics.state

    @property
    def reasons(self) -> list[str]:
        """Why the run was refused."""
        return self.metrics.reasons

    def finish(self, state: RunState, reasons: list[str]) -> None:
        """Write the metrics of a run that is decided; ``save`` follows once they are reported."""
        self.metrics.state = state
        self.metrics.reasons = reasons
        self.metrics.finished = utc_now()
        record_metrics(self.path, self.metrics)

    def save(self) -> None:
        """Write ``run.json``."""
        metrics = self.metrics
        values = {
            "kind": metrics.kind,
            "key": self.key,
            "started": metrics.started,
            "state": metrics.state,
            "reasons": metrics.reasons,
        }
        write_atomic(self.path / RUN, as_own_json(values))


def start_run(runs_dir: Path, kind: RunKind, key: str, path: Path | None = None) -> RunFolder:
    """Return a new run, or the interrupted one of the same ``key`` (see ``fingerprint``).

    ``path`` is the folder to use, in which nothing stays of a run with another key; by default a
    new one below ``runs_dir``, ``run_<date>``. An interrupted nightly training of another key is
    removed: the corrections have changed, and no later night continues it. A full training may take
    hours; its user may come back to it.
    """
    for run in _newest_first([path] if path else runs_dir.glob("run_*")):
        if run.state is RunState.RUNNING and run.key == key:
            return run
    if kind is RunKind.FINE_TUNE:
        for run in killed_nights(runs_dir):
            for part in filter(Path.is_dir, run.path.iterdir()):  # before run.json, which names it
                shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(run.path, ignore_errors=True)
    path = path or _new_path(runs_dir)
    run = RunFolder(path, key, RunMetrics(kind, RunState.RUNNING, started=utc_now()))
    for name in (CHECKPOINTS, BUNDLE, ERROR_ANALYSIS):
        shutil.rmtree(path / name, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True)
    run.save()
    return run


def _new_path(runs_dir: Path) -> Path:
    """Return a folder that is not there: in autumn an hour of local times comes twice."""
    name = f"run_{datetime.now():%Y-%m-%d_%H%M%S}"
    paths = (runs_dir / (f"{name}_{n}" if n > 1 else name) for n in count(1))
    return next(path for path in paths if not path.exists())


def last_finished(runs_dir: Path, kind: RunKind) -> RunFolder | None:
    """Return the newest run of this kind that was promoted or refused, None if there is none."""
    for run in _newest_first(runs_dir.glob("run_*")):
        is_finished = run.state in (RunState.PROMOTED, RunState.REFUSED)
        if is_finished and run.metrics.kind is kind:
            return run
    return None


def killed_nights(runs_dir: Path) -> list[RunFolder]:
    """Return the nightly trainings that are not finished and that nobody runs, newest first."""
    runs = [run for run in _newest_first(runs_dir.glob("run_*")) if run.state is RunState.RUNNING]
    return [run for run in runs if run.metrics.kind is RunKind.FINE_TUNE]


def record_metrics(run_dir: Path, metrics: RunMetrics) -> None:
    """Write ``metrics.json`` of a run."""
    write_atomic(run_dir / METRICS, as_own_json(metrics.to_json()))


def _newest_first(folders: Iterable[Path]) -> list[RunFolder]:
    """Return the runs that can be read, the one that began last first.

    In the order of their starts in UTC: in autumn an hour of the local times in their names comes
    twice.
    """
    runs = [run for folder in folders if (run := _read_run(folder)) is not None]
    return sorted(runs, key=lambda run: (run.metrics.started or "", run.path.name), reverse=True)


def _read_run(folder: Path) -> RunFolder | None:
    """Return the run of a folder, None if the folder has no readable ``run.json``."""
    try:
        saved = json.loads((folder / RUN).read_text(encoding="utf-8"))
        datetime.fromisoformat(saved["started"])  # runs are ordered by it
        metrics = RunMetrics(
            RunKind(saved["kind"]), RunState(saved["state"]), saved["reasons"], saved["started"]
        )
        return RunFolder(folder, saved["key"], metrics)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
