"""``isco.Coder``: what the program gives, from Python."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from core.errors import ArgumentError, SettingsError
from core.packages import SHIPPED_MODEL
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import MANIFEST
from inference.model_registry import ModelRegistry
from isco import Coder, IscoError, Prediction, taxonomy


def test_codes_are_those_of_the_program(coder: Coder) -> None:
    autocoder = open_autocoder(ModelRegistry(coder.settings.output).served(), coder.settings)
    records = [("Nurse", "looks after patients"), ("plumber", None), ("retired", ""), (None, None)]
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
        (
            lambda coder: coder.candidates("nurse", k=0),
            "k: found 0; expected a number from 1 to 436",
        ),
    ],
)
def test_what_is_no_text_is_named(call: Any, message: str, coder: Coder) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        call(coder)
    assert isinstance(caught.value, IscoError) and isinstance(caught.value, ValueError)


def test_settings_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml' does not exist"):
        Coder(tmp_path / "none.yaml")
