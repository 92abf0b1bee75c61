"""A table of ours is recognised by its columns, and a table of others is not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.corrections.corrections_folder import KEPT_COLUMNS
from core.errors import InputError
from core.own_tables.list_columns import (
    CORRECTIONS_COLUMNS,
    DISAGREEMENT_COLUMNS,
    INVALID_LABEL_COLUMNS,
)
from core.own_tables.output_contract import OUTPUT_COLUMNS, free_names, output_positions
from core.own_tables.table_kind import (
    TableKind,
    is_from_predictions,
    refuse_own_codes,
    refuse_own_table,
    table_kind,
)
from core.review_contract import CORRECTION_COLUMNS, REVIEW_COLUMNS, RUN_REVIEW_COLUMNS
from results.review.workbook import _WIDTHS
from training.evaluation.conflicts_list import CONFLICT_COLUMNS

OWN = list(OUTPUT_COLUMNS)
# Its candidates and their confidences are columns of predictions.csv as well.
NARROW_REVIEW = [name for name in REVIEW_COLUMNS if not name.endswith("_title")]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["id", "beruf", *OWN], TableKind.PREDICTIONS),
        ([*OWN[::-1], "id", "beruf", "my note"], TableKind.PREDICTIONS),
        (["isco_code", "isco_title", "confidence", "is_fallback", "beruf"], TableKind.PREDICTIONS),
        (["job_title", "isco_code", *free_names(["isco_code"])], TableKind.PREDICTIONS),
        ([name.upper() + " " for name in OWN], TableKind.PREDICTIONS),
        (list(REVIEW_COLUMNS), TableKind.REVIEW),
        (list(RUN_REVIEW_COLUMNS)[:-1], TableKind.REVIEW),  # without the column of the answers
        (NARROW_REVIEW, TableKind.REVIEW),
        ([name for name in NARROW_REVIEW if name != "corrected_isco_code"], TableKind.REVIEW),
        (list(_WIDTHS), TableKind.REVIEW),
        (list(CORRECTION_COLUMNS), TableKind.REVIEW),
        (list(KEPT_COLUMNS), TableKind.REVIEW),
        (list(CONFLICT_COLUMNS), TableKind.REVIEW),
        (["job_title", "Corrected ISCO code"], TableKind.REVIEW),
        ([*CORRECTIONS_COLUMNS[::-1], "my note"], TableKind.CORRECTIONS),
        (list(CORRECTIONS_COLUMNS[1:]), TableKind.REVIEW),  # not surely ours: its codes are taken
        (list(DISAGREEMENT_COLUMNS), TableKind.DISAGREEMENTS),
        ([*DISAGREEMENT_COLUMNS[1:], "note"], TableKind.DISAGREEMENTS),
        (list(INVALID_LABEL_COLUMNS), TableKind.INVALID_LABELS),
        (["text", "n_records", "job_title", "duties_description", "Code"], TableKind.REVIEW),
        (["Text", "N Records", "Sampled", "Job Title", "new"], TableKind.REVIEW),
        (["text", "job_title", "confidence", "comment"], None),
        (["text", "n_records", "job_title"], None),
        (["id", "job_title", "duties_description"], None),
        (["job_title", "isco_code", "isco_title", "confidence", "source"], None),
        (["title", "candidate_1", "candidate_2", "candidate_3", "source"], None),
        (["occupation", "code", "confidence", "model_version", "needs_review"], None),
        (["job_title", "duties_description", "isco_code", "kind"], None),
        (["file", "line", "job_title"], None),
        ([], None),
    ],
)
def test_a_table_is_recognised_by_its_columns(header: list[str], kind: TableKind | None) -> None:
    assert table_kind(header) == kind
    assert is_from_predictions(header) == (kind is TableKind.PREDICTIONS)
    if kind is None:
        refuse_own_table(Path("x.csv"), header)
        return
    with pytest.raises(InputError, match=rf"the columns of {kind}"):
        refuse_own_table(Path("x.csv"), header)


@pytest.mark.parametrize(
    ("header", "rows", "names"),
    [
        (["text", "kod"], [["górnik | praca", "8111"], ["cook | fries", ""]], ["kod"]),
        (["Beruf", "Neu"], [["nurse | unknown", "2221"], ["cook | fries", "x"]], ["Neu"]),
        (["TEXT"], [["nurse | unknown"]], []),
        (["text", "isco_code", "age"], [["nurse | wards", "2221", "22"]], ["isco_code"]),
    ],
)
def test_a_review_is_recognised_by_its_texts(
    header: list[str], rows: list[list[str]], names: list[str]
) -> None:
    assert table_kind(header, rows) is TableKind.REVIEW and table_kind(header) is None
    with pytest.raises(InputError) as raised:
        refuse_own_table(Path("x.csv"), header, rows)
    assert "no column 'corrected_isco_code'" in str(raised.value)
    assert all(f"rename {name!r} to" in str(raised.value) for name in names)


def test_records_with_a_column_of_corrected_codes_are_told_to_rename_it() -> None:
    with pytest.raises(InputError, match="rename that column") as raised:
        refuse_own_table(Path("x.csv"), ["job_title", "Corrected Code"])
    assert "'Corrected Code'" in str(raised.value)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["text", "code"], [["Nurse | wards", "2221"]]),
        (["text", "code"], [["nurse | unknown", "2221"], ["cook", "5120"]]),
        (["job_title", "code"], [["nurse | wards", "2221"]]),
        (["job_title", "age"], [["nurse | unknown", "44"]]),
        (["text"], [[""]]),
    ],
)
def test_other_texts_make_no_review(header: list[str], rows: list[list[str]]) -> None:
    assert table_kind(header, rows) is None


def test_of_two_columns_of_one_name_ours_is_the_one_with_the_prefix() -> None:
    header = ["isco_code", "predicted_isco_code", "confidence"]
    names = [*header, *free_names(header)]
    positions = output_positions(names)
    assert [names[place] for place in positions.values()] == free_names(header)
    assert names[positions["isco_code"]] == "predicted_predicted_isco_code"


def test_our_codes_are_no_codes_of_people() -> None:
    """Neither for a training nor for a measurement; the input's own column is."""
    path, ours = Path("x.csv"), ["job_title", *OWN]
    with pytest.raises(InputError, match="the codes that this program gave"):
        refuse_own_codes(path, ours, ours.index("isco_code"))
    both = ["job_title", "isco_code", *free_names(["isco_code"])]
    refuse_own_codes(path, both, 1)
    with pytest.raises(InputError, match="'predicted_isco_code'"):
        refuse_own_codes(path, both, 2)
    refuse_own_codes(path, ["job_title", "isco_code", "confidence"], 1)
