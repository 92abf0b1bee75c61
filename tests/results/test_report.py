"""The report of a batch, and its agreement with the codes of the input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from core.csv_writer import Writer
from core.files.own_files import REPORT
from core.own_tables.table_kind import TableKind
from core.settings import ClimbSettings, Settings
from core.taxonomy import isco08
from core.text import join
from inference.autocoder import Autocoder, open_autocoder
from inference.bundle import Bundle
from results.code_file import code_file
from results.review.follow_up import follow_up_question
from results.review.review_item import ReviewItem
from tests.support.half_autocoded import with_half_autocoded
from tests.support.page_reader import Page
from tests.support.review_fixtures import FORMULA, SCRIPT, prediction
from tests.support.written_rows import rows_of

UNITS = isco08().units


@pytest.fixture
def settings(bundle: Bundle, settings: Settings) -> Settings:
    """With this threshold half of the titles of all groups are autocoded."""
    titles = [title.lower() for title in isco08().titles.values()]
    return with_half_autocoded(settings, open_autocoder(bundle, settings), titles)


def run(tmp_path: Path, content: str, autocoder: Autocoder, settings: Settings) -> Path:
    path, out = tmp_path / f"{SCRIPT.replace('/', '-')}.csv", tmp_path / "out"
    path.write_text(content, encoding="utf-8")
    out.mkdir()
    code_file(path, out, autocoder, settings)
    return out


def written(tmp_path: Path, lines: list[list[str]]) -> str:
    path = tmp_path / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Writer(file, lines[0]).write(lines[1:])
    return path.read_text(encoding="utf-8")


def test_codes_that_the_program_gave_are_no_corrections_and_a_note_says_so(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    """A predictions.csv with titles and codes alone is read as new records."""
    titles = [isco08().title(code) for code in UNITS[:60]]
    shown = [prediction.isco_code for prediction in autocoder.code([join(t) for t in titles])]
    assert sum(len(code) == 3 for code in shown) > 3
    best = [p.candidates[0][0] for p in autocoder.code([join(title) for title in titles])]
    for name, codes, is_noted in (
        ("own", ["0110", *shown[1:]], True),
        ("office", best, False),
        ("groups", [code[:3] for code in best], False),
    ):
        folder = tmp_path / name
        folder.mkdir()
        lines = [["job_title", "isco_code"], *map(list, zip(titles, codes, strict=True))]
        out = run(folder, written(folder, lines), autocoder, settings)
        noted = "nothing was taken as a correction" in (out / REPORT).read_text("utf-8")
        assert noted == is_noted, name


def test_agreement_with_the_codes_of_the_input(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    titles = [isco08().title(code) for code in UNITS]
    texts = [f"{title} | unknown" for title in titles]
    best = [prediction.candidates[0][0] for prediction in autocoder.code(texts)]
    given = [code if n % 3 else best[n] for n, code in enumerate(UNITS)]
    lines = [[title, code] for title, code in zip(titles, given, strict=True)]
    lines += [
        ["nurse", "999"],
        ["nurse", "nurse"],
        ["nurse", ""],
        ["", "2221"],
        [SCRIPT, "222"],
        [FORMULA, "110"],
    ]
    out = run(
        tmp_path, written(tmp_path, [["job_title", "ISCO code"], *lines]), autocoder, settings
    )
    page = Page(out / REPORT)

    coded = {row["job_title"]: row["candidate_1"] for row in rows_of(out / "predictions.csv")}
    ours = [coded[title] for title in titles] + [coded[FORMULA]]
    theirs = [*given, "0110"]
    for digits in (4, 3, 2, 1):
        a, b = [[code[:digits] for code in codes] for codes in (theirs, ours)]
        if digits < 4:
            a, b = [*a, "222"[:digits]], [*b, coded[SCRIPT][:digits]]
        kappa = cohen_kappa_score(a, b)
        agreement = np.mean(np.array(a) == np.array(b))
        assert f"{digits} {len(a)} {100 * agreement:.1f} % {kappa:.3f}" in page.words
    assert (
        "440 records had a code in ISCO code . 1 of these codes cannot be read as one of ISCO-08."
        in page.words
    )
    assert "1 record had a mark for a missing code" in page.words

    disagreements = {row["job_title"]: row for row in rows_of(out / TableKind.DISAGREEMENTS)}
    expected = {t for t, a, b in zip(titles, given, ours, strict=False) if a != b}
    assert expected <= set(disagreements) <= expected | {SCRIPT, f"'{FORMULA}"}
    assert disagreements[f"'{FORMULA}"]["given_code"] == "0110"
    first = next(row for row in disagreements.values())
    assert first["given_title"] == isco08().title(first["given_code"])
    assert lines[int(first["record"]) - 1][0] == first["job_title"]


def test_the_page_says_what_the_files_say(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    lines = [["nurse", ""]] * 3 + [[SCRIPT, FORMULA], [FORMULA, SCRIPT], ["", ""]]
    lines += [[title, ""] for title in isco08().titles.values()]
    out = run(tmp_path, written(tmp_path, [["title", "tasks"], *lines]), autocoder, settings)
    page = Page(out / REPORT)
    predictions, review = rows_of(out / "predictions.csv"), rows_of(out / "review.csv")
    n_review = sum(row["needs_review"] == "true" for row in predictions)
    n_autocoded = sum(
        row["is_fallback"] == "false" and row["isco_code"] != "" for row in predictions
    )
    for words in (
        f"records {len(lines):,}",
        f"autocoded, 4 digits {100 * n_autocoded / (len(lines) - 1):.1f} %",
        f"records for review {n_review:,} as",
        f"{sum(not row['sampled'] for row in review):,} uncertain texts",
        "questions of the review settle",
        f" of {n_review - 1:,} records for review",  # the empty one is no question
        "title as job_title, tasks as duties_description",
        autocoder.version,
        "Major groups in numbers",
        "1,000 calibration texts",
    ):
        assert words in page.words, words
    assert sum(row.get("class") == "now" for row in page.named("tr")) == 1
    assert f"{SCRIPT.replace('/', '-')}.csv" in page.words
    assert "disagreements.csv" not in page.words and not (out / TableKind.DISAGREEMENTS).exists()
    links = {link for link in page.links if not link.startswith("../")}
    assert all((out / link).exists() for link in links - {"receipt.json"})  # which comes last
    assert all(svg["aria-label"] and svg["role"] == "img" for svg in page.named("svg"))
    assert all(cell.get("scope") for cell in page.named("th"))


@pytest.mark.parametrize("content", ["job_title\n", "job_title,isco_code\n,\n"])
def test_an_empty_file_has_a_report(
    tmp_path: Path, autocoder: Autocoder, settings: Settings, content: str
) -> None:
    assert Page(run(tmp_path, content, autocoder, settings) / REPORT).named("h1")


def test_a_table_without_a_delimiter_is_not_separated(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    for name, content, words in (
        ("a.csv", "job_title\nnurse\n", "a.csv, utf-8, separated by comma, 1 record"),
        ("a.jsonl", '{"job_title": "nurse"}\n', "a.jsonl, utf-8, 1 record"),
    ):
        path, out = tmp_path / name, tmp_path / f"of {name}"
        path.write_text(content, encoding="utf-8")
        out.mkdir()
        code_file(path, out, autocoder, settings)
        assert words in Page(out / REPORT).words


@pytest.mark.parametrize("content", ["job_title\nrefused\nretired\n", "job_title,x\n,1\n ,2\n"])
def test_there_are_no_shares_of_no_answers(
    tmp_path: Path, autocoder: Autocoder, settings: Settings, content: str
) -> None:
    page = Page(run(tmp_path, content, autocoder, settings) / REPORT)
    assert "records 2" in page.words and "autocoded, 4 digits – 0" in page.words
    assert "%" not in page.words and "Major groups" not in page.words
    assert "records for review" in page.words and "as 0 distinct" not in page.words
    assert "corrections –" in page.words


def test_where_no_record_has_a_code_there_are_no_shares_of_groups(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    page = Page(run(tmp_path, "job_title\nmy husband is a plumber\n", autocoder, settings) / REPORT)
    assert "No record has a code." in page.words and "Major groups" not in page.words


def test_shares_of_a_level_are_those_of_the_records_that_reach_it(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    """With ``climb`` some codes have one digit: they are in a major group and no sub-major one."""
    climb = ClimbSettings(minor=0.9, sub_major=0.9, major=0.1)
    inference = settings.inference.model_copy(update={"fallback": "climb", "climb": climb})
    columns = settings.data.columns.model_copy(update={"weight": ("wt",)})
    data = settings.data.model_copy(update={"columns": columns})
    settings = settings.model_copy(update={"inference": inference, "data": data})
    titles = [[title, str(n % 7)] for n, title in enumerate(isco08().titles.values())]
    content = written(tmp_path, [["title", "wt"], *titles])
    out = run(tmp_path, content, open_autocoder(bundle, settings), settings)
    coded = [row for row in rows_of(out / "predictions.csv") if row["isco_code"]]
    page = Page(out / REPORT)
    n_of_level = []
    for digits, group in ((1, "5"), (2, "51")):
        reached = [row for row in coded if len(row["isco_code"]) >= digits]
        n_of_level.append(len(reached))
        inside = [row for row in reached if row["isco_code"].startswith(group)]
        share = len(inside) / len(reached)
        weights = [sum(int(row["wt"]) for row in part) for part in (inside, reached)]
        weighted = weights[0] / weights[1]
        title = isco08().title(group)
        shown = f"{group} {title} {len(inside)} {100 * share:.1f} % {100 * weighted:.1f} %"
        assert shown in page.words, shown
        assert f"shares of the records with such a code: {len(reached)}" in page.words
    assert n_of_level[0] > n_of_level[1] > 0


@pytest.mark.slow
@hypothesis_settings(max_examples=30)
@given(title=st.text(max_size=100), duties=st.text(max_size=100))
def test_a_follow_up_question_quotes_the_text(title: str, duties: str) -> None:
    vague = replace(prediction((("2221", 0.3), ("3221", 0.2), ("5321", 0.1))), minor_confidence=0.3)
    item = ReviewItem("text", title, duties, vague)
    assert item.is_vague
    question = follow_up_question(item)
    assert isco08().title("2221") in question and question.endswith("?")
    assert ("What are the main tasks?" in question) == (not duties.strip())


@pytest.mark.parametrize("title", ["", "none", "N/A", "keine"])
def test_a_follow_up_question_quotes_no_title_that_says_nothing(title: str) -> None:
    """The column of a second job has it where none is held."""
    item = ReviewItem("text", title, "serves food", prediction((("2221", 0.3), ("3221", 0.2))))
    assert "serves food" in follow_up_question(item)


def test_weighted_shares_stand_beside_the_others(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    columns = settings.data.columns.model_copy(update={"weight": ("wt",)})
    settings = settings.with_values("data", columns=columns)
    titles = [[title, ""] for title in isco08().titles.values()]
    out = run(tmp_path, written(tmp_path, [["title", "tasks"], *titles]), autocoder, settings)
    is_sure = [row["is_fallback"] == "false" for row in rows_of(out / "predictions.csv")]
    weighted = [
        [title, "3" if sure else "1"] for (title, _), sure in zip(titles, is_sure, strict=True)
    ]
    (tmp_path / "weighted").mkdir()
    out = run(
        tmp_path / "weighted", written(tmp_path, [["title", "wt"], *weighted]), autocoder, settings
    )
    page = Page(out / REPORT)
    n_sure, n = sum(is_sure), len(is_sure)
    share = 3 * n_sure / (3 * n_sure + n - n_sure)
    assert f"{100 * n_sure / n:.1f} % {n_sure} weighted: {100 * share:.1f} %" in page.words
    assert "by the column wt" in page.words


def test_what_corrections_decide_is_not_called_without_a_person(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    content = written(tmp_path, [["title", "tasks"], ["nurse", ""]])
    page = Page(run(tmp_path, content, autocoder, settings) / REPORT)
    assert "4 digits without review" in page.words
    assert "pad_codes false" in page.words


def test_the_report_begins_with_a_verdict_and_bounds_what_it_expects(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    titles = [[title, ""] for title in isco08().titles.values()]
    out = run(tmp_path, written(tmp_path, [["title", "tasks"], *titles]), autocoder, settings)
    page = Page(out / REPORT)
    usual = "Usual. Nothing about the records, the major groups or the confidence stands out."
    assert ("Unusual: " in page.words) != (usual in page.words)
    predictions = rows_of(out / "predictions.csv")
    minors = [float(row["minor_confidence"]) for row in predictions if len(row["isco_code"]) == 3]
    low = sum(minor < 0.3 for minor in minors)
    assert f"0 to 0.3 {low:,} {100 * low / len(minors):.1f} %" in page.words
    assert "95 % interval" in page.words and "weighted" not in page.words


def test_a_small_file_has_no_verdict(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    page = Page(run(tmp_path, "job_title\nnurse\n", autocoder, settings) / REPORT)
    assert "The file has 1 answer. With fewer than 30" in page.words
