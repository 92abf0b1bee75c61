"""``isco.Coder``: what the program gives, from Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.errors import ArgumentError, SettingsError
from core.packages import SHIPPED_MODEL
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import MANIFEST
from inference.model_registry import ModelRegistry
from isco import Coder, IscoError, Prediction, taxonomy
from tests.conftest import ROOT


def test_codes_are_those_of_the_program(coder: Coder) -> None:
    autocoder = open_autocoder(ModelRegistry(coder.settings.output).served(), coder.settings)
    records = [
        ("Registered nurse", "looks after patients"),
        ("plumber", None),
        ("retired", ""),
        (None, None),
    ]
    expected = autocoder.code([join(title or "", duties or "") for title, duties in records])
    assert [prediction.isco_code for prediction in expected] == ["2221", "7126", "", ""]
    assert coder.code_all(records) == expected
    assert [coder.code(title, duties) for title, duties in records] == expected
    assert isinstance(expected[0], Prediction) and coder.model_version == autocoder.version


def test_candidates_are_the_model_s(coder: Coder) -> None:
    prediction = coder.code("plumber", "fits pipes")
    candidates = coder.candidates("plumber", "fits pipes", k=436)
    assert tuple((c.isco_code, c.confidence) for c in candidates[:5]) == prediction.candidates
    assert sum(c.confidence for c in candidates) == pytest.approx(1, abs=1e-4)
    assert sorted(c.isco_code for c in candidates) == list(taxonomy.codes())
    assert candidates[0].isco_title == taxonomy.title(candidates[0].isco_code)
    assert coder.candidates("plumber", "fits pipes", k=2) == candidates[:2]
    assert coder.candidates("retired") == coder.candidates(None) == ()


@pytest.mark.slow
def test_an_explanation_is_that_of_the_code(coder: Coder) -> None:
    explanation = coder.explain("plumber", "fits pipes")
    assert explanation is not None
    assert explanation.code == coder.code("plumber", "fits pipes").group_code
    assert [word.word for word in explanation.words] == ["plumber", "fits", "pipes"]
    total = explanation.base + sum(word.score for word in explanation.words)
    assert total == pytest.approx(explanation.output, abs=1e-3)
    assert coder.explain("retired") is None


def test_corrections_come_with_refresh(config: Path) -> None:
    coder = Coder(config)
    before = coder.code("plumber")
    folder = coder.settings.data.corrections_dir
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("job_title,corrected_isco_code\nplumber,9629\n", "utf-8")
    assert coder.code("plumber") == before
    coder.refresh()
    assert coder.code("plumber").isco_code == "9629"
    assert coder.candidates("plumber")[0].isco_code == before.candidates[0][0]
    assert coder.explain("plumber") is None


def serve(link: Path, name: str, manifest: dict[str, Any]) -> None:
    """Put a version into service that has the files of the model that ships."""
    folder = link.with_name(name)
    folder.mkdir()
    for path in SHIPPED_MODEL.iterdir():
        (folder / path.name).symlink_to(path.resolve())
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    link.unlink(missing_ok=True)
    link.symlink_to(folder)


def test_a_promoted_model_comes_with_refresh_and_a_damaged_one_never(config: Path) -> None:
    config.write_text("output: {best_model_dir: served}\n", encoding="utf-8")
    manifest = json.loads((SHIPPED_MODEL / MANIFEST).read_text(encoding="utf-8"))
    link = config.with_name("served")
    serve(link, "first", manifest)
    coder = Coder(config)
    serve(link, "damaged", {})
    coder.refresh()
    assert coder.model_version == manifest["version"] and coder.code("nurse").isco_code == "2221"
    serve(link, "second", {**manifest, "version": "2026-02-02.aaaaaaaa"})
    coder.refresh()
    assert coder.model_version == "2026-02-02.aaaaaaaa"


FORKS = """\
import pickle, sys, threading, isco
from multiprocessing import get_context
coder = isco.Coder(sys.argv[1])
coder.code("nurse")
def code(title):
    try:
        return coder.code(title).isco_code
    except isco.IscoError as error:
        return str(error)
with get_context("fork").Pool(1) as pool:
    print(pool.apply_async(code, ["plumber"]).get(30))
print(code("plumber"))
try:
    pickle.dumps(coder)
except isco.IscoError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_another_process_is_told_to_make_its_own_coder(config: Path) -> None:
    """The threads of the model are not there after a fork: it waited for them for ever."""
    command = [sys.executable, "-c", FORKS, str(config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    forked, own, sent = done.stdout.splitlines()
    assert forked == (
        "found a coder of the process that forked this one; expected one made in each process: "
        "call isco.Coder() there"
    )
    assert own.isdecimal() and sent.startswith("found a coder that is sent to another process; ")


def test_one_coder_serves_several_threads(coder: Coder) -> None:
    titles = [taxonomy.title(code) for code in taxonomy.codes()[::25]]
    expected = [coder.candidates(title) for title in titles]
    answers: list[list[Any]] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append([coder.candidates(title) for title in titles])
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda coder: coder.code(99), "title: found 99; expected a text"),
        (lambda coder: coder.code("nurse", ["x"]), r"duties: found \['x'\]; expected a text"),
        (lambda coder: coder.code("K\udcf6chin"), "title: found half of a letter"),
        (lambda coder: coder.candidates("K\udcf6chin"), "title: found half of a letter"),
        (
            lambda coder: coder.candidates("nurse", k=0),
            "k: found 0; expected a whole number from 1 to 436",
        ),
        (lambda coder: coder.candidates("nurse", k="3"), "k: found '3'; expected a whole number"),
        (lambda coder: coder.candidates("nurse", k=2.5), "k: found 2.5; expected a whole number"),
        (lambda coder: Coder(3), "config: found 3; expected the path"),
        (lambda coder: coder.code("nurse", None, {"age": "9"}), "found 'age'; expected none"),
    ],
)
def test_what_is_no_text_is_named(call: Any, message: str, coder: Coder) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        call(coder)
    assert isinstance(caught.value, IscoError) and isinstance(caught.value, ValueError)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT], ids=repr)
def test_missing_values_of_every_kind_are_missing(missing: Any, coder: Coder) -> None:
    assert coder.code("nurse", missing) == coder.code("nurse")
    rows = pd.DataFrame({"title": ["nurse", missing], "duties": [missing, ""]})
    sources = [p.source for p in coder.code_all(rows.itertuples(index=False))]
    assert sources == ["model", "empty"]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (["ab", "cd"], "record 1: found 'ab'; expected a pair of title and duties"),
        ([("nurse", None), ("nurse",)], r"record 2: found \('nurse',\); expected a pair"),
        ([("nurse", None), ("nurse", 7)], "record 2: duties: found 7; expected a text"),
        ([5], "record 1: found 5; expected a pair"),
        ("ab", "records: found 'ab'; expected a list"),
        (None, "records: found None; expected a list"),
        (pd.DataFrame({"ab": ["x"]}), "records: found DataFrame; .* call code_frame"),
    ],
    ids=["texts", "one part", "number", "no pair", "text", "none", "frame"],
)
def test_a_record_that_is_none_is_named(records: Any, message: str, coder: Coder) -> None:
    with pytest.raises(ArgumentError, match=message):
        coder.code_all(records)


def test_columns_of_the_context_belong_to_the_record(config: Path) -> None:
    config.write_text("data: {context_in_duties: [industry]}\n", encoding="utf-8")
    folder = config.parent / "data" / "corrections"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(
        "job_title,industry,corrected_isco_code\nworker,retail,9629\n", encoding="utf-8"
    )
    coder = Coder(config)
    assert coder.code("worker", None, {"Industry": "retail"}).isco_code == "9629"
    frame = pd.DataFrame({"job_title": ["worker"] * 2, "industry": ["retail", None]})
    rows = [("worker", None, {"industry": "retail"}), ("worker", "", {"industry": None})]
    codes = [prediction.isco_code for prediction in coder.code_all(rows)]
    of_frame = coder.code_frame(frame)["isco_code"].fillna("")  # without a code it is missing
    assert codes == of_frame.tolist() and codes[1] != "9629"
    with pytest.raises(ArgumentError, match="context: found no value of 'industry'"):
        coder.code("worker")
    with pytest.raises(ArgumentError, match="found 'age'; expected 'industry'"):
        coder.code("worker", None, {"industry": "", "age": "3"})


def test_a_folder_in_place_of_settings_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is a folder; expected .* config\.yaml"):
        Coder(tmp_path)


def test_settings_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml' does not exist; expected a file of"):
        Coder(tmp_path / "none.yaml")
