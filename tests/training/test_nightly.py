"""From a dropped file to a better model, and the nights on which the loop must not turn."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from transformers import AutoTokenizer

from cli.subprocesses import start_training
from core.errors import InputError
from core.settings import Settings
from core.taxonomy import isco08
from core.text import clean, join
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from tests.conftest import ROOT
from tests.watcher.processes.test_scheduler import Clock
from training.dataset.correction_set import (
    compose,
    is_held_out,
    read_all_corrections,
    rehearsal,
    replay,
)
from training.nightly import run_nightly
from training.run_folder import METRICS
from watcher.daemon import Daemon
from watcher.environment import Environment
from watcher.processes.file_processor import FileProcessor
from watcher.processes.scheduler import NIGHTLY, NightlyScheduler
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


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def batch(settings: Settings, stem: str, n: int = 1) -> list[Path]:
    """Complete batches of a stem, once there are ``n``."""
    found: list[Path] = []

    def complete() -> bool:
        found[:] = [p.parent for p in settings.watcher.outbox.glob(f"{stem}.*/receipt.json")]
        return len(found) >= n

    wait_for(complete)
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def corrections(settings: Settings, name: str, codes: list[tuple[str, str]]) -> None:
    """A corrections file as the watcher leaves it in data/corrections/."""
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{text},{code}\n" for text, code in codes]
    (folder / name).write_text("".join(["text,corrected_isco_code\n", *lines]), encoding="utf-8")


def right_corrections(n: int, word: str = "chief") -> list[tuple[str, str]]:
    """Answers of groups that the shipped ones know, in other words."""
    titles = [(clean(isco08().title(code)), code) for code in UNITS[::4]]
    return [(f"{word} {title} | unknown", code) for title, code in (titles * 9)[:n]]


def test_the_loop_from_a_file_to_a_better_model(own: Settings, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Vienna")))
    start = partial(start_training, tmp_path / "config.yaml")
    schedule = NightlyScheduler(own.schedule, own.watcher.outbox, start, clock)
    stop = threading.Event()
    daemon = Daemon(
        Environment(own.watcher), FileProcessor(own), Shutdown(stop), scheduler=schedule
    )
    shipped = daemon.model_version
    survey = "job_title\n" + "".join(
        f"{text.split(' | ')[0]}\n" for text, _ in right_corrections(80)
    )
    own.watcher.inbox.mkdir(exist_ok=True)
    with running(daemon, stop):
        (own.watcher.inbox / "survey.csv").write_text(survey, encoding="utf-8")
        (first,) = batch(own, "survey")
        review = rows(first / "review.csv")
        assert review
        truth = dict(right_corrections(80))
        for row in review:
            row["corrected_isco_code"] = truth[row["text"]]
        with (own.watcher.inbox / "filled.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, review[0])
            writer.writeheader()
            writer.writerows(review)
        batch(own, "filled")

        (own.watcher.inbox / "again.csv").write_text(survey, encoding="utf-8")
        (again,) = batch(own, "again")
        for row in rows(again / "predictions.csv"):
            key = f"{row['job_title']} | unknown"
            if key in {r["text"] for r in review}:
                assert (row["source"], row["isco_code"]) == ("correction", truth[key])

        clock.moment += timedelta(days=1)
        schedule.check()
        report_dir = own.watcher.outbox / NIGHTLY / "2026-06-02"
        metrics = json.loads((report_dir / METRICS).read_text(encoding="utf-8"))
        assert metrics["state"] == "promoted", metrics["reasons"]
        report = (report_dir / "report.html").read_text(encoding="utf-8")
        assert "promoted" in report.lower() and "neither model has learned" in report
        assert metrics["compared"] == "gold answers"
        assert metrics["champion_figures"]["n"] == metrics["figures"]["gold answers"]["n"]
        assert metrics["n_archive_texts"] > 0 and metrics["n_held_out_corrections"] > 0
        before = Bundle.open(own.output.model_dir / "bundled").training_profile()
        after = ModelRegistry(own.output).served().training_profile()
        assert before is not None and after is not None
        assert (after.shares == before.shares).all() and after.has_seen(list(truth)).any()
        assert np.isin(before.seen, after.seen).all()

        (own.watcher.inbox / "fresh.csv").write_text("job_title\nold cook\n", encoding="utf-8")
        (fresh,) = batch(own, "fresh")
        assert {r["model_version"] for r in rows(fresh / "predictions.csv")} == {metrics["version"]}
        for published in batch(own, "*", 4):
            if (published / "predictions.csv").exists():
                versions = {r["model_version"] for r in rows(published / "predictions.csv")}
                receipt = json.loads((published / "receipt.json").read_text(encoding="utf-8"))
                assert versions == {receipt["model_version"]}
        assert daemon.model_version == metrics["version"] != shipped

        clock.moment += timedelta(days=1)
        schedule.check()
        skipped = own.watcher.outbox / NIGHTLY / "2026-06-03" / METRICS
        assert json.loads(skipped.read_text(encoding="utf-8"))["state"] == "skipped"
        assert ModelRegistry(own.output).rollback().manifest.version == shipped
        (own.watcher.inbox / "later.csv").write_text("job_title\nold cook\n", encoding="utf-8")
        (later,) = batch(own, "later")
        assert {r["model_version"] for r in rows(later / "predictions.csv")} == {shipped}


def test_a_damaged_version_is_refused_and_the_old_one_serves(
    own: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    daemon = Daemon(Environment(own.watcher), FileProcessor(own), Shutdown(stop))
    shipped = daemon.model_version
    damaged = tmp_path / "models" / "versions" / "damaged"
    shutil.copytree(tmp_path / "models" / "bundled", damaged)
    with Bundle.open(damaged).model_path.open("r+b") as model:
        model.truncate(1000)
    own.watcher.inbox.mkdir(exist_ok=True)
    with running(daemon, stop):
        own.output.best_model_dir.symlink_to(damaged)
        for name in ("one", "two"):
            (own.watcher.inbox / f"{name}.csv").write_text(
                f"job_title\n{name} cook\n", encoding="utf-8"
            )
            (coded,) = batch(own, name)
            assert rows(coded / "predictions.csv")[0]["model_version"] == shipped
    refusals = [r for r in caplog.records if "goes on serving" in r.message]
    assert len(refusals) == 1 and "damaged" in refusals[0].message


def test_a_poisoned_night_is_refused_by_name(own: Settings) -> None:
    corrections(own, "good.csv", right_corrections(80))
    run = run_nightly(own)
    assert run is not None and run.state == "promoted", run.reasons
    champion = ModelRegistry(own.output).served().manifest.version
    rng = np.random.default_rng(0)
    wrong = [(f"poison {i} | unknown", UNITS[rng.integers(436)]) for i in range(200)]
    corrections(own, "poison.csv", wrong)
    refused = run_nightly(own)
    assert refused is not None and refused.state == "refused"
    assert any("plausible corrections" in reason for reason in refused.reasons)
    assert ModelRegistry(own.output).served().manifest.version == champion
    assert run_nightly(own) is None  # nothing new since: not tried every night
    (own.data.corrections_dir / "poison.csv").unlink()
    corrections(own, "more.csv", right_corrections(80, "other"))
    again = run_nightly(own)
    assert again is not None and again.reasons == []


def night(tmp_path: Path, killed_in: str = "") -> int:
    """Run a night as the daemon does, killed in the moment it comes to a step; its exit status."""
    program = (
        "import os, signal, sys, main\n"
        "import training.nightly as n, training.promotion as c, inference.model_registry as s\n"
        "import training.run_folder as r\n"
        "step = sys.argv[1]\n"
        "owners = (n, c, s.ModelRegistry, r.RunFolder)\n"
        "places = [place for place in owners if hasattr(place, step)]\n"
        "assert places or not step\n"
        "for place in places:\n"
        "    setattr(place, step, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))\n"
        "sys.exit(main.main(sys.argv[2:]))"
    )
    arguments = ["train", "--fine-tune", "--config", str(tmp_path / "config.yaml")]
    arguments += ["--report-dir", str(tmp_path / "night")]
    command = [sys.executable, "-c", program, killed_in, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


BEFORE_PROMOTION = ("gather", "compose", "learn_corrections", "follow_temperature", "export_bundle",
                    "compare_models", "add", "promote")  # fmt: skip


@pytest.mark.timeout(400)  # nine trainings, one after the other
def test_killed_in_any_step_the_champion_serves_and_the_next_run_completes(
    own: Settings, tmp_path: Path
) -> None:
    corrections(own, "a.csv", right_corrections(60))
    champion = ModelRegistry(own.output).served().manifest.version
    for step in BEFORE_PROMOTION:
        assert night(tmp_path, killed_in=step) == -9
        assert not (tmp_path / "night").exists()
        served = ModelRegistry(own.output).served()
        served.checkpoint_dir()
        assert served.manifest.version == champion, step
    assert night(tmp_path) == 0
    metrics = json.loads((tmp_path / "night" / METRICS).read_text(encoding="utf-8"))
    assert metrics["state"] == "promoted"
    assert ModelRegistry(own.output).served().manifest.version == metrics["version"] != champion
    assert not list(tmp_path.glob("models/**/*.part"))
    assert len(list((own.output.model_dir / "runs").iterdir())) == 1  # the same run all along


def test_killed_after_the_promotion_the_next_run_has_nothing_to_learn(
    own: Settings, tmp_path: Path
) -> None:
    corrections(own, "a.csv", right_corrections(60))
    champion = ModelRegistry(own.output).served().manifest.version
    assert night(tmp_path, killed_in="finish") == -9
    challenger = ModelRegistry(own.output).served().manifest.version
    assert challenger != champion
    assert night(tmp_path) == 0
    metrics = json.loads((tmp_path / "night" / METRICS).read_text(encoding="utf-8"))
    assert metrics["state"] == "skipped"
    assert ModelRegistry(own.output).served().manifest.version == challenger


def test_a_lesson_replays_every_group_and_never_what_was_corrected(own: Settings) -> None:
    known = pd.DataFrame(
        {
            "text": [f"t{i} | unknown" for i in range(300)],
            "label": ["2221"] * 270 + list(UNITS[:30]),
        }
    )
    drawn = replay(known, 100, seed=1)
    assert len(drawn) == 100 and drawn["text"].is_unique
    assert set(UNITS[:30]) <= set(drawn["label"])
    corrections(own, "a.csv", [("t0 | unknown", "5120"), ("new | unknown", "5120")])
    corrected = read_all_corrections(own.data.corrections_dir, None, own)
    lesson = compose(corrected, known, ["t1 | unknown", "archived"], own)
    assert lesson["text"].is_unique
    assert lesson.loc[lesson["text"] == "archived", "label"].item() == ""
    assert lesson.loc[lesson["text"] == "t1 | unknown", "label"].item() == "2221"
    for text in ("t0 | unknown", "new | unknown"):
        found = lesson[lesson["text"] == text]
        assert list(found["label"]) == ([] if is_held_out(text) else ["5120"])


def test_a_correction_weighs_more_the_night_it_is_new(own: Settings) -> None:
    rows = [(f"{word} | unknown", "5120") for word in ("cook", "baker", "chef", "kitchen hand")]
    corrections(own, "a.csv", rows)
    corrected = read_all_corrections(own.data.corrections_dir, None, own)
    known = pd.DataFrame({"text": ["t"], "label": ["2221"]})
    for is_new, weight in ((True, own.fine_tune.correction_weight), (False, 1.0)):
        lesson = compose(corrected.assign(is_new=is_new), known, [], own)
        taught = lesson[lesson["is_correction"]]
        assert len(taught) and set(taught["weight"]) == {weight}


def test_of_two_corrections_the_later_teaches_and_learned_files_are_not_new(own: Settings) -> None:
    corrections(own, "b.csv", [("cook | unknown", "5120")])
    corrections(own, "a.csv", [("cook | unknown", "9411")])
    found = read_all_corrections(own.data.corrections_dir, None, own)
    assert found[["label", "file", "is_new"]].values.tolist() == [["9411", "a.csv", True]]


def test_what_is_rehearsed_are_titles_of_known_words(checkpoint: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    made = rehearsal(tokenizer, 200, seed=1)
    assert len(made) == 200 and made == rehearsal(tokenizer, 200, seed=1)
    titles = [text.removesuffix(" | unknown") for text in made]
    assert all(join(title) == text for title, text in zip(titles, made, strict=True))
    assert len({word for title in titles for word in title.split()}) > 100


def test_without_anything_to_measure_on_nothing_is_trained(own: Settings) -> None:
    corrections(own, "a.csv", right_corrections(30))
    (own.data.reference_dir / "answers.csv").unlink()
    with pytest.raises(InputError, match=r"answers\.csv.*data/raw"):
        run_nightly(own)
