"""Nightly trainings: from a dropped file to a better model, and every reason not to promote."""

from __future__ import annotations

import csv
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import main
from cli.subprocesses import start_training
from core.corrections.doubts import Doubt, write_doubts
from core.corrections.office_answers import MIN_ANSWERS
from core.errors import InputError
from core.files.own_files import METRICS
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from inference.bundle import LEARNED_FILES, MANIFEST, Bundle
from inference.model_registry import ModelRegistry
from tests.conftest import ROOT
from tests.support.disks import leave_free, mounted, small_disk
from tests.support.labelled_records import raw_records, right_corrections, write_corrections
from tests.support.training_processes import PROCESSES
from tests.support.written_rows import rows_of
from tests.watcher.processes.test_scheduler import Clock
from training import fine_tuning, nightly, promotion
from training.dataset.reference_data import read_answers
from training.dataset.splits import is_held_out_correction
from training.nightly import run_nightly
from training.nightly_folder import unreported_promotion
from training.run_folder import CHECKPOINTS, SEEN
from watcher.daemon import Daemon
from watcher.environment import Environment
from watcher.processes.file_processor import FileProcessor
from watcher.processes.scheduler import FAILED, NIGHTLY, NightlyScheduler
from watcher.signals import Shutdown

PATIENCE_S = 100
UNITS = isco08().units


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@contextmanager
def running(daemon: Daemon, stop: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        daemon.wake()
        thread.join(PATIENCE_S)


def batch(settings: Settings, stem: str, n: int = 1) -> list[Path]:
    """Complete batches of a stem, once there are ``n``."""
    found: list[Path] = []

    def complete() -> bool:
        found[:] = [p.parent for p in settings.watcher.outbox.glob(f"{stem}.*/receipt.json")]
        return len(found) >= n

    wait_for(complete)
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def not_ignored(project: Path) -> set[str]:
    """Return the files that ``git status`` would show in a project with our ``.gitignore``."""
    shutil.copy(ROOT / ".gitignore", project)
    git = ["git", "-C", str(project)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    shown = subprocess.run(
        [*git, "status", "--porcelain", "--untracked-files=all"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {line[3:] for line in shown.splitlines()}


@pytest.mark.slow
@pytest.mark.timeout(300)  # files, and a night in a process of its own
def test_the_loop_from_a_file_to_a_better_model(user_project: Settings, tmp_path: Path) -> None:
    project_files = not_ignored(tmp_path)
    assert "config.yaml" in project_files
    clock = Clock(datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Vienna")))
    start = partial(start_training, tmp_path / "config.yaml")
    schedule = NightlyScheduler(user_project.schedule, user_project.watcher.outbox, start, clock)
    stop = threading.Event()
    processor = FileProcessor(user_project)
    daemon = Daemon(
        Environment(user_project.watcher),
        processor,
        Shutdown(stop),
        scheduler=schedule,
    )
    shipped = processor.model_version
    survey = "job_title\n" + "".join(
        f"{text.split(' | ')[0]}\n" for text, _ in right_corrections(MIN_ANSWERS)
    )
    user_project.watcher.inbox.mkdir(exist_ok=True)
    with running(daemon, stop):
        (user_project.watcher.inbox / "survey.csv").write_text(survey, encoding="utf-8")
        (first,) = batch(user_project, "survey")
        review = rows_of(first / "review.csv")
        assert review
        truth = dict(right_corrections(MIN_ANSWERS))
        for row in review:
            row["corrected_isco_code"] = truth[row["text"]]
        with (user_project.watcher.inbox / "filled.csv").open(
            "w", encoding="utf-8", newline=""
        ) as file:
            writer = csv.DictWriter(file, review[0])
            writer.writeheader()
            writer.writerows(review)
        batch(user_project, "filled")

        (user_project.watcher.inbox / "again.csv").write_text(survey, encoding="utf-8")
        (again,) = batch(user_project, "again")
        for row in rows_of(again / "predictions.csv"):
            key = f"{row['job_title']} | unknown"
            if key in {r["text"] for r in review}:
                assert (row["source"], row["isco_code"]) == ("correction", truth[key])

        clock.moment += timedelta(days=1)
        schedule.check()
        report_dir = user_project.watcher.outbox / NIGHTLY / "2026-06-02"
        metrics = json.loads((report_dir / METRICS).read_text(encoding="utf-8"))
        assert metrics["state"] == "promoted", metrics["reasons"]
        report = (report_dir / "report.html").read_text(encoding="utf-8")
        assert "promoted" in report.lower() and "neither model has learned" in report
        assert metrics["compared"] == "bundled hold-out set"
        assert metrics["champion_figures"]["n"] == metrics["figures"]["bundled hold-out set"]["n"]
        assert metrics["n_archive_texts"] == 0  # people have decided all that was coded
        assert metrics["n_held_out_corrections"] > 0
        carried = metrics["office_calibration"]
        assert carried["n_answers"] == MIN_ANSWERS and carried["version"] == shipped
        before = Bundle.open(user_project.output.model_dir / "bundled").training_profile()
        after = ModelRegistry(user_project.output).served().training_profile()
        assert before is not None and after is not None
        assert (after.shares == before.shares).all() and after.has_seen(list(truth)).any()
        assert np.isin(before.seen, after.seen).all()

        (user_project.watcher.inbox / "fresh.csv").write_text(
            "job_title\nold cook\n", encoding="utf-8"
        )
        (fresh,) = batch(user_project, "fresh")
        assert {r["model_version"] for r in rows_of(fresh / "predictions.csv")} == {
            metrics["version"]
        }
        calibration = json.loads((fresh / "receipt.json").read_text("utf-8"))["calibration"]
        n_held_out = metrics["n_held_out_corrections"]  # which the new model has not learned
        assert calibration["n_learned"] == MIN_ANSWERS - n_held_out
        assert not calibration["is_fitted"] and calibration["n_answers"] == n_held_out
        assert calibration["carried"]["n_answers"] == MIN_ANSWERS
        assert calibration["exponent"] == carried["exponent"]
        for published in batch(user_project, "*", 4):
            if (published / "predictions.csv").exists():
                versions = {r["model_version"] for r in rows_of(published / "predictions.csv")}
                receipt = json.loads((published / "receipt.json").read_text(encoding="utf-8"))
                assert versions == {receipt["model_version"]}
        assert processor.model_version == metrics["version"] != shipped

        clock.moment += timedelta(days=1)
        schedule.check()
        skipped = user_project.watcher.outbox / NIGHTLY / "2026-06-03" / METRICS
        assert json.loads(skipped.read_text(encoding="utf-8"))["state"] == "skipped"
        assert ModelRegistry(user_project.output).rollback().manifest.version == shipped
        (user_project.watcher.inbox / "later.csv").write_text(
            "job_title\nold cook\n", encoding="utf-8"
        )
        (later,) = batch(user_project, "later")
        assert {r["model_version"] for r in rows_of(later / "predictions.csv")} == {shipped}
    assert not_ignored(tmp_path) == project_files  # neither versions nor runs, locks, lists


@pytest.mark.slow
def test_a_damaged_version_is_refused_and_the_old_one_serves(
    user_project: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    processor = FileProcessor(user_project)
    daemon = Daemon(Environment(user_project.watcher), processor, Shutdown(stop))
    shipped = processor.model_version
    damaged = tmp_path / "models" / "versions" / "damaged"
    shutil.copytree(tmp_path / "models" / "bundled", damaged)
    with Bundle.open(damaged).model_path.open("r+b") as model:
        model.truncate(1000)
    user_project.watcher.inbox.mkdir(exist_ok=True)
    with running(daemon, stop):
        user_project.output.best_model_dir.symlink_to(damaged)
        for name in ("one", "two"):
            (user_project.watcher.inbox / f"{name}.csv").write_text(
                f"job_title\n{name} cook\n", encoding="utf-8"
            )
            (coded,) = batch(user_project, name)
            assert rows_of(coded / "predictions.csv")[0]["model_version"] == shipped
    refusals = [r for r in caplog.records if "goes on serving" in r.message]
    assert len(refusals) == 1 and "damaged" in refusals[0].message


@pytest.mark.slow
def test_a_poisoned_night_is_refused_by_name(user_project: Settings, tmp_path: Path) -> None:
    """And after a rollback the same corrections are not learned again."""
    write_corrections(user_project, "good.csv", right_corrections(80))
    run = run_nightly(user_project)
    assert run is not None and run.state == "promoted", run.reasons
    champion = ModelRegistry(user_project.output).served().manifest.version
    rng = np.random.default_rng(0)
    wrong = [(f"poison {i} | unknown", UNITS[rng.integers(436)]) for i in range(200)]
    write_corrections(user_project, "poison.csv", wrong)
    refused = run_nightly(user_project)
    assert refused is not None and refused.state == "refused"
    assert any("poison.csv" in reason for reason in refused.reasons)
    assert ModelRegistry(user_project.output).served().manifest.version == champion
    assert run_nightly(user_project) is None  # nothing new since: not tried every night
    (user_project.data.corrections_dir / "poison.csv").unlink()
    write_corrections(user_project, "more.csv", right_corrections(80, "other"))
    again = run_nightly(user_project)
    assert again is not None and again.reasons == []
    ModelRegistry(user_project.output).rollback()
    assert skipped_reason(user_project, tmp_path / "night") == (
        f"nothing new since {again.path.name}, which was promoted: an earlier version was "
        "put back into service, and the same corrections would make the same model again"
    )


# The processes below are forked from one that has imported torch and the commands: each import
# takes as long as the training of a night here.
def killed_night(step: str, arguments: list[str]) -> NoReturn:
    """Run the command line in this process, and kill it at ``step``; at none for ""."""
    owners = (fine_tuning, nightly, promotion, ModelRegistry)
    places = [place for place in owners if hasattr(place, step)]
    assert places or not step
    for place in places:
        setattr(place, step, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
    sys.exit(main.main(arguments))


def nightly_process(tmp_path: Path, killed_in: str = "") -> int | None:
    """Run a nightly training in its own process, killed at a step; return its exit status."""
    arguments = ["train", "--fine-tune", "--config", str(tmp_path / "config.yaml")]
    arguments += ["--report-dir", str(tmp_path / "night")]
    process = PROCESSES.Process(target=killed_night, args=(killed_in, arguments))
    process.start()
    process.join()
    return process.exitcode


# The steps before which something new has come to lie on the disk: a run, its checkpoints, the
# exported bundle, a version. A kill in between leaves the same as one of these.
BEFORE_PROMOTION = ("learn_corrections", "export_bundle", "add", "promote")


def row_of(page: str, label: str) -> int:
    """Return the number beside a label of the report."""
    return int(page.split(f">{label}</th><td>")[1].split("<")[0].replace(",", ""))


@pytest.mark.slow
def test_the_parts_of_the_training_data_add_up(user_project: Settings) -> None:
    user_project.watcher.archive_dir.mkdir(parents=True)
    archived = "".join(f"old {word}\n" for word in ("cook", "nurse", "clerk", "cook"))
    archived += f"old guard {'of the gate ' * 100}\n"  # the network has no places for all of it
    (user_project.watcher.archive_dir / "a.csv").write_text(f"job_title\n{archived}", "utf-8")
    write_corrections(
        user_project, "a.csv", [*right_corrections(60), ("old cook | unknown", "5120")]
    )
    odd = [
        ("old cook | unknown", "withdraw"),
        ("odd | unknown", "222"),
        ("no | way", "not codable"),
    ]
    write_corrections(user_project, "b.csv", odd)
    # The length that is set is that of the next full training.
    longer = user_project.with_values("model", max_seq_length=512)
    run = run_nightly(longer.with_values("fine_tune", epochs=1.0))
    assert run is not None
    metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
    page = (run.path / "report.html").read_text(encoding="utf-8")
    registry = ModelRegistry(user_project.output)
    made = registry.open(metrics["version"]).manifest
    assert made.max_tokens == Bundle.open(registry.bundled_dir).manifest.max_tokens
    taught = row_of(page, "texts drawn for this training: corrections")
    assert taught == metrics["n_taught_corrections"] > 0
    assert taught == metrics["n_corrections"] - metrics["n_held_out_corrections"]
    replayed = row_of(page, "… known texts replayed")
    archive = row_of(page, "… texts of the archive, without a label")
    generated = row_of(page, "… generated titles, without a label")
    left_out = row_of(page, "… left out of these, as similar corrections say otherwise")
    # A model may have learned an answer that was withdrawn: it is not held to it.
    assert archive == 3 and generated > 0
    assert metrics["n_left_out_corrections"] == {"of_3_digits_or_not_codable": 2}
    assert "by reason</th><td>of 3 digits or not codable 2<" in page
    together = taught + replayed + archive + generated - left_out
    assert row_of(page, "texts that trained, together") == together == metrics["n_trained"]
    available = row_of(page, "bundled reference answers available")
    assert available == metrics["n_answers"] and "distinct texts available, by side" in page


@pytest.mark.slow
@pytest.mark.timeout(400)  # five trainings, one after the other
def test_killed_in_any_step_the_champion_serves_and_the_next_run_completes(
    user_project: Settings, tmp_path: Path
) -> None:
    write_corrections(user_project, "a.csv", right_corrections(60))
    champion = ModelRegistry(user_project.output).served().manifest.version
    for step in BEFORE_PROMOTION:
        assert nightly_process(tmp_path, killed_in=step) == -9
        assert not (tmp_path / "night").exists()
        served = ModelRegistry(user_project.output).served()
        served.checkpoint_dir()
        assert served.manifest.version == champion, step
    assert nightly_process(tmp_path) == 0
    metrics = json.loads((tmp_path / "night" / METRICS).read_text(encoding="utf-8"))
    assert metrics["state"] == "promoted"
    assert (
        ModelRegistry(user_project.output).served().manifest.version
        == metrics["version"]
        != champion
    )
    assert not list(tmp_path.glob("models/**/*.part"))
    assert (
        len(list((user_project.output.model_dir / "runs").iterdir())) == 1
    )  # the same run all along


@pytest.mark.slow
def test_killed_after_the_promotion_the_next_run_reports_it(
    user_project: Settings, tmp_path: Path
) -> None:
    write_corrections(user_project, "a.csv", right_corrections(60))
    champion = ModelRegistry(user_project.output).served().manifest.version
    for step in ("_keep_for_next_night", "publish"):  # the first and the last step after it
        assert nightly_process(tmp_path, killed_in=step) == -9
        assert not (tmp_path / "night").exists()
    promoted = ModelRegistry(user_project.output).served().manifest.version
    assert promoted != champion
    write_corrections(user_project, "b.csv", [("old cook | unknown", "5120")])
    assert nightly_process(tmp_path) == 0
    metrics = json.loads((tmp_path / "night" / METRICS).read_text(encoding="utf-8"))
    assert (metrics["state"], metrics["version"]) == ("promoted", promoted)
    assert "was killed after its model had been put into service" in metrics["reasons"][0]
    assert metrics["changes"]["taught"]["n"] > 0
    report = (tmp_path / "night" / "report.html").read_text(encoding="utf-8")
    assert metrics["reasons"][0] in report and "The new model was put into service." in report
    assert ModelRegistry(user_project.output).served().manifest.version == promoted
    (run_dir,) = (user_project.output.model_dir / "runs").iterdir()
    assert not (run_dir / CHECKPOINTS).exists()
    # It is told once; the next night is one of its own.
    assert unreported_promotion(run_dir.parent, ModelRegistry(user_project.output)) is None


@pytest.mark.slow
def test_a_checkpoint_without_room_is_told_as_a_full_disk(
    user_project: Settings, tmp_path: Path
) -> None:
    """The libraries that save it report that as errors of their own."""
    write_corrections(user_project, "a.csv", right_corrections(60))
    models = user_project.output.model_dir
    models.rename(tmp_path / "moved")
    with mounted(models, *small_disk(32 << 20)):
        shutil.copytree(tmp_path / "moved", models, dirs_exist_ok=True)
        leave_free(models, 1 << 20)
        assert nightly_process(tmp_path) == 1
        reason = (tmp_path / "night" / FAILED).read_text(encoding="utf-8")
        assert reason == f"'{models}': No space left on device; make room there, and start again\n"
        assert not os.path.lexists(user_project.output.best_model_dir)


def test_a_report_that_another_training_has_published_is_no_reason_to_train(
    user_project: Settings, tmp_path: Path
) -> None:
    """The daemon was killed, and its training ended while that of the next daemon was started."""
    (tmp_path / "night" / "report").mkdir(parents=True)
    write_corrections(user_project, "a.csv", right_corrections(40))
    with pytest.raises(FileExistsError):
        run_nightly(user_project, report_dir=tmp_path / "night")
    assert not list((user_project.output.model_dir / "runs").glob("run_*"))
    assert not list(tmp_path.glob(".night*"))


def test_new_corrections_that_all_measure_teach_nothing(
    user_project: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    held_out = [f"word {i} | unknown" for i in range(99)]
    held_out = [text for text in held_out if is_held_out_correction(text)]
    write_corrections(user_project, "a.csv", [(text, "2221") for text in held_out])
    assert run_nightly(user_project, report_dir=tmp_path / "night") is None
    skipped = json.loads((tmp_path / "night" / METRICS).read_text(encoding="utf-8"))
    assert skipped["state"] == "skipped" and "kept out" in skipped["reasons"][0]

    answers = read_answers(user_project.data.reference_dir, ["en"])
    measuring = answers.loc[answers["part"] != "train", "text"][:20]
    write_corrections(user_project, "b.csv", [(text, "2221") for text in measuring])
    run = run_nightly(user_project)
    assert run is not None and run.state == "refused"
    assert "nothing is learned" in run.reasons[0]
    assert "left out, because their texts measure or calibrate: 20 corrections" in caplog.messages
    assert run_nightly(user_project) is None  # not tried every night


def test_a_file_that_cannot_be_read_is_named_once(
    user_project: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A night reads the corrections once: all its figures are of the same files."""
    write_corrections(user_project, "a.csv", [("cook | unknown", "512")])
    (user_project.data.corrections_dir / "b.csv").write_bytes(b"text\0")
    assert run_nightly(user_project) is None
    (named,) = [message for message in caplog.messages if "cannot be read" in message]
    assert "b.csv" in named


@pytest.mark.slow
def test_a_few_own_records_do_not_calibrate_a_night(user_project: Settings) -> None:
    raw = raw_records(user_project.data.raw_dir, 200)
    write_corrections(user_project, "a.csv", right_corrections(40))
    registry = ModelRegistry(user_project.output)
    manifest = registry.served().manifest
    run = run_nightly(user_project.with_values("fine_tune", epochs=1.0, replay_texts=150))
    assert run is not None
    assert run.metrics.ngram_weight == manifest.ngram_weight
    assert run.metrics.figures is not None and "own hold-out set" in run.metrics.figures
    # What the training could have drawn, and has not, stays unseen.
    summary = run.metrics.training
    assert summary is not None and summary.n_trained and summary.n_taught_corrections
    assert int(str(run.metrics.figures[SEEN]["n"])) <= summary.n_trained < 200
    profile = registry.open(str(run.metrics.version)).training_profile()
    n_seen = profile.has_seen([join(row["job_title"]) for row in rows_of(raw)]).sum()
    assert 0 < n_seen <= summary.n_trained - summary.n_taught_corrections


def skipped_reason(settings: Settings, report_dir: Path) -> str:
    assert run_nightly(settings, report_dir=report_dir) is None
    skipped = json.loads((report_dir / METRICS).read_text(encoding="utf-8"))
    assert skipped["state"] == "skipped"
    page = (report_dir / "report.html").read_text(encoding="utf-8")
    assert ".part" not in page and f"<title>{report_dir.name}: skipped" in page
    assert "finished 20" in page
    (reason,) = skipped["reasons"]
    return str(reason)


def test_a_skipped_night_says_how_many_corrections_are_left_out_and_why(
    user_project: Settings, tmp_path: Path, texts: list[str]
) -> None:
    folder = user_project.data.corrections_dir
    folder.mkdir(parents=True)
    signed = ["text,corrected_isco_code,coder", *(f"odd {n} | unknown,5120,Max" for n in range(12))]
    (folder / "doubted.csv").write_text("\n".join(signed) + "\n", encoding="utf-8")
    write_doubts(folder / "doubted.csv", [Doubt("Max", "review.csv", reasons=("why",))])
    assert skipped_reason(user_project, tmp_path / "first") == (
        "nothing to learn: of 12 corrections the model in service has learned 0; left out: 12 in "
        "doubt until somebody confirms them (isco coders)"
    )
    words = [f"word {n} | unknown" for n in range(60)]
    kept_out = [text for text in words if is_held_out_correction(text)]
    known = [text for text in texts if text.replace(" | ", " ").replace(" ", "").isalpha()][:30]
    learned = [(text, "2221") for text in [*known, *kept_out]]
    write_corrections(user_project, "learned.csv", [*learned, ("vague | unknown", "222")])
    path = tmp_path / "models" / "bundled" / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["training"][LEARNED_FILES] = ["learned.csv"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert skipped_reason(user_project, tmp_path / "second") == (
        f"nothing new: of {43 + len(kept_out)} corrections the model in service has learned 30; "
        f"left out: {len(kept_out)} kept out of the training, to measure on; 12 in doubt until "
        "somebody confirms them (isco coders); 1 of 3 digits or not codable"
    )
    for name in ("doubted.csv", "learned.csv"):
        (folder / name).unlink()
    write_corrections(user_project, "learned.csv", learned[:30])
    assert skipped_reason(user_project, tmp_path / "third") == (
        "nothing new: the model in service has learned every correction"
    )


def test_without_anything_to_measure_on_nothing_is_trained(user_project: Settings) -> None:
    write_corrections(user_project, "a.csv", right_corrections(30))
    (user_project.data.reference_dir / "answers" / "en.csv").unlink()
    folder = user_project.data.reference_dir / "answers"
    with pytest.raises(InputError) as raised:
        run_nightly(user_project)
    assert raised.value.found == f"no answers in {str(folder)!r}"
    assert "in a language of the model (" in raised.value.expected
    assert raised.value.remedy.startswith("Copy them there from data/reference/answers of a check")
    assert str(user_project.data.raw_dir) in raised.value.remedy
