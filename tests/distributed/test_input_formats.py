"""A distributed run takes the formats that the daemon takes, as far as a storage can serve them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from core.errors import InputError
from core.settings import Columns, ReadColumns
from tests.support.table_files import HEADER, WRITERS, texts_of

pytest.importorskip("ray")

from pyarrow import fs

from distributed.file_splits import check_file, read_splits
from distributed.inputs import InputFile


def local(path: Path) -> InputFile:
    return InputFile(fs.LocalFileSystem(), str(path), path.stat().st_size)


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".jsonl", ".jsonl.gz", ".xlsx"]
)
def test_every_format_but_data_sets(suffix: str, tmp_path: Path) -> None:
    file = local(WRITERS[suffix](tmp_path / f"staff{suffix}"))
    contents = check_file(file, Columns())
    assert contents.n_records == 3
    is_delimited = ".jsonl" not in suffix and suffix != ".xlsx"
    assert bool(contents.delimiter) == is_delimited
    (split,) = read_splits(file, Columns())
    assert split.records.column_names == HEADER
    assert [list(row.values()) for row in split.records.to_pylist()] == texts_of(suffix)
    assert split.columns[:2] == ("job_title", "duties")


def test_notes_below_the_records_are_counted_and_not_coded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;job_title\n1;nurse\n2;cook\n\nSource: a survey\n", encoding="utf-8")
    contents = check_file(local(path), Columns())
    assert (contents.n_records, contents.n_blank_lines, contents.n_rows_below) == (2, 1, 1)
    (split,) = read_splits(local(path), Columns())
    assert split.records.num_rows == 2


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_decided_about_the_columns_is_noted(suffix: str, tmp_path: Path) -> None:
    file = local(WRITERS[suffix](tmp_path / f"staff{suffix}"))
    wanted = ReadColumns(job_title=("lst_job",), context_in_duties=("nace",))
    assert check_file(file, wanted).notes == (
        "there is no column 'lst_job', which data.columns.job_title names",
        "there is no column 'nace', which data.context_in_duties names",
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_name_that_stands_twice_is_refused(suffix: str, tmp_path: Path) -> None:
    """The shards are tables of Parquet, which other programs read by the names of the columns."""
    path = tmp_path / f"staff{suffix}"
    records = pa.table({"job_title": ["nurse"], "deviceid": ["a"], "DeviceID": ["a"]})
    {".csv": csv.write_csv, ".parquet": pq.write_table}[suffix](records, path)
    with pytest.raises(InputError, match="'deviceid' and 'DeviceID', which are one name"):
        check_file(local(path), Columns())


def test_answers_that_are_not_read_are_counted_as_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Occupation last 7 days,And in the last 12 months?,occupation_other\n"
        ",welder,\nother,,crane operator\nretired,cook,\nnurse,nurse,\n",
        encoding="utf-8",
    )
    contents = check_file(local(path), Columns())
    assert contents.n_records == 4
    beside, period = contents.notes[-2:]
    assert beside.startswith("1 record states nothing in 'Occupation last 7 days' and has a text")
    assert period.startswith("2 records name no job in 'Occupation last 7 days' and have a job in")


@pytest.mark.parametrize("suffix", [".dta", ".sav"])
def test_a_data_set_is_refused_with_what_to_do(suffix: str, tmp_path: Path) -> None:
    file = local(WRITERS[suffix](tmp_path / f"staff{suffix}"))
    with pytest.raises(InputError, match=r"S.*; expected .* a workbook, .* without --engine ray"):
        check_file(file, Columns())


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_review_with_other_names_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"back{suffix}"
    review = pa.table({"beruf": ["nurse | unknown", "cook | fries"], "neu": ["2221", None]})
    if suffix == ".csv":
        csv.write_csv(review, path)
    else:
        pq.write_table(review, path)
    with pytest.raises(InputError, match="rename 'neu' to 'corrected_isco_code'"):
        check_file(local(path), Columns())
