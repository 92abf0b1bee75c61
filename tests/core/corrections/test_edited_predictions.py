"""A predictions.csv that comes back: which codes a person changed, however it was saved."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from core.corrections.coded_texts import CodedTexts, keep_text_list
from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.edited_predictions import EditedPredictions
from core.corrections.text_list import ListHead, TextCollector
from core.csv_table import open_table
from core.own_tables.code_source import SOURCES_WITHOUT_CODE, CodeSource
from core.review_contract import SIGNATURE_COLUMNS
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.text import join
from inference.decision import NO_PREDICTION, Prediction, no_code
from inference.output_columns import as_cells, output_values
from tests.support.review_fixtures import SURE, UNCERTAIN, prediction

Row = dict[str, str]
VERSION = "v1"


def corrected(code: str) -> Prediction:
    candidates = ((code, 1.0),)
    return Prediction(code, 1.0, False, code[:3], 1.0, candidates, CodeSource.CORRECTION)


def climbed(code: str) -> Prediction:
    candidates = (("2310", 0.2), ("2320", 0.1))
    return Prediction(code, 0.2, True, "231", 0.3, candidates, CodeSource.MODEL)


ARMED = (("0110", 0.95), ("0210", 0.02))
ARMED_GROUP = (("0110", 0.5), ("2221", 0.1))
PREDICTIONS = {
    "welder": prediction(SURE),
    "soldier": prediction(UNCERTAIN),
    "general": prediction(ARMED),
    "captain": prediction(ARMED_GROUP),
    "old hand": corrected("8332"),
    "old group": corrected("021"),
    "teacher": climbed("2"),
    "helper": climbed("96"),
    "dreamer": no_code(CodeSource.NOT_CODABLE),
    "refused": no_code(CodeSource.NOT_STATED),
    "vague": climbed(""),
    "": NO_PREDICTION,
}


def published(pads_codes: bool = False) -> list[Row]:
    """Return the rows of a predictions.csv with every kind of code."""
    rows = []
    for title, p in PREDICTIONS.items():
        if title == "vague":
            p = Prediction("", 0.1, True, "231", 0.05, p.candidates, CodeSource.TOO_UNSURE)
        values = output_values(p, VERSION, pads_codes)
        cells = dict(zip(values, as_cells(values), strict=True))
        rows.append({"id": str(len(rows)), "job_title": title, **cells})
    return rows


def read(
    path: Path, rows: list[Row], delimiter: str = ",", pads_codes: bool = False
) -> EditedPredictions:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    aliases = {name: (name,) for name in (JOB_TITLE, DUTIES, *SIGNATURE_COLUMNS)}
    table = open_table(path, aliases, (JOB_TITLE,))
    return EditedPredictions(table, CodedTexts(path.parent), pads_codes)


def decided(edited: EditedPredictions) -> dict[str, tuple[str, CorrectionStatus]]:
    return {
        c.text: (c.code, c.status)
        for c in edited.corrections()
        if c.status is not CorrectionStatus.SKIPPED
    }


def as_is(rows: list[Row]) -> list[Row]:
    return rows


def as_by_a_spreadsheet(rows: list[Row]) -> list[Row]:
    """Numbers lose their zeros, true and false are words of another language."""
    words = {"true": "WAHR", "false": "FALSCH"}
    return [
        {
            name: cell.lstrip("0") or cell[:1] if cell.isdigit() else words.get(cell, cell)
            for name, cell in row.items()
        }
        for row in rows
    ]


def as_by_pandas(rows: list[Row]) -> list[Row]:
    """A column of numbers with a gap is one of floats."""
    return [
        {
            name: f"{int(cell)}.0" if cell.isdigit() and name != "id" else cell
            for name, cell in row.items()
        }
        for row in as_by_a_spreadsheet(rows)
    ]


def reordered(rows: list[Row]) -> list[Row]:
    return [dict(reversed(row.items())) for row in reversed(rows)]


def without(*names: str) -> Callable[[list[Row]], list[Row]]:
    def drop(rows: list[Row]) -> list[Row]:
        return [{n: cell for n, cell in row.items() if not n.startswith(names)} for row in rows]

    return drop


SAVED = [
    as_is,
    as_by_a_spreadsheet,
    as_by_pandas,
    reordered,
    without("source"),
    without("isco_title", "confidence", "minor", "candidate_2", "candidate_3", "model_version"),
    without("is_fallback"),
]


def test_every_source_is_known() -> None:
    with_code = {CodeSource.MODEL, CodeSource.CORRECTION, CodeSource.SIMILAR_CORRECTION}
    assert with_code == set(CodeSource) - SOURCES_WITHOUT_CODE


@pytest.mark.parametrize("pads_codes", [False, True])
@pytest.mark.parametrize("save", SAVED)
def test_what_nobody_changed_is_no_correction(
    tmp_path: Path, save: Callable[[list[Row]], list[Row]], pads_codes: bool
) -> None:
    edited = read(tmp_path / "p.csv", save(published(pads_codes)), ";")
    rows = list(edited.corrections())
    assert not edited.has_edits(), [(c.text, c.written, c.reason) for c in rows]
    assert {c.status for c in rows} == {CorrectionStatus.SKIPPED}
    assert len(rows) == len(PREDICTIONS)


EDITS = {
    "welder": ("7214", "7214", CorrectionStatus.ACCEPTED),
    "soldier": ("0310", "0310", CorrectionStatus.ACCEPTED),  # the first candidate, confirmed
    "general": ("721", "721", CorrectionStatus.GROUP),
    "captain": ("2221 Nursing Professionals", "2221", CorrectionStatus.ACCEPTED),
    "old hand": ("8331.0", "8331", CorrectionStatus.RESTORED),
    "old group": ("not codable", "not codable", CorrectionStatus.NOT_CODABLE),
    "teacher": ("2330", "2330", CorrectionStatus.ACCEPTED),
    "helper": ("9999", "", CorrectionStatus.SKIPPED),  # a missing code: no answer
    "dreamer": ("5221", "5221", CorrectionStatus.ACCEPTED),
    "refused": ("961", "961", CorrectionStatus.GROUP),
    "vague": ("1234567", "", CorrectionStatus.REJECTED),
    "": ("7212", "", CorrectionStatus.REJECTED),  # there is no text
}


@pytest.mark.parametrize("save", [s for s in SAVED if s is not SAVED[-1]])
def test_what_a_person_changed_is_a_correction(
    tmp_path: Path, save: Callable[[list[Row]], list[Row]]
) -> None:
    rows = save(published())
    for row in rows:
        row["isco_code"] = EDITS[row["job_title"]][0]
    edited = read(tmp_path / "p.csv", rows)
    assert edited.has_edits()
    expected = {
        join(title): (code, status)
        for title, (_, code, status) in EDITS.items()
        if status is not CorrectionStatus.SKIPPED
    }
    assert decided(edited) == expected


def test_a_code_that_was_removed_is_no_decision_and_says_so(tmp_path: Path) -> None:
    rows = published()
    for row in rows:
        row["isco_code"] = ""
    edited = read(tmp_path / "p.csv", rows)
    assert edited.has_edits() and decided(edited) == {}
    reasons = {c.text: c.reason for c in edited.corrections()}
    assert "not codable" in reasons[join("welder")]
    assert "published" in reasons[join("refused")]


def test_a_padded_group_that_becomes_a_unit_group_of_the_same_digits(tmp_path: Path) -> None:
    """2310 is the padded group 231 in one file, and a decision in another."""
    unsure = prediction((("2310", 0.5), ("2320", 0.3)))
    for pads_codes, n_edits in ((True, 0), (False, 1)):
        values = output_values(unsure, VERSION, pads_codes)
        rows = [
            {"job_title": f"lecturer {n}", **dict(zip(values, as_cells(values), strict=True))}
            for n in range(3)
        ]
        rows[0]["isco_code"] = "2310"
        edited = read(tmp_path / "p.csv", rows, pads_codes=pads_codes)
        assert len(decided(edited)) == n_edits


def test_a_broad_group_is_told_by_its_title_in_any_language(tmp_path: Path) -> None:
    """The language of the titles may have been changed since the file was published."""
    for language in ("en", "de"):
        values = output_values(climbed("96"), VERSION, language=language)
        cells = dict(zip(values, as_cells(values), strict=True))
        rows = [{"job_title": "teacher", **cells}, {"job_title": "lecturer", **cells}]
        rows[1]["isco_code"] = "2310"
        assert decided(read(tmp_path / f"{language}.csv", rows)) == {
            join("lecturer"): ("2310", CorrectionStatus.ACCEPTED)
        }


@pytest.mark.parametrize("is_listed", [True, False])
def test_where_the_columns_are_gone_the_list_of_the_batch_tells(
    tmp_path: Path, is_listed: bool
) -> None:
    """Without the list, nothing is guessed: the rows are no corrections, and say why."""
    if is_listed:
        texts = TextCollector()
        texts.add({join(title): p.isco_code for title, p in PREDICTIONS.items()}, {})
        keep_text_list(tmp_path, ListHead("0123456789ab", VERSION), texts, {})
    rows = without("candidate", "minor", "is_fallback", "needs_review", "source")(published())
    rows[0]["isco_code"] = "7214"
    rows[1]["isco_code"] = "0310"
    edited = read(tmp_path / "p.csv", rows)
    assert edited.has_edits() == is_listed
    if is_listed:
        assert decided(edited) == {
            join("welder"): ("7214", CorrectionStatus.ACCEPTED),
            join("soldier"): ("0310", CorrectionStatus.ACCEPTED),
        }
    else:
        assert all("cannot be known" in c.reason for c in edited.corrections())


@pytest.mark.parametrize("mark", ["NA", "NULL", "nan", "None", "<NA>"])
@pytest.mark.parametrize("published_duties", ["", "NA"])
def test_marks_in_empty_cells_change_no_text_and_no_code(
    tmp_path: Path, mark: str, published_duties: str
) -> None:
    """The list of the batch tells whether the mark was published."""
    mark = published_duties or mark
    texts = TextCollector()
    coded = {join(title, published_duties): p.isco_code for title, p in PREDICTIONS.items()}
    texts.add(coded, {})
    keep_text_list(tmp_path, ListHead("0123456789ab", VERSION), texts, {})
    rows = [
        {name: cell or mark for name, cell in {DUTIES: published_duties, **row}.items()}
        for row in published()
        if row["job_title"]
    ]
    assert not read(tmp_path / "p.csv", rows).has_edits()
    rows[0]["isco_code"] = "7211"
    code = ("7211", CorrectionStatus.ACCEPTED)
    assert decided(read(tmp_path / "p.csv", rows)) == {join("welder", published_duties): code}


def test_codes_are_read_by_what_people_wrote_alone(tmp_path: Path) -> None:
    """Four codes of ISCO-88 among the changed ones tell what they are, not our own codes."""
    rows = [row for row in published() if row["job_title"] == "welder"] * 40
    rows = [{**row, "job_title": f"welder {n}"} for n, row in enumerate(rows)]
    for row, code in zip(rows, ("8324", "7433", "2441", "5220"), strict=False):
        row["isco_code"] = code
    edited: list[Correction] = list(read(tmp_path / "p.csv", rows).corrections())
    assert [c.status for c in edited[:4]] == [CorrectionStatus.REJECTED] * 4
    assert all("ISCO-88" in c.reason for c in edited[:4])


def test_who_changed_a_code_stands_behind_our_columns(tmp_path: Path) -> None:
    """A column of the input that is called "comment" is what a respondent said."""
    (row, *_) = published()
    edited = {"comment": "I like my work", **row, "isco_code": "7211", "coder": "anna"}
    (correction,) = read(tmp_path / "predictions.csv", [edited]).corrections()
    assert correction.is_accepted
    assert correction.signature.cells == ["anna", "", "", ""]


def test_what_is_left_out_of_a_signature_is_named(tmp_path: Path) -> None:
    row, other, *_ = published()
    edited = {**row, "isco_code": "7211", "coded_at": "yesterday"}
    rows = [edited, {**other, "coded_at": "yesterday"}]
    changed, kept = read(tmp_path / "predictions.csv", rows).corrections()
    expected = "coded_at 'yesterday' is left out: expected a time such as 2026-11-27T09:30"
    assert changed.is_accepted and changed.reason == expected
    assert kept.reason == "the code is the one that was published"


def test_edits_that_look_like_isco_88_are_not_taken(tmp_path: Path) -> None:
    rows = published()
    for row, code in zip(rows, ("2221", "5122", "5123", "2331"), strict=False):
        row["isco_code"] = code
    edited = read(tmp_path / "p.csv", rows)
    first = next(edited.corrections())
    assert first.status is CorrectionStatus.REJECTED and "of ISCO-88, too" in first.reason
    (note,) = edited.notes()
    assert "3 codes are of ISCO-88, not of ISCO-08 (3 of 4)" in note


def test_a_header_within_the_predictions_is_no_edit(tmp_path: Path) -> None:
    rows = published()
    edited = read(tmp_path / "p.csv", [*rows, {name: name for name in rows[0]}])
    assert not edited.has_edits()
    *_, last = edited.corrections()
    assert last.status is CorrectionStatus.SKIPPED
    assert "repeats the names of the columns" in last.reason
