"""Look at what the work needs beside folders: model, machine, schedule, commands, daemon."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import psutil

from core.corrections.corrections_folder import folder_state, read_readable
from core.corrections.doubts import open_doubts
from core.corrections.unread_file import UnreadFile
from core.errors import BundleError, IscoError, SettingsError, StatusError
from core.formats.file_names import is_litter
from core.packages import answers_dir
from core.settings import Settings
from core.settings_file.hook_settings import HookKind
from core.text import join
from inference.classifier import open_classifier
from inference.model_registry import ModelRegistry
from watcher.diagnosis.finding import Finding, PathNames, fault, warning
from watcher.hooks.hooks import FAILED, HOOKS
from watcher.hooks.start_errors import first_line_fault
from watcher.intake.folder_checks import STAGING
from watcher.intake.known_corrections import KnownCorrections
from watcher.processes.scheduler import NightlyScheduler
from watcher.status.status import Health, judge
from watcher.status.status_file import read_status

_MAX_NAMED = 5
_LEAST_THRESHOLD = 0.5
"""Below it a code that nobody is asked about is more probably wrong than right."""
_LEAST_BETWEEN_TRAININGS = timedelta(hours=1)


def setup_findings(settings: Settings, names: PathNames) -> Iterator[Finding]:
    """Yield the findings on everything but the folders."""
    yield from _model(settings, names)
    yield from _threshold(settings)
    yield from _memory(settings)
    yield from _schedule(settings, names)
    yield from _corrections(settings, names)
    yield from _hooks(settings, names)
    yield _daemon(settings)


def _model(settings: Settings, names: PathNames) -> Iterator[Finding]:
    """Load the model in service, as the daemon does, and let it code a title."""
    try:
        registry = ModelRegistry(settings.output)
        bundle = registry.served()
        classifier = open_classifier(bundle, settings.inference)
        classifier.probabilities([join("nurse", "")])
    except (IscoError, OSError) as error:
        remedy = "isco models list names the versions; isco models promote VERSION serves another"
        if isinstance(error, SettingsError):  # the provider, and not the model
            remedy = "set inference.provider to auto or cpu"
        yield fault("model", names.without(str(error)), remedy)
        return
    place = "the bundled one" if bundle.path.resolve() == registry.bundled_dir.resolve() else "own"
    yield Finding("model", f"{bundle.manifest.version} ({place}) loads and codes")
    if (bundled := registry.new_bundled()) is not None:
        yield Finding(
            "model",
            f"{bundled} came with the program after the version in service was trained",
            f"compare both on your coded records, isco evaluate --on FILE --model {bundled}; isco "
            f"models promote {bundled} serves it, and the next night teaches it your corrections",
        )
    wanted = settings.inference.provider
    yield Finding("provider", f"{classifier.provider} computes (inference.provider: {wanted})")


def _threshold(settings: Settings) -> Iterator[Finding]:
    threshold = settings.model.confidence_threshold
    if threshold < _LEAST_THRESHOLD:
        yield warning(
            "threshold",
            f"model.confidence_threshold is {threshold:g}: below {_LEAST_THRESHOLD:g} codes are "
            "autocoded that are more probably wrong than right",
            "set it to 0.9, or to the threshold that the report of your results names",
        )


def _memory(settings: Settings) -> Iterator[Finding]:
    total_mb = psutil.virtual_memory().total / 2**20  # as the worker is measured
    limit_mb = settings.watcher.memory_limit_mb
    if total_mb < limit_mb:
        yield warning(
            "memory",
            f"this machine has {total_mb:,.0f} MB, and a worker may take {limit_mb:,} MB",
            "set watcher.memory_limit_mb below the memory of the machine",
        )


def _schedule(settings: Settings, names: PathNames) -> Iterator[Finding]:
    if not settings.schedule.enabled:
        yield Finding("schedule", "no nightly training: schedule.enabled is false")
        return
    try:
        scheduler = NightlyScheduler(settings.schedule, settings.watcher.outbox, _start_nothing)
    except IscoError as error:
        yield fault("schedule", str(error), "see docs/training.md, the schedule")
        return
    moment = scheduler.next_training()
    zone = scheduler.zone.key
    yield Finding("schedule", f"next training {moment:%Y-%m-%d %H:%M}, time zone {zone}")
    # Where an hour has several trainings, it has two of the next three, whatever the time is now.
    second = scheduler.next_training(moment)
    wait = min(second - moment, scheduler.next_training(second) - second)
    if wait < _LEAST_BETWEEN_TRAININGS:
        yield warning(
            "schedule",
            f"schedule.cron is {settings.schedule.cron!r}: trainings begin "
            f"{wait.total_seconds() / 60:g} min apart, and each takes minutes of all processors",
            "set it to once a night, such as '15 4 * * *'",
        )
    if find_spec("torch") is None or find_spec("transformers") is None:
        yield warning(
            "schedule",
            "a training needs the packages of the extra train, and they are not installed",
            "install them, or set schedule.enabled to false",
        )
    yield from _training_data(settings, names)


def _training_data(settings: Settings, names: PathNames) -> Iterator[Finding]:
    """Yield a finding for what a nightly training reads and does not find."""
    with suppress(BundleError):  # a finding on the model
        bundle = ModelRegistry(settings.output).served()
        try:
            bundle.checkpoint_dir()
        except BundleError as error:
            yield warning(
                "schedule",
                f"a training cannot read the weights of the model: {names.without(str(error))}",
                "copy models/bundled from a checkout into the project, or set schedule.enabled to "
                "false",
            )
    folder, raw_dir = answers_dir(settings.data.reference_dir), settings.data.raw_dir
    has_records = raw_dir.is_dir() and not all(is_litter(path.name) for path in raw_dir.iterdir())
    if not has_records and not any(folder.glob("*.csv")):
        yield warning(
            "schedule",
            f"a training needs the bundled reference answers in {names.shown(folder)}, or coded "
            f"records in {names.shown(raw_dir)}: neither is there",
            "copy data/reference/answers from a checkout into the project, or set schedule.enabled "
            "to false",
        )


def _start_nothing(report_dir: Path) -> subprocess.Popen[bytes]:
    raise AssertionError("a check trains nothing")


def _corrections(settings: Settings, names: PathNames) -> Iterator[Finding]:
    if KnownCorrections(settings.data.corrections_dir).why_away() is not None:
        return  # a finding on the folder
    try:
        yield from _corrections_files(settings, names)
    except OSError as error:
        remedy = "let this user read and write there"
        yield fault("corrections", names.without(str(error)), remedy)


def _corrections_files(settings: Settings, names: PathNames) -> Iterator[Finding]:
    data = settings.data
    files = folder_state(data.corrections_dir)
    unread: list[UnreadFile] = []
    n_rows = {
        file.name: sum(1 for _ in read_readable(data.corrections_dir / file.name, data, unread))
        for file in files
    }
    for file in unread[:_MAX_NAMED]:
        yield warning(
            "corrections",
            f"{names.shown(file.path)} cannot be read: its corrections are not used",
            "the log above says why: mend the file, or remove it",
        )
    unread_names = {file.path.name for file in unread}
    empty = [name for name, n in n_rows.items() if not n and name not in unread_names]
    if empty or len(unread) > _MAX_NAMED:
        n_without = len(empty) + len(unread)
        shown = f": {', '.join(map(repr, empty[:_MAX_NAMED]))}" if empty else ""
        yield warning(
            "corrections",
            f"files that give no correction: {n_without:,} of {len(files):,}{shown}",
            "mend or remove them",
        )
    if not unread and not empty:
        found = f"files that can be read: {len(files):,}; rows in them: {sum(n_rows.values()):,}"
        yield Finding("corrections", found)
    coders = sorted({doubt.shown_name for doubt in open_doubts(data.corrections_dir)})
    if coders:
        yield warning(
            "corrections",
            f"answers in doubt teach nothing about other texts: {', '.join(coders)}",
            "isco coders says why; isco coders --confirm NAME if they are right",
        )


def _hooks(settings: Settings, names: PathNames) -> Iterator[Finding]:
    for kind in HookKind:
        command = settings.hooks.command(kind)
        if not command:
            continue
        program = Path(command[0])
        path = shutil.which(command[0])
        if path is None:
            found = f"{kind}: {names.shown(program)} is no program that can be run"
            remedy = "correct the path in the settings, and make it executable: chmod +x"
            yield fault("hooks", found, remedy)
        elif first_line_fault(Path(path)):
            found = f"{kind}: the first line of {names.shown(program)} names nothing that runs it"
            remedy = "write a first line such as #!/bin/sh, with a line end of this system"
            yield fault("hooks", found, remedy)
        else:
            yield Finding("hooks", f"{kind}: {names.shown(program)}")
    folder = settings.watcher.outbox / STAGING / HOOKS
    n_failed = len(list(folder.glob(f"{FAILED}*"))) if os.access(folder, os.R_OK) else 0
    if n_failed:
        yield warning(
            "hooks",
            f"events that are kept because their command failed too often: {n_failed:,}",
            "tell whom they concern, then remove outbox/.staging/hooks/failed-*.json",
        )


def _daemon(settings: Settings) -> Finding:
    try:
        status = read_status(settings.watcher.outbox)
    except StatusError:
        return Finding("daemon", "none has worked here, or its status cannot be read")
    report = judge(status, datetime.now(UTC))
    if report.health in (Health.OK, Health.STOPPED):
        return Finding("daemon", str(report.health))
    found = f"{report.health}: isco status has the reason"
    return warning("daemon", found, "docs/operations.md says what to do for each")
