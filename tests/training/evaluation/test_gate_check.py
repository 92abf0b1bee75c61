"""A check of the gate keeps its figures, and says its sentence in the language of the reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.corrections.doubts import Doubt
from core.languages.message import Message
from core.languages.page_language import page_language, page_languages
from core.run_state import RunState
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES, OWN_HOLD_OUT
from training.evaluation.gate_check import (
    KEPT_OUT,
    LEARNED,
    GateCheck,
    GateFigure,
    small_falls_added_up,
)
from training.evaluation.training_report import write_report
from training.part_names import part_name
from training.run_folder import RunKind, RunMetrics, record_metrics
from watcher.delivery.index_page import Index
from watcher.processes.scheduler import NIGHTLY, outcome

INTERVAL = (-0.0512, 0.0024)
MACRO_F1 = GateCheck(GateFigure.MACRO_F1, OWN_HOLD_OUT, 300, 0.61, 0.58, False, INTERVAL)
CHECKS = [
    MACRO_F1,
    replace(MACRO_F1, allowed=0.01, texts=BUNDLED_HOLD_OUT),
    replace(MACRO_F1, figure=GateFigure.PRODUCTION_RATE, texts=OTHER_LANGUAGES),
    replace(MACRO_F1, figure=GateFigure.MAJOR_GROUP_AGREEMENT, allowed=0.03, major_group="7"),
    replace(MACRO_F1, figure=GateFigure.CALIBRATION_ERROR, allowed=0.01, since_reference=True),
    GateCheck(GateFigure.LOG_LIKELIHOOD, LEARNED, 40, -2.1, -2.4, False),
    GateCheck(GateFigure.AGREEMENT, KEPT_OUT, 25, 0.8, 0.6, False, INTERVAL),
]


def test_the_values_of_a_check_and_its_english_words_are_in_the_metrics() -> None:
    values = json.loads(json.dumps(CHECKS[3].to_json()))
    assert values.pop("change") == pytest.approx(-0.03)
    assert values == {
        "name": "top-1 in major group 7, own hold-out set",
        "figure": "accuracy_4_in_major_group",
        "texts": "own hold-out set",
        "n": 300,
        "champion": 0.61,
        "challenger": 0.58,
        "passed": False,
        "interval": [-0.0512, 0.0024],
        "allowed": 0.03,
        "major_group": "7",
        "since_reference": False,
        "limit": "may fall by at most 0.03, or by chance (95 % of the differences: -0.0512 to "
        "+0.0024)",
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.figure))
def test_a_check_is_read_as_it_was_written(check: GateCheck) -> None:
    assert GateCheck.from_json(json.loads(json.dumps(check.to_json()))) == check


def test_a_check_is_said_in_the_language_of_the_reader() -> None:
    german = page_language("de")
    assert german.gettext(CHECKS[3].sentence) == (
        "bester Code richtig in Berufshauptgruppe 7, eigene Prüfmenge: vorher 0,610, jetzt 0,580; "
        "darf um höchstens 0,03 fallen, oder durch Zufall (95 % der Differenzen: −0,0512 bis "
        "+0,0024)"
    )
    assert german.gettext(CHECKS[4].name) == (
        "Kalibrierungsfehler, eigene Prüfmenge, seit der Vergleichsversion"
    )


@pytest.mark.parametrize(
    ("name", "german"),
    [
        ("bundled hold-out set, language de", "mitgelieferte Prüfmenge, Deutsch"),
        (
            "bundled hold-out set, language unknown",
            "mitgelieferte Prüfmenge, Sprache nicht angegeben",
        ),
        ("bundled hold-out set, language xx", "mitgelieferte Prüfmenge, language xx"),
        ("bundled hold-out set, misspelt", "mitgelieferte Prüfmenge, mit Schreibfehlern"),
        ("test", "Testtexte"),
        ("a set of an earlier version", "a set of an earlier version"),
    ],
)
def test_a_set_of_texts_has_a_name_for_people(name: str, german: str) -> None:
    assert page_language("de").gettext(part_name(name)) == german


# Every way in which a night can end with a sentence.
ENDS = {
    RunState.REFUSED: [
        *(check.sentence for check in CHECKS),
        small_falls_added_up("2026-11-30.b", "2026-11-20.a"),
    ],
    RunState.SKIPPED: [
        Message(
            "nothing new: {why}", why=Message("the model in service has learned every correction")
        )
    ],
}
DOUBT = Doubt(
    "Ana",
    "review.csv",
    reasons=(
        Message(
            "{n} of {n_all} codes are behind a hundred others that the model finds likelier",
            n=9,
            n_all=40,
        ),
    ),
    kept="3f2a.csv",
)


def words_of(page: Path) -> str:
    return re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page.read_text("utf-8"), flags=re.S)


def a_night(outbox: Path, day: str, state: RunState) -> RunMetrics:
    metrics = RunMetrics(RunKind.FINE_TUNE, state, list(ENDS[state]), doubts=[DOUBT])
    if state is RunState.REFUSED:
        metrics.checks = CHECKS
        metrics.reference = "2026-11-20.a"
    folder = outbox / NIGHTLY / day
    folder.mkdir(parents=True)
    record_metrics(folder, metrics)
    return metrics


@pytest.mark.parametrize("language", sorted(set(page_languages()) - {"en"}))
def test_no_english_sentence_of_a_night_stands_on_a_page(tmp_path: Path, language: str) -> None:
    for day, state in enumerate(ENDS, start=10):
        metrics = a_night(tmp_path, f"2026-11-{day}", state)
        folder = tmp_path / NIGHTLY / f"2026-11-{day}"
        assert outcome(folder) == f"{state}: {metrics.reasons[0]}", "the log stays English"
        page = write_report(folder, language)
        assert 'lang="en"' not in page.read_text("utf-8")
        spoken = page_language(language)
        for message in [*metrics.reasons, *DOUBT.reasons]:
            assert spoken.gettext(message) != message and message not in words_of(page)
            assert spoken.gettext(message) in words_of(page)
        for check in metrics.checks or []:
            assert spoken.gettext(check.limit) in words_of(page)
    Index(tmp_path, language).refresh()
    index = words_of(tmp_path / "index.html")
    assert 'lang="en"' not in (tmp_path / "index.html").read_text("utf-8")
    for reasons in ENDS.values():
        assert all(page_language(language).gettext(reason) in index for reason in reasons)
