"""An edited predictions.csv without a column that its texts were read from belongs to no batch."""

from __future__ import annotations

import csv
import os
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.corrections.coded_texts import (
    CodedTexts,
    keep_text_list,
    mark_incomplete,
)
from core.corrections.edited_predictions import EditedPredictions
from core.corrections.published_columns import text_columns
from core.corrections.text_list import ListHead, TextCollector
from core.csv_table import open_table
from core.errors import InputError
from core.files.own_files import TEXTS_DIR
from core.own_tables.code_source import CodeSource
from core.settings import Columns
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.text import join
from inference.decision import Prediction
from inference.output_columns import as_cells, output_values
from tests.support.review_fixtures import SURE, UNCERTAIN, prediction

Row = dict[str, str]
VERSION = "v1"
BOTH = {JOB_TITLE: "job_title", DUTIES: "duties"}
TITLES = {JOB_TITLE: "job_title"}
SURE_CODE, UNCERTAIN_CODE = prediction(SURE).isco_code, prediction(UNCERTAIN).isco_code


def row(title: str, duties: str, p: Prediction) -> Row:
    values = output_values(p, VERSION, pads_codes=False)
    cells = zip(values, as_cells(values), strict=True)
    return {"job_title": title, "duties": duties, **dict(cells)}


ROWS = [row("helper", "helps", prediction(UNCERTAIN)), row("cook", "", prediction(SURE))]


def keep(folder: Path, batch_id: str, codes: Mapping[str, str], columns: dict[str, str]) -> None:
    texts = TextCollector()
    texts.add(codes, {})
    keep_text_list(folder, ListHead(batch_id, VERSION, text_columns=columns), texts, {})


def keep_both(folder: Path) -> None:
    """Keep the list of a batch with duties, and that of another one with titles alone."""
    with_duties = {join("helper", "helps"): UNCERTAIN_CODE, join("cook"): SURE_CODE}
    keep(folder, "a" * 12, with_duties, BOTH)
    keep(folder, "b" * 12, {join("helper"): "911", join("cook"): SURE_CODE}, TITLES)


def opened(folder: Path, rows: list[Row]) -> EditedPredictions:
    path = folder / "edited.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    table = open_table(path, Columns().aliases, (JOB_TITLE,))
    return EditedPredictions(table, CodedTexts(folder))


def without_duties(rows: list[Row]) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name != "duties"} for row in rows]


def test_a_file_without_its_duties_is_refused_and_the_column_named(tmp_path: Path) -> None:
    keep_both(tmp_path)
    opened(tmp_path, ROWS).refuse_other_columns()
    with pytest.raises(InputError) as raised:
        opened(tmp_path, without_duties(ROWS)).refuse_other_columns()
    assert "no column 'duties'" in raised.value.found
    assert "'job_title' and 'duties'" in raised.value.expected
    assert "Put back 'duties'" in raised.value.remedy


def test_a_file_of_a_batch_without_duties_is_taken_beside_one_with_them(tmp_path: Path) -> None:
    keep_both(tmp_path)
    keep(tmp_path, "c" * 12, {join("helper"): UNCERTAIN_CODE, join("cook"): SURE_CODE}, TITLES)
    opened(tmp_path, without_duties(ROWS)).refuse_other_columns()


def test_a_changed_title_is_named_where_the_batch_may_have_had_titles_alone(tmp_path: Path) -> None:
    keep(tmp_path, "a" * 12, {join("helper", "helps"): UNCERTAIN_CODE}, BOTH)
    with pytest.raises(InputError) as raised:
        opened(tmp_path, without_duties(ROWS)).refuse_other_columns()
    assert "put back its texts" not in raised.value.remedy
    keep(tmp_path, "b" * 12, {join("helpr"): UNCERTAIN_CODE, join("cook"): SURE_CODE}, TITLES)
    with pytest.raises(InputError) as raised:
        opened(tmp_path, without_duties(ROWS)).refuse_other_columns()
    assert "If that file has no 'duties', put back its texts" in raised.value.remedy


def test_duties_that_the_batch_did_not_have_are_refused(tmp_path: Path) -> None:
    keep(tmp_path, "b" * 12, {join("helper"): UNCERTAIN_CODE, join("cook"): SURE_CODE}, TITLES)
    with pytest.raises(InputError, match="Remove or rename 'duties'"):
        opened(tmp_path, ROWS).refuse_other_columns()


def test_columns_of_other_names_refuse_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "d" * 12, {join("nurse", "cares"): "2221"}, {JOB_TITLE: "Beruf", DUTIES: "x"})
    opened(tmp_path, without_duties(ROWS)).refuse_other_columns()


def of_few_columns(rows: list[Row]) -> list[Row]:
    """Return rows without the columns that tell which code was published."""
    names = ("job_title", "duties", "isco_code", "confidence", "needs_review", "model_version")
    return [{name: row[name] for name in names if name in row} for row in rows]


def test_a_file_of_few_columns_is_taken_beside_a_batch_of_other_columns(tmp_path: Path) -> None:
    rows = [*ROWS, row("nurse", "", prediction(SURE)) | {"isco_code": "2221"}]
    codes = {join("helper", "helps"): UNCERTAIN_CODE, join("cook"): SURE_CODE}
    keep(tmp_path, "a" * 12, codes | {join("nurse"): "3221"}, BOTH)
    keep(tmp_path, "b" * 12, {join("clerk"): "4110"}, {JOB_TITLE: "job_title", DUTIES: "tasks"})
    edited = opened(tmp_path, of_few_columns(rows))
    edited.refuse_other_columns()
    assert [(c.text, c.code) for c in edited.corrections() if c.code] == [(join("nurse"), "2221")]


def test_a_file_of_few_columns_with_the_codes_of_other_texts_is_refused(tmp_path: Path) -> None:
    """A batch of titles alone had the same titles; most of its codes were others."""
    codes = {join("helper", "helps"): "911", join("cook", "cooks"): "5120"}
    keep(tmp_path, "a" * 12, codes, BOTH)
    keep(tmp_path, "b" * 12, {join("helper"): "9412", join("cook"): "3434"}, TITLES)
    rows = [
        row("helper", "helps", prediction(SURE)) | {"isco_code": "911"},
        row("cook", "cooks", prediction(SURE)) | {"isco_code": "5120"},
    ]
    with pytest.raises(InputError, match="no column 'duties'"):
        opened(tmp_path, of_few_columns(without_duties(rows))).refuse_other_columns()


@pytest.mark.parametrize(
    ("codes", "columns"),
    [({}, BOTH | {"context": "industry"}), ({join("clerk"): "4110"}, BOTH | {DUTIES: "tasks"})],
)
def test_a_batch_without_texts_or_with_another_name_of_duties_refuses_nothing(
    tmp_path: Path, codes: dict[str, str], columns: dict[str, str]
) -> None:
    """Where one title was changed, the whole file was rejected for the columns of that batch."""
    keep(tmp_path, "a" * 12, {join("helper", "helps"): UNCERTAIN_CODE}, BOTH)
    keep(tmp_path, "b" * 12, codes, columns)
    changed = [ROWS[0] | {"job_title": "helpers"}]
    opened(tmp_path, changed).refuse_other_columns()


def test_another_batch_makes_no_correction_of_an_untouched_row(tmp_path: Path) -> None:
    """It gave the same texts other codes, and the list of the very batch is gone."""
    keep(tmp_path, "f" * 12, {join("helper", "helps"): "911", join("cook"): "5"}, BOTH)
    assert not opened(tmp_path, ROWS).has_edits()


def test_where_a_list_is_not_whole_the_other_lists_tell_no_code(tmp_path: Path) -> None:
    """The list of the very batch may be missing: then its codes are not known."""
    names = ("job_title", "duties", "isco_code", "confidence", "minor_confidence", "needs_review")
    bare = [{name: row[name] for name in names} for row in ROWS]
    keep(tmp_path, "f" * 12, {join("helper", "helps"): "911", join("cook"): "5120"}, BOTH)
    assert opened(tmp_path, bare).has_edits(), "with all lists whole, they tell"
    mark_incomplete(tmp_path, "distributed")
    edited = opened(tmp_path, bare)
    assert not edited.has_edits()
    assert all("cannot be known" in correction.reason for correction in edited.corrections())


def test_the_title_tells_which_group_was_published(tmp_path: Path) -> None:
    candidates = (("2310", 0.2), ("2320", 0.1))
    broad = Prediction("2", 0.2, True, "231", 0.3, candidates, CodeSource.MODEL)
    edited = row("teacher", "", broad) | {"isco_code": "231"}
    (correction,) = opened(tmp_path, [edited]).corrections()
    assert correction.code == "231"


def test_a_very_long_name_is_kept_and_recognised(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    question = "job_title: " + "что вы делаете " * 100
    path.write_text(f'"{question}"\nnurse\n', encoding="utf-8")
    columns = text_columns(open_table(path, {JOB_TITLE: (question,)}, (JOB_TITLE,)))
    keep(tmp_path, "a" * 12, {join("nurse"): "2221"}, columns)
    (head,) = CodedTexts(tmp_path).heads().values()
    assert head.text_columns == columns and question.startswith(columns[JOB_TITLE])


@contextmanager
def few_open_files(n_more: int) -> Iterator[None]:
    """Let this process open few files more than it has open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    next_free = os.open(os.devnull, os.O_RDONLY)
    os.close(next_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_free + n_more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_lists_than_files_may_be_open_are_all_read(tmp_path: Path) -> None:
    """The list of the batch that the file is of is the oldest: it is read last."""
    codes = {join("helper"): UNCERTAIN_CODE, join("cook"): SURE_CODE}
    keep(tmp_path, "a" * 12, codes, TITLES)
    for number in range(150):
        keep(tmp_path, f"{number:012}", {join(f"other {number}"): "911"}, TITLES)
    keep(tmp_path, "b" * 12, {join("helper", "helps"): UNCERTAIN_CODE}, BOTH)
    oldest = tmp_path / TEXTS_DIR / f"{'a' * 12}.texts"
    os.utime(oldest, (0, 0))
    edited = opened(tmp_path, without_duties(ROWS))
    with few_open_files(40):
        edited.refuse_other_columns()
    oldest.unlink()
    with few_open_files(40), pytest.raises(InputError, match="duties"):
        edited.refuse_other_columns()
