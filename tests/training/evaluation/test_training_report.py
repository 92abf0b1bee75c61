"""Where the model errs, and the report of a run: real files, outcomes known beforehand."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.corrections.doubts import Doubt
from core.files.own_files import REPORT
from core.languages.message import Message
from core.languages.page_language import page_language
from core.run_state import RunState
from core.taxonomy import isco08
from tests.support.page_reader import Page
from tests.support.written_rows import rows_of
from training.evaluation.analysis_files import (
    CONFUSED_PAIRS,
    CONFUSION,
    CONFUSION_MAJOR,
    CONFUSION_MATRIX,
    ERROR_ANALYSIS,
    ERROR_RATES,
    MISCLASSIFICATIONS,
    NEVER_PREDICTED,
    PRODUCTION,
    RELIABILITY,
)
from training.evaluation.error_analysis import write_error_analysis
from training.evaluation.gate_check import GateCheck, GateFigure
from training.evaluation.metrics import measure
from training.evaluation.plots import draw_curves
from training.evaluation.training_report import show, write_report
from training.run_folder import RunKind, RunMetrics, record_metrics

UNITS = isco08().units
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)>'

# right, given, confidence, text: four wrong of eight, two of them in the same pair
ANSWERS = [
    ("2221", "2221", 0.90, "nurse"),
    ("2221", "3221", 0.50, "ward nurse"),
    ("2221", "3221", 0.80, HOSTILE),
    ("2221", "2222", 0.30, "=cmd()"),
    ("3221", "3221", 0.95, "enrolled nurse"),
    ("0110", "0210", 0.60, "lieutenant"),
    ("7212", "7212", 0.99, "welder"),
    ("7212", "7212", 0.70, "ship welder"),
]


def probabilities() -> np.ndarray:
    """(8, 436): the given code's confidence, the rest spread over all others."""
    said = np.empty((len(ANSWERS), len(UNITS)))
    for row, (_, code, confidence, _) in zip(said, ANSWERS, strict=True):
        row[:] = (1 - confidence) / (len(UNITS) - 1)
        row[UNITS.index(code)] = confidence
    return said


MODEST = probabilities() / 2  # the same codes, none of them at the threshold
CODES = [code for code, *_ in ANSWERS]
TEXTS = [text for *_, text in ANSWERS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / ERROR_ANALYSIS
    analysed(out)
    return out


def analysed(out: Path) -> None:
    """The whole of ``error_analysis/``, a champion that was never sure beside the challenger."""
    write_error_analysis(probabilities(), CODES, TEXTS, out)
    draw_curves(
        {Message("challenger"): probabilities(), Message("champion"): MODEST}, CODES, 0.9, out
    )


def metrics(**more: Any) -> dict[str, Any]:
    """What a refused run leaves, all of it."""
    figures = measure(probabilities(), CODES, 0.9)
    failed = GateCheck(
        GateFigure.MAJOR_GROUP_AGREEMENT, "own hold-out set", 8, 0.61, 0.4, False, (-0.2, 0.1), 0.03
    )
    passed = replace(failed, figure=GateFigure.CALIBRATION_ERROR, passed=True)
    return {
        "kind": "train",
        "state": "refused",
        "reasons": ["top-1 in major group 2, own hold-out set: champion 0.610, challenger 0.400"],
        "started": "2026-11-22T22:10:04+00:00",
        "finished": "2026-11-23T01:42:51+00:00",
        "base": "roberta-base",
        "seed": 42,
        "model": {"confidence_threshold": 0.9, "learning_rate": 2e-5},
        "n_texts": {"train": 92351, "test": 8},
        "n_hold_out": {"own hold-out set": 300},
        "suspects": {"n_outliers": 12},
        "untested_codes": ["0110", "9999"],
        "learned": [{"code": "2221", "n": 40, "n_before": 11, "n_now": 37}],
        "temperature": 1.03,
        "threshold_for_agreement": {
            "agreement": 0.95,
            "threshold": 0.97,
            "production_rate": 0.2,
            "interval": [0.93, 0.99],
        },
        "version": "2026-11-23.cea2849c",
        "champion": "2026-11-20.0123abcd",
        "parity": {"fp32_max_logit_difference": 1e-5, "n_texts": 8},
        "figures": {
            "test": figures,
            "test texts, vague": figures,
            "seen": figures,
            "seen, language de": figures,
            "test before quantisation": figures,
        },
        "confidence_threshold": 0.9,
        "analysed": "test",
        "compared": "test",
        "champion_figures": measure(MODEST, CODES, 0.9),
        "checks": [
            replace(failed, major_group="2").to_json(),
            passed.to_json(),
        ],
        **more,
    }


def written(run_dir: Path, found: dict[str, Any]) -> Page:
    (run_dir / "metrics.json").write_text(json.dumps(found), encoding="utf-8")
    path = write_report(run_dir)
    assert path == run_dir / REPORT
    return Page(path)


def test_confused_pairs_have_titles_and_the_surest_examples_first(folder: Path) -> None:
    first, second, third = rows_of(folder / CONFUSED_PAIRS)
    assert (first["right_code"], first["given_code"], first["n"]) == ("2221", "3221", "2")
    assert first["right_title"] == isco08().title("2221")
    assert first["given_title"] == isco08().title("3221")
    assert float(first["share"]) == 0.5
    assert [first[f"example_{k}"] for k in (1, 2, 3)] == [HOSTILE, "ward nurse", ""]
    assert (second["right_code"], second["given_code"]) == ("0110", "0210")
    assert third["example_1"] == "'=cmd()"  # a spreadsheet must not run it


def test_a_long_text_is_cut_in_the_examples(tmp_path: Path) -> None:
    write_error_analysis(probabilities(), CODES, ["x" * 100_000] * len(CODES), tmp_path)
    example = rows_of(tmp_path / CONFUSED_PAIRS)[0]["example_1"]
    assert len(example) < 1000 and example.endswith("…")


def test_the_ten_most_confused_pairs_and_a_picture_stand_beside(tmp_path: Path) -> None:
    codes = list(UNITS[:12])
    wrong = np.zeros((12, len(UNITS)))
    wrong[np.arange(12), np.arange(1, 13)] = 1.0
    write_error_analysis(wrong, codes, [f"text {code}" for code in codes], tmp_path)
    assert (tmp_path / "misclassifications.csv").name == MISCLASSIFICATIONS
    pairs = rows_of(tmp_path / CONFUSED_PAIRS)
    assert len(pairs) == 12 and rows_of(tmp_path / MISCLASSIFICATIONS) == pairs[:10]
    assert (tmp_path / "error_rates_by_group.csv").is_file()
    assert (tmp_path / CONFUSION_MATRIX).read_bytes().startswith(b"\x89PNG")


def test_error_rates_count_the_unit_group_and_the_group_itself(folder: Path) -> None:
    rows = {row["code"]: row for row in rows_of(folder / ERROR_RATES)}
    assert {code for code in rows if len(code) == 1} == {"0", "2", "3", "7"}
    found = {
        code: tuple(float(rows[code][name]) for name in ("n", "error_rate", "outside_rate"))
        for code in ("2", "22", "222", "0", "01", "3", "7")
    }
    assert found == {
        "2": (4, 0.75, 0.5),
        "22": (4, 0.75, 0.5),
        "222": (4, 0.75, 0.5),
        "0": (1, 1, 0),
        "01": (1, 1, 1),
        "3": (1, 0, 0),
        "7": (2, 0, 0),
    }


def test_never_predicted_tells_asked_from_not_asked(folder: Path) -> None:
    rows = rows_of(folder / NEVER_PREDICTED)
    assert [row["code"] for row in rows if row["n"] != "0"] == ["0110"]
    given_codes = {code for _, code, *_ in ANSWERS}
    assert {row["code"] for row in rows} == set(UNITS) - given_codes


def test_the_confusion_file_has_all_436_groups(folder: Path) -> None:
    rows = {row.pop("right_code"): row for row in rows_of(folder / CONFUSION)}
    assert tuple(rows) == UNITS and tuple(rows["0110"]) == UNITS
    assert rows["2221"]["3221"] == "2" and rows["7212"]["7212"] == "2"
    assert sum(int(n) for row in rows.values() for n in row.values()) == len(ANSWERS)


def words_of(path: Path) -> list[str | None]:
    """What is written in a plot."""
    root = ElementTree.parse(path).getroot()
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.slow
def test_plots_are_text_and_the_same_for_the_same_run(folder: Path, tmp_path: Path) -> None:
    analysed(tmp_path)
    assert len(list(folder.glob("*.svg"))) == 4
    for path in folder.glob("*.svg"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_champion_and_challenger_stand_in_one_plot(folder: Path) -> None:
    words = words_of(folder / PRODUCTION)
    assert words.count("challenger") == words.count("champion") == 1
    # The three surest are right and the fourth is wrong, at the threshold and for 95 % alike.
    assert words.count("threshold 0.9: 37.5\N{NO-BREAK SPACE}%") == 1
    assert words.count("threshold 0.9: 0.0\N{NO-BREAK SPACE}%") == 1
    assert words.count("95\N{NO-BREAK SPACE}% agreement: 37.5\N{NO-BREAK SPACE}%") == 2
    words = words_of(folder / RELIABILITY)
    assert "challenger" in words and "champion" in words


@pytest.mark.slow
def test_one_text_of_no_confidence_can_be_drawn(tmp_path: Path) -> None:
    unsure = np.full((1, len(UNITS)), 1 / len(UNITS))
    write_error_analysis(unsure, ["9629"], ["?"], tmp_path)
    draw_curves({Message("this model"): unsure}, ["9629"], 0.9, tmp_path)
    assert len(list(tmp_path.glob("*.svg"))) == 4
    assert "champion" not in words_of(tmp_path / RELIABILITY)


def test_a_share_is_rounded_once(tmp_path: Path) -> None:
    said = np.zeros((19, len(UNITS)))
    said[:, UNITS.index("2221")] = 1.0
    said[:4] = np.eye(len(UNITS))[UNITS.index("3221")]
    write_error_analysis(said, ["2221"] * 19, ["nurse"] * 19, tmp_path / ERROR_ANALYSIS)
    (pair,) = rows_of(tmp_path / ERROR_ANALYSIS / CONFUSED_PAIRS)
    assert float(pair["share"]) == 4 / 19
    words = written(tmp_path, metrics()).words
    assert "0.211" in words, "4 of 19 are 0.2105 and something"


def test_the_report_names_the_answers_that_were_taken_back(tmp_path: Path) -> None:
    words = written(tmp_path, metrics(taken_back_corrections=["2221 nurse | wards"])).words
    assert "and that teach nothing any more 2221 nurse | wards" in words


def test_a_model_without_errors_has_no_confused_pairs(tmp_path: Path) -> None:
    folder = tmp_path / ERROR_ANALYSIS
    write_error_analysis(np.eye(len(UNITS)), UNITS, UNITS, folder)
    assert rows_of(folder / CONFUSED_PAIRS) == rows_of(folder / NEVER_PREDICTED) == []
    assert {row["error_rate"] for row in rows_of(folder / ERROR_RATES)} == {"0.0"}
    assert "Most confused" not in written(tmp_path, metrics()).words


def test_the_report_says_number_by_number_why(folder: Path) -> None:
    page = written(folder.parent, metrics())
    assert "refused" in page.words
    assert page.words.index("champion 0.610, challenger 0.400") < page.words.index("The gate")
    for words in (
        "top-1 in major group 2, own hold-out set",
        "0.6100",
        "0.4000",
        "−0.2100",
        "failed",
        "passed",
        "may fall by at most 0.03",
        "92,351",
        "outliers 12",
        "0110 Commissioned",
        "9999",
        "2e-05",
        "0.930 to 0.990",
        "3221 Nursing Associate",
        "ward nurse",
        "test texts, vague",
        "trained on",
        "before and after quantisation",
        "the best code of none",
        "2221 Nursing Professionals 40 11 37",
        "neither model has learned",
    ):
        assert words in page.words, words
    assert "training texts, " not in page.words  # the parts are those of unseen texts


def test_a_hostile_text_stays_a_text(folder: Path) -> None:
    page = written(folder.parent, metrics(reasons=[HOSTILE], base=HOSTILE, version=HOSTILE))
    assert all(image["src"] != "x" for image in page.named("img"))
    assert page.words.count(HOSTILE) >= 4


def test_the_report_needs_no_other_file(folder: Path) -> None:
    page = written(folder.parent, metrics())
    links = [a[name] or "" for _, a in page.tags for name in ("src", "href") if name in a]
    assert len(links) == 4
    assert all(link.startswith(("data:", "#")) for link in links)
    content = (folder.parent / REPORT).read_text(encoding="utf-8")
    assert "url(" not in content and "@import" not in content


def test_whoever_cannot_see_it_can_read_it(folder: Path) -> None:
    page = written(folder.parent, metrics())
    assert all(image["alt"] for image in page.named("img"))
    assert page.named("th") and all(cell.get("scope") for cell in page.named("th"))
    assert page.named("html") == [{"lang": "en"}]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_run_refused_for_parity_has_no_figures(tmp_path: Path) -> None:
    reason = "logits differ by 0.3 from the checkpoint"
    page = written(tmp_path, {"kind": "fine_tune", "state": "refused", "reasons": [reason]})
    assert reason in page.words and "refused" in page.words
    assert not page.named("img") and not page.named("table")


def test_the_smallest_run_has_a_report(tmp_path: Path) -> None:
    record_metrics(tmp_path, RunMetrics(RunKind.TRAIN, RunState.PROMOTED))
    assert Page(write_report(tmp_path)).named("h1")
    assert not list(tmp_path.glob("*.part"))


def keys(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all entries of nested dicts."""
    if not isinstance(value, dict):
        return []
    return [
        found
        for key, inner in value.items()
        for found in [(*path, key), *keys(inner, (*path, key))]
    ]


LEFT_OUT = [path for path in keys(metrics()) if path not in {("kind",), ("state",)}]
FILES = (CONFUSED_PAIRS, ERROR_RATES, NEVER_PREDICTED, RELIABILITY, CONFUSION_MAJOR)


@pytest.mark.slow
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    missing=st.lists(st.sampled_from(LEFT_OUT), max_size=20),
    files=st.sets(st.sampled_from(FILES)),
)
def test_whatever_is_missing_is_left_out(
    folder: Path, tmp_path: Path, missing: list[tuple[str, ...]], files: set[str]
) -> None:
    found = metrics()
    for *parents, key in missing:
        inner = found
        for name in parents:
            inner = inner.get(name, {})
        inner.pop(key, None)
    (tmp_path / ERROR_ANALYSIS).mkdir(exist_ok=True)
    for name in FILES:
        path = tmp_path / ERROR_ANALYSIS / name
        path.unlink(missing_ok=True)
        if name not in files:
            path.write_bytes((folder / name).read_bytes())
    assert written(tmp_path, found).named("h1")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.25, "0.250"),
        (2e-5, "2e-05"),
        (0.0, "0.000"),
        (9034.21, "9,034"),
        (92351, "92,351"),
        (None, "–"),
        ("", "–"),
        (float("nan"), "–"),
        (True, "yes"),
        ([0.1, 0.2], "0.100 to 0.200"),
        (["0110", "0210"], "0110, 0210"),
        ([], "–"),
        (["0110"] * 40, "0110, " * 12 + "… (40 in metrics.json)"),
        ({"n_texts": 8, "int8_agreement": 0.98}, "texts 8, agreement (int8) 0.980"),
    ],
)
def test_values_are_shown_for_people(value: Any, words: str) -> None:
    assert show(value, language=page_language("en")) == words


CHANGE = {"n": 40, "n_before": 20, "n_now": 30, "n_lost": 2, "interval": [0.05, 0.45]}
NO_CHANGE: dict[str, Any] = {"n": 0, "n_before": 0, "n_now": 0, "n_lost": 0, "interval": [0, 0]}


def head_of(tmp_path: Path, **changes: Any) -> str:
    """The sentences under the result of a night."""
    values = {"yours": NO_CHANGE, "taught": NO_CHANGE, "others": NO_CHANGE} | changes
    metrics = {"kind": "fine_tune", "state": "promoted", "changes": values}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    page = write_report(tmp_path).read_text(encoding="utf-8")
    head = page.split('<div class="result')[1].split("</div>")[0]
    return head.replace("\N{NO-BREAK SPACE}", " ")


def test_the_head_says_what_got_better_and_worse_on_your_texts(tmp_path: Path) -> None:
    better = head_of(tmp_path, yours=CHANGE, taught={**CHANGE, "n": 32}, others={**CHANGE, "n": 60})
    assert "clearly more are right (50.0 % before, 75.0 % now: +25.0 points" in better
    assert "95 % interval +5.0 to +45.0)" in better and "of 32 corrections" in better
    assert "worse on your texts: nothing for certain; right before and wrong now: 2 of 40" in better
    assert "on 60 answers of others" in better

    worse = head_of(tmp_path, yours={**CHANGE, "n_now": 9, "interval": [-0.4, -0.1]})
    assert "better on your texts: nothing for certain" in worse and "clearly fewer" in worse
    few = head_of(tmp_path, yours={**CHANGE, "n": 19})
    assert "too few (19)" in few and "clearly" not in few
    assert "were right before" not in head_of(tmp_path), "nothing was taught"


def test_answers_in_doubt_are_named_before_the_checks(tmp_path: Path) -> None:
    doubt = Doubt("Ana", "review.csv", reasons=("9 of 40",), examples=(("<b>", "2221", "5120"),))
    doubt = replace(doubt, kept="3f2a.csv")
    metrics = {"kind": "fine_tune", "state": "skipped", "doubts": [asdict(doubt)]}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    page = write_report(tmp_path).read_text(encoding="utf-8")
    section = page.split('id="doubts"')[1]
    assert "3f2a.csv (review.csv)" in section
    assert "Ana" in section and "9 of 40" in section and "&lt;b&gt;: 2221, 5120" in section
    assert "isco coders --confirm" in section
