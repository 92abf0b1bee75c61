"""Before a night, the daemon and the training doubt who contradicts the shipped model too often."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.corrections.doubts import confirm, open_doubts, remove_doubts
from core.row_counts import no_progress
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.doubt.coder_check import check_coders
from inference.model_registry import ModelRegistry
from tests.conftest import ROOT
from tests.support.labelled_records import kept_corrections
from training.dataset.correction_set import CorrectionSet, learned_files
from training.dataset.doubted_answers import doubt_new_answers
from training.nightly import run_nightly
from watcher.processes.file_processor import FileProcessor

UNITS = isco08().units
N, N_WRONG = 60, 30


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    """A project that serves the shipped model."""
    config = tmp_path / "config.yaml"
    bundled = ROOT / "models" / "bundled"
    config.write_text(f"output: {{best_model_dir: {bundled}}}\n", encoding="utf-8")
    settings = load_settings(config)
    settings.data.corrections_dir.mkdir(parents=True)
    return settings


def champion(project: Settings) -> Bundle:
    return ModelRegistry(project.output).served()


Write = Callable[..., None]


@pytest.fixture
def write(unlearned_answers: pd.DataFrame) -> Write:
    """Return what writes answers that no model has learned, the first of them with random codes."""

    def write(path: Path, coder: str, n_wrong: int, part: int = 0, n: int = N) -> None:
        drawn = unlearned_answers[part * N :][:n]
        rng = np.random.default_rng(0)
        codes = [UNITS[rng.integers(len(UNITS))] for _ in range(n_wrong)]
        codes += [*drawn["label"]][n_wrong:]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "corrected_isco_code", "coder"])
            writer.writerows(
                [text, code, coder] for text, code in zip(drawn["text"], codes, strict=True)
            )

    return write


def test_a_dropped_file_is_doubted_before_it_teaches(
    project: Settings, tmp_path: Path, write: Write
) -> None:
    path, staged = tmp_path / "review.csv", tmp_path / "staged"
    write(path, "Ana", N_WRONG)
    staged.mkdir()
    processor = FileProcessor(project)
    identity = processor.identify(path, no_progress)
    receipt = processor.work(path, staged, identity, no_progress)
    assert f"{N} in doubt" in receipt.summary()
    processor.identify(path, no_progress)
    lookup = processor._served.autocoder.corrections_lookup
    assert len(lookup.decisions) == N and lookup.teaching == {}
    confirm(project.data.corrections_dir, "Ana")
    processor.identify(path, no_progress)
    assert len(processor._served.autocoder.corrections_lookup.teaching) == N


def test_a_night_looks_at_all_answers_of_a_coder(
    project: Settings, tmp_path: Path, write: Write
) -> None:
    """No file has enough answers alone, and Bea's are right."""
    folder = project.data.corrections_dir
    for part in range(3):
        write(folder / f"ana{part}.csv", "Ana", 9, part, n=18)
    write(folder / "bea.csv", "Bea", 0, 3)
    (doubt,) = doubt_new_answers(kept_corrections(project), folder, champion(project), project)
    assert doubt.coder == "Ana" and doubt.n > 40 and doubt.kept == "ana0.csv"
    assert "in 3 files together" in doubt.sentence
    assert [doubt.kept for doubt in open_doubts(folder)] == [f"ana{part}.csv" for part in range(3)]
    taught = CorrectionSet(kept_corrections(project)).table(champion(project))
    assert set(taught["file"]) == {"bea.csv"} and not taught["is_confirmed"].any()
    assert doubt_new_answers(kept_corrections(project), folder, champion(project), project) == [], (
        "it is noted once"
    )

    confirm(folder, "Ana")
    assert not open_doubts(folder)
    assert doubt_new_answers(kept_corrections(project), folder, champion(project), project) == [], (
        "a person has decided"
    )
    taught = CorrectionSet(kept_corrections(project)).table(champion(project))
    parts = {f"ana{part}.csv, confirmed: Ana" for part in range(3)}
    assert set(taught["file"]) >= parts and set(learned_files(taught, None)) >= parts
    assert set(taught.loc[taught["is_confirmed"], "file"]) == parts


def test_withdrawn_answers_are_not_looked_at_however_they_are_worded(project: Settings) -> None:
    """The duties say nothing in either spelling."""
    folder = project.data.corrections_dir
    titles = ["registered nurse", "plumber", "bus driver", "cook", "welder", "hairdresser"]
    header = "text,corrected_isco_code,coder\n"
    rows = "".join(f"{title} | keine angabe,0310,Ana\n" for title in titles)
    (folder / "a.csv").write_text(header + rows, encoding="utf-8")
    (doubt,) = doubt_new_answers(kept_corrections(project), folder, champion(project), project)
    assert doubt.coder == "Ana"
    remove_doubts(folder / "a.csv")
    rows = "".join(f"{title} | unknown,withdraw,Ana\n" for title in titles)
    (folder / "b.csv").write_text(header + rows, encoding="utf-8")
    kept = list(kept_corrections(project))
    assert doubt_new_answers(kept, folder, champion(project), project) == []
    autocoder = open_autocoder(champion(project), project, CorrectionsLookup())
    corrections = [correction for _, correction in kept]
    assert len(check_coders(corrections[: len(titles)], autocoder, "a.csv")) == 1
    assert check_coders(corrections, autocoder, "both.csv") == []


def test_a_night_looks_at_coders_with_few_answers_together(project: Settings, write: Write) -> None:
    folder = project.data.corrections_dir
    names = [f"P{part}" for part in range(3)]
    for part, name in enumerate(names):
        write(folder / f"{name}.csv", name, n_wrong=4, part=part, n=4)
    doubts = doubt_new_answers(kept_corrections(project), folder, champion(project), project)
    assert [doubt.coder for doubt in doubts] == names
    assert all("of 3 coders with few answers each" in doubt.sentence for doubt in doubts)
    assert not len(CorrectionSet(kept_corrections(project)).table(champion(project)))


def test_a_night_with_nothing_else_is_refused_by_name(
    project: Settings, tmp_path: Path, write: Write
) -> None:
    """Also a file that a person put into the folder, where nobody had looked at it."""
    write(project.data.corrections_dir / "poison.csv", "", N_WRONG)
    run = run_nightly(project, report_dir=tmp_path / "night")
    assert run is not None and run.state == "refused"
    assert any("'poison.csv' are in doubt" in reason for reason in run.reasons)
    metrics = json.loads((tmp_path / "night" / "metrics.json").read_text(encoding="utf-8"))
    (doubt,) = metrics["doubts"]
    assert doubt["file"] == "poison.csv" and doubt["examples"]
    assert "poison.csv" in (tmp_path / "night" / "report.html").read_text(encoding="utf-8")
    assert run_nightly(project) is None
