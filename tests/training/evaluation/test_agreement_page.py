"""The page of agreement, and what puts it beside a night and onto the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import main
from core.corrections.corrections_folder import read_folder
from core.csv_writer import BOM
from core.files.own_files import METRICS, REPORT
from core.isco_titles.group_titles import ENGLISH
from core.review_contract import AGREEMENT_PAGE, CONFLICTS
from core.run_state import RunState
from core.settings import Settings
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import process_corrections
from tests.support.page_reader import Page
from training.evaluation.agreement_page import write_agreement
from training.evaluation.coder_agreement import (
    Answer,
    CoderAgreement,
    Conflict,
    Level,
    Pair,
    coder_agreement,
)
from training.nightly_folder import publish_skip
from training.run_folder import RunKind, RunMetrics

SCRIPT = "<script>alert(1)</script>"
NOTHING = CoderAgreement(0, (), (), ())
CODERS = CoderAgreement(
    n_texts=10,
    levels=(Level(4, 0.8, 0.587), Level(3, 0.9, float("nan"))),
    pairs=(Pair("Anna", SCRIPT, 10, (Level(4, 0.8, 0.6), Level(3, 0.9, 0.75))),),
    conflicts=(Conflict(f"nurse | {SCRIPT}", (Answer("Anna", "2221"), Answer("ben", "3221"))),),
)


def part(name: str, n: int, n_agreed: int, **more: Any) -> dict[str, Any]:
    share = {"n": n, "n_agreed": n_agreed, "rate": n_agreed / n, "interval": [0.1, 0.9]}
    return {"name": name, **share, "n_doubted": 0, "believed": {}, **more}


def sampled() -> dict[str, Any]:
    versions = [
        part(
            name,
            20,
            18,
            major_groups=[part("7", 20, 18)],
            months=[part("2026-11", 15, 14), part("", 5, 4)],
            coders=[part("Anna", 20, 18)],
        )
        for name in ("v1", "v2")
    ]
    return {**part("", 40, 36), "n_shown": 2, "versions": versions}


def test_versions_coders_and_conflicts(tmp_path: Path) -> None:
    assert write_agreement(tmp_path, sampled(), CODERS, ENGLISH) == [AGREEMENT_PAGE, CONFLICTS]
    page = Page(tmp_path / AGREEMENT_PAGE)  # no script in it
    for words in (
        "Agreement of coders Computed 20",
        "Model v1 part records agreed share 95 % interval all records 20 18 90.0 %",
        "7 Craft and Related Trades Workers 20 18",
        "2026-11 15 14",
        "month not known 5 4",
        "Anna 20 18",
        "This figure pools 2 versions of the model. 90.0 % (10.0 % to 90.0 %), 40 records",
        "2 of these records came back in a review that showed the code",
        f"Anna – {SCRIPT} 10 80.0 % 0.60 90.0 % 0.75",
        "all coders (α) 10 80.0 % 0.59 90.0 % –",
        f"nurse | {SCRIPT} Anna: 2221 Nursing Professionals; ben: 3221",
    ):
        assert words in page.words, words
    assert "conflicts.csv" in page.links


@pytest.mark.parametrize(
    ("language", "delimiter"), [("en", ","), ("de", ";"), ("es", ";"), ("fr", ";"), ("pt", ";")]
)
def test_a_list_that_was_filled_in_settles_its_conflicts(
    tmp_path: Path, settings: Settings, language: str, delimiter: str
) -> None:
    """A spreadsheet divides it into columns as it comes, and saves it with its own delimiter."""
    folder = settings.data.corrections_dir
    for coder, code in (("anna", "2221"), ("ben", "3221")):
        path = tmp_path / f"{coder}.csv"
        path.write_text(
            f"text,corrected_isco_code,coder\nnurse | wards,{code},{coder}\n",
            encoding="utf-8",
        )
        process_corrections(path, tmp_path, CorrectionsLookup.load(folder, settings.data), settings)
    coders = coder_agreement(list(read_folder(folder, settings.data)))
    assert write_agreement(tmp_path, {}, coders, language) == [AGREEMENT_PAGE, CONFLICTS]
    lines = (tmp_path / CONFLICTS).read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[0].startswith(f"{BOM}text{delimiter}answers{delimiter}comments{delimiter}")
    (row,) = csv.DictReader([lines[0].removeprefix(BOM), *lines[1:]], delimiter=delimiter)
    row["corrected_isco_code"] = "2221"
    filled = tmp_path / "filled.csv"
    with filled.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, row, delimiter=delimiter)
        writer.writeheader()
        writer.writerow(row)
    before = CorrectionsLookup.load(folder, settings.data)
    receipt = process_corrections(filled, tmp_path, before, settings)
    assert receipt.statuses["accepted"] == receipt.n_rows == 1
    judged = (tmp_path / "corrections.csv").read_text(encoding="utf-8")
    assert "replaces 3221 and settles the conflict" in judged
    assert CorrectionsLookup.load(folder, settings.data).decisions.get("nurse | wards") == "2221"
    assert not coder_agreement(list(read_folder(folder, settings.data))).conflicts


def test_only_one_of_the_two_is_known(tmp_path: Path) -> None:
    assert write_agreement(tmp_path, {}, NOTHING, ENGLISH) == [] and not list(tmp_path.iterdir())
    assert write_agreement(tmp_path, sampled(), NOTHING, ENGLISH) == [AGREEMENT_PAGE]
    assert "No text was answered by two coders" in Page(tmp_path / AGREEMENT_PAGE).words
    write_agreement(tmp_path, {}, CODERS, ENGLISH)
    assert "No record of a random sample" in Page(tmp_path / AGREEMENT_PAGE).words


def test_a_night_without_a_training_shows_them_too(tmp_path: Path) -> None:
    metrics = RunMetrics(RunKind.FINE_TUNE, RunState.SKIPPED, sampled_agreement=sampled())
    publish_skip(tmp_path / "2026-11-27", metrics, CODERS, "en")
    assert {path.name for path in (tmp_path / "2026-11-27").iterdir()} == {
        REPORT,
        METRICS,
        AGREEMENT_PAGE,
        CONFLICTS,
    }


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("{}\n", encoding="utf-8")
    arguments = ["coders", "--config", str(config)]
    assert main.main(arguments) == 0
    assert "no answer says anything about agreement yet" in capsys.readouterr().out
    folder = tmp_path / "data" / "corrections"
    folder.mkdir(parents=True)
    for n, coder, code in ((1, "anna", "2221"), (2, "ben", "3221")):
        (folder / f"{n}.csv").write_text(
            f"text,corrected_isco_code,coder\nnurse | x,{code},{coder}\ncook | x,5120,{coder}\n",
            encoding="utf-8",
        )
    out = tmp_path / "found"
    assert main.main([*arguments, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "anna and ben: 2 texts, 50.0% equal, kappa 0.33" in printed
    assert str(out / CONFLICTS) in printed and (out / AGREEMENT_PAGE).exists()
    assert main.main([*arguments, "--out", str(out), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["sampled"] == {} and figures["coders"]["n_texts"] == 2
    (folder / "3.csv").write_text(
        "text,corrected_isco_code,adjudicated\nnurse | x,2221,yes\n", encoding="utf-8"
    )
    assert main.main([*arguments, "--out", str(out)]) == 0
    assert not (out / CONFLICTS).exists() and (out / AGREEMENT_PAGE).exists()
    for path in folder.glob("*.csv"):
        path.unlink()
    assert main.main([*arguments, "--out", str(out)]) == 0
    assert not list(out.iterdir())
    for n, coder in ((1, "anna"), (2, "ben")):
        (folder / f"{n}.csv").write_text(
            f"text,corrected_isco_code,coder\nnurse | x,2221,{coder}\n", encoding="utf-8"
        )
    assert main.main([*arguments, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    undefined = "not defined (all answers are one code)"
    assert f"anna and ben: 1 text, 100.0% equal, kappa {undefined}\n" in printed
    assert f"all coders: 1 text, alpha {undefined}, 0 conflicts to decide\n" in printed
