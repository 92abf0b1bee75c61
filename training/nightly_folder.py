"""The folder of one night in the outbox: the report, the metrics, and how coders agree."""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

from core.files.folders import make_public_dir
from core.files.own_files import METRICS, REPORT, OwnFileError, as_own_json, read_own_json
from core.files.whole_file import make_public, write_atomic
from core.languages.message import Message
from core.languages.stored_message import REASON_VALUES, REASONS, stored
from core.review_contract import AGREEMENT_PAGE, CONFLICTS
from core.run_state import RunState
from inference.model_registry import ModelRegistry
from training.evaluation.agreement_page import write_agreement
from training.evaluation.coder_agreement import CoderAgreement
from training.evaluation.training_report import write_report
from training.run_folder import CHECKPOINTS, RunFolder, RunMetrics, killed_nights, record_metrics

_LOG = logging.getLogger(__name__)
_REPORTED_LATE = Message(
    "this training was killed after its model had been put into service, before its report was "
    "published; what came since is learned by the next training"
)


def publish(run_dir: Path, report_dir: Path) -> None:
    """Show what people read of a run in ``report_dir``, complete or not at all."""
    staged = _stage(report_dir)
    for name in (REPORT, METRICS, AGREEMENT_PAGE, CONFLICTS):
        if (run_dir / name).exists():
            shutil.copy2(run_dir / name, staged / name)
    _show(staged, report_dir)


def publish_skip(
    report_dir: Path, metrics: RunMetrics, coders: CoderAgreement, language: str
) -> None:
    """Show in ``report_dir`` why nothing was trained, and how coders agree."""
    staged = _stage(report_dir)
    record_metrics(staged, metrics)
    write_agreement(staged, metrics.sampled_agreement or {}, coders, language)
    write_report(staged, language, report_dir.name)  # its folder has another name until then
    _show(staged, report_dir)


def finish_published(runs_dir: Path, nights_dir: Path) -> None:
    """Write ``run.json`` of trainings that were killed when their report had just been published.

    ``nights_dir`` has the reports of all nights. Without this the next one repeats that report.
    """
    for run in killed_nights(runs_dir):
        for published in nights_dir.glob(f"[!.]*/{METRICS}"):
            # The run is not decided, the report is gone, or both are damaged alike.
            with suppress(OSError, ValueError, KeyError):
                if filecmp.cmp(published, run.path / METRICS, shallow=False):
                    values = read_own_json(run.path / METRICS)
                    run.metrics.state = RunState(values["state"])
                    run.metrics.reasons = values[REASONS]
                    run.save()
                    break


def unreported_promotion(runs_dir: Path, registry: ModelRegistry) -> RunFolder | None:
    """Return the training that put its model into service and was killed before it reported that.

    Its metrics, which now say so, are in its folder. None where there is no such training. The
    model may have been rolled back since: the same answers would make the same model again.
    """
    for run in killed_nights(runs_dir):
        try:
            values = read_own_json(run.path / METRICS)
        except FileNotFoundError:
            continue  # it was killed before it was decided
        except (OSError, OwnFileError) as error:
            _LOG.warning("a training that was killed is not reported: %s", error)
            continue
        version = str(values.get("version"))
        if values.get("state") == RunState.PROMOTED and registry.was_promoted(version):
            values |= {REASONS: [_REPORTED_LATE], REASON_VALUES: [stored(_REPORTED_LATE)]}
            write_atomic(run.path / METRICS, as_own_json(values))
            shutil.rmtree(run.path / CHECKPOINTS, ignore_errors=True)
            run.metrics.state, run.metrics.version = RunState.PROMOTED, version
            run.metrics.reasons = values[REASONS]
            return run
    return None


def _stage(report_dir: Path) -> Path:
    """Make an empty hidden folder beside ``report_dir``, to be renamed to it.

    Every night has the same one, so that what a killed night left in it goes.
    """
    make_public_dir(report_dir.parent)
    staged = report_dir.with_name(".report.part")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    return staged


def _show(staged: Path, report_dir: Path) -> None:
    """Let other users read a staged folder as they read batches, and give it its name."""
    for path in (*staged.iterdir(), staged):
        make_public(path)
    os.rename(staged, report_dir)
