"""``output.same_format``: the predictions in the format of the input, with its types."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from core.errors import InputError
from core.formats.file_format import FileFormat
from core.formats.source import AUTO
from core.formats.statistics_file import read_whole, write_whole
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings import Settings
from inference.autocoder import Autocoder
from results import values_workbook
from results.code_file import batch_id, code_file
from tests.support.table_files import HEADER, RECORDS, WRITERS

ALL = [*HEADER, *OUTPUT_COLUMNS]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_values("output", same_format=True)


def coded(path: Path, autocoder: Autocoder, settings: Settings) -> tuple[Path, list[str]]:
    """Return the folder of the results, and the names of the predictions in it."""
    out = path.parent / "out"
    out.mkdir()
    receipt = code_file(path, out, autocoder, settings)
    names = sorted(written.name for written in out.glob("predictions.*"))
    assert any("in the format of the input" in note for note in receipt.notes) == (len(names) > 1)
    return out, names


def written_codes(out: Path) -> list[str]:
    with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
        return [row["isco_code"] for row in csv.DictReader(file)]


def read_back(path: Path) -> list[dict[str, Any]]:
    """Return the records as other programs read them."""
    match path.suffix:
        case ".xlsx":
            header, *rows = openpyxl.load_workbook(path).worksheets[0].values
            return [dict(zip(header, row, strict=True)) for row in rows]
        case ".parquet":
            rows_of: list[dict[str, Any]] = pq.read_table(path).to_pylist()
            return rows_of
        case ".jsonl":
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        case ".dta":
            columns, _ = pyreadstat.read_dta(str(path), output_format="dict")
        case ".sav":
            columns, _ = pyreadstat.read_sav(str(path), output_format="dict")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".jsonl", ".dta", ".sav"])
def test_types_stay(suffix: str, tmp_path: Path, autocoder: Autocoder, settings: Settings) -> None:
    path = WRITERS[suffix](tmp_path / f"staff{suffix}")
    out, names = coded(path, autocoder, settings)
    assert names == sorted(["predictions.csv", f"predictions{suffix}"])
    records = read_back(out / f"predictions{suffix}")
    assert [record["isco_code"] for record in records] == written_codes(out)
    assert list(records[0]) == ALL
    assert all(isinstance(record["confidence"], float) for record in records)
    assert all(record["needs_review"] in (True, False, 1.0, 0.0) for record in records)
    for record, original in zip(records, RECORDS, strict=True):
        for name, value in zip(HEADER, original, strict=True):
            was_date = isinstance(record.get(name), dt.datetime) and isinstance(value, dt.date)
            read = record[name].date() if was_date else record.get(name)
            if suffix == ".jsonl" and isinstance(value, dt.date):
                value = value.isoformat()
            assert (read or None) == (value or None), name


@pytest.mark.parametrize(
    ("suffix", "delimiter"),
    [
        (".tsv", "\t"),
        (".txt", ";"),
        (".csv.gz", ","),
        (".csv", ","),
        (".tsv.gz", "\t"),
        (".txt.gz", ";"),
    ],
)
def test_delimited_text(
    suffix: str, delimiter: str, tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    out, names = coded(WRITERS[suffix](tmp_path / f"staff{suffix}"), autocoder, settings)
    assert names == sorted({"predictions.csv", f"predictions{suffix}"})
    content = (out / f"predictions{suffix}").read_bytes()
    text = (gzip.decompress(content) if suffix.endswith(".gz") else content).decode()
    own = list(csv.reader(text.splitlines(), delimiter=delimiter))
    with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
        assert own == list(csv.reader(file))


def test_a_packed_file_keeps_its_delimiter(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"job_title;pay\nnurse;1,5\n"))
    out, _ = coded(tmp_path / "a.csv.gz", autocoder, settings)
    lines = gzip.decompress((out / "predictions.csv.gz").read_bytes()).decode().splitlines()
    assert lines[0].startswith("job_title;pay;isco_code;") and lines[1].startswith("nurse;1,5;")


def test_what_a_line_of_json_has_stays_as_it_is(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    lines = ['{"job_title": "nurse", "x": 1.10, "big": 123456789012345678901234}', "", "{}"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out, _ = coded(tmp_path / "a.jsonl", autocoder, settings)
    first, second = (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert first.startswith(lines[0].removesuffix("}") + ', "isco_code": "')
    assert json.loads(second).keys() == OUTPUT_COLUMNS.keys()


def test_a_long_value_is_read_back(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    csv.field_size_limit(131_072)  # that of a process which has read no delimited text yet
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"job_title": "nurse", "note": "x" * 200_000}), encoding="utf-8")
    out, _ = coded(path, autocoder, settings)
    record = json.loads((out / "predictions.jsonl").read_text(encoding="utf-8"))
    assert len(record["note"]) == 200_000 and record["isco_code"]


def test_packed_lines_of_json_come_back_packed(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    out, names = coded(WRITERS[".jsonl.gz"](tmp_path / "a.jsonl.gz"), autocoder, settings)
    assert names == ["predictions.csv", "predictions.jsonl.gz"]
    lines = gzip.decompress((out / names[1]).read_bytes()).splitlines()
    assert [json.loads(line)["isco_code"] for line in lines] == written_codes(out)


def test_derived_variables_have_their_types(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    settings = settings.with_values("output", derived=("isco88", "isei08", "siops08"))
    (tmp_path / "data").mkdir()
    path = WRITERS[".parquet"](tmp_path / "staff.parquet")
    out, _ = coded(path, autocoder, settings)
    table = pq.read_table(out / "predictions.parquet")
    types = [str(kind) for kind in table.schema.types[-3:]]
    assert table.column_names[-3:] == ["isco88", "isei08", "siops08"]
    assert types == ["string", "int64", "double"]
    assert None not in table["isei08"].to_pylist()[:1]
    path = WRITERS[".sav"](tmp_path / "data" / "staff.sav")
    out, _ = coded(path, autocoder, settings)
    scores = [record["isei08"] for record in read_back(out / "predictions.sav")]
    assert scores == table["isei08"].to_pylist()


def test_labels_of_a_data_set_stay(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    frame = pd.DataFrame({"job": ["nurse", "cook"], "sex": [1.0, 9.0]})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "a.sav"),
        column_labels={"job": "What is your job title?", "sex": "Sex"},
        variable_value_labels={"sex": {1: "Male", 9: "Refused"}},
        missing_ranges={"sex": [9]},
    )
    out, _ = coded(tmp_path / "a.sav", autocoder, settings)
    columns, metadata = pyreadstat.read_sav(
        str(out / "predictions.sav"), output_format="dict", user_missing=True
    )
    assert columns["sex"] == [1.0, 9.0] and metadata.column_names_to_labels["sex"] == "Sex"
    assert metadata.variable_value_labels["sex"] == {1.0: "Male", 9.0: "Refused"}
    assert metadata.missing_ranges["sex"] == [{"lo": 9.0, "hi": 9.0}]


def test_categories_and_fine_times_of_parquet_stay(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    table = pa.table(
        {
            "job_title": pa.array(["nurse", "cook"]).dictionary_encode(),
            "at": pa.array([1, None], pa.timestamp("ns", "Europe/Vienna")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    out, _ = coded(tmp_path / "a.parquet", autocoder, settings)
    own = pq.read_table(out / "predictions.parquet")
    assert own.select(["job_title", "at"]).equals(table)


def test_errors_and_blank_rows_of_a_workbook(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    book = openpyxl.Workbook()
    for row in (["staff of 2026"], ["job_title", "n", "x"], ["nurse", 1, "#N/A"], [], ["=A1", 2]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    out, _ = coded(tmp_path / "a.xlsx", autocoder, settings)
    sheet = openpyxl.load_workbook(out / "predictions.xlsx").worksheets[0]
    assert [row[:3] for row in sheet.values] == [
        ("job_title", "n", "x"), ("nurse", 1, "#N/A"), ("=A1", 2, None),
    ]  # fmt: skip
    assert sheet["A3"].data_type == "s"  # a text, which runs nothing


def test_notes_below_the_records_of_a_workbook(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    book = openpyxl.Workbook()
    for row in (["n", "job_title"], [1, "nurse"], [2, "cook"], [], ["Source: x"], ["Remark: y"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    out, _ = coded(tmp_path / "a.xlsx", autocoder, settings)
    sheet = openpyxl.load_workbook(out / "predictions.xlsx").worksheets[0]
    assert [row[:2] for row in sheet.values] == [("n", "job_title"), (1, "nurse"), (2, "cook")]
    assert len(written_codes(out)) == 2


def test_what_does_not_fit_is_said(
    tmp_path: Path,
    autocoder: Autocoder,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(values_workbook, "MAX_WORKBOOK_ROWS", 2)
    path = WRITERS[".xlsx"](tmp_path / "a.xlsx")
    (tmp_path / "out").mkdir()
    receipt = code_file(path, tmp_path / "out", autocoder, settings)
    assert "there is no predictions.xlsx: a sheet has at most 2 rows" in receipt.notes
    assert not (tmp_path / "out" / "predictions.xlsx").exists()


def test_the_setting_makes_another_batch(autocoder: Autocoder, settings: Settings) -> None:
    without = settings.with_values("output", same_format=False)
    assert batch_id("0", autocoder, settings) != batch_id("0", autocoder, without)


@pytest.mark.parametrize("ending", ["dta", "sav"])
def test_the_error_of_a_data_set_that_cannot_be_written_is_no_error_of_reading(
    ending: str, tmp_path: Path
) -> None:
    """A value that a format cannot hold has nothing to do with the copy of the input."""
    frame = pd.DataFrame({"job_title": ["nurse"], "x": [1.0]})
    write = pyreadstat.write_dta if ending == "dta" else pyreadstat.write_sav
    write(frame, str(tmp_path / f"a.{ending}"))
    file_format = FileFormat(ending)
    columns, metadata = read_whole(tmp_path / f"a.{ending}", file_format, AUTO)
    columns["1 name that is none"] = [1.0]
    with pytest.raises(InputError) as raised:
        write_whole(tmp_path / f"b.{ending}", file_format, columns, metadata)
    assert "does not fit into a data set of" in raised.value.found
    assert "cut off" not in str(raised.value) and "damaged" not in str(raised.value)


def test_stata_keeps_formats_and_whole_numbers(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    frame = pd.DataFrame(
        {
            "job_title": ["nurse", "cook", "guard"],
            "month": [770.0, 771.0, None],
            "quarter": [257.0, 258.0, 259.0],
            "day": [dt.date(2024, 1, 2), None, dt.date(2025, 3, 4)],
            "age": pd.array([30, 41, None], dtype="Int32"),
            "pay": [1.5, 2.25, None],
        }
    )
    formats = {"month": "%tm", "quarter": "%tq", "day": "%tdD_m_Y", "pay": "%12.2f", "age": "%8.0g"}
    pyreadstat.write_dta(frame, str(tmp_path / "a.dta"), variable_format=formats)
    before, about = pyreadstat.read_dta(str(tmp_path / "a.dta"), output_format="dict")
    out, _ = coded(tmp_path / "a.dta", autocoder, settings)
    after, written = pyreadstat.read_dta(str(out / "predictions.dta"), output_format="dict")
    assert {name: after[name] for name in before} == dict(before)
    kinds = written.readstat_variable_types
    assert {name: kinds[name] for name in before} == about.readstat_variable_types
    assert {name: written.original_variable_types[name] for name in formats} == formats


@pytest.mark.parametrize("ending", ["dta", "sav"])
def test_a_number_without_a_value_stays_a_number(
    ending: str, tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    frame = pd.DataFrame({"job_title": ["nurse", "cook"], "pay": [float("nan")] * 2})
    functions = {
        "dta": (pyreadstat.write_dta, pyreadstat.read_dta),
        "sav": (pyreadstat.write_sav, pyreadstat.read_sav),
    }
    write, read = functions[ending]
    write(frame, str(tmp_path / f"a.{ending}"))
    out, _ = coded(tmp_path / f"a.{ending}", autocoder, settings)
    columns, about = read(str(out / f"predictions.{ending}"), output_format="dict")
    assert about.readstat_variable_types["pay"] == "double" and columns["pay"] == [None, None]


def test_spss_keeps_notes_and_widths(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    frame = pd.DataFrame({"job_title": ["nurse", "cook"], "x": [1.0, 2.0]})
    pyreadstat.write_sav(
        frame, str(tmp_path / "a.sav"), note=["of 2026"], variable_display_width={"x": 30}
    )
    out, _ = coded(tmp_path / "a.sav", autocoder, settings)
    _, written = pyreadstat.read_sav(str(out / "predictions.sav"))
    assert written.notes == ["of 2026"] and written.variable_display_width["x"] == 30


def test_labels_of_an_old_data_set_come_back_as_they_were_read(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    text = "kierowca ciężarówki w Łodzi"
    as_bytes = text.encode("cp1250").decode("latin-1")
    frame = pd.DataFrame({"job_title": [as_bytes], "region": [1]})
    labels = {"region": {1: as_bytes}}
    frame.to_stata(tmp_path / "a.dta", version=114, write_index=False, value_labels=labels)
    own = settings.with_values("data", encoding="cp1250")
    out, _ = coded(tmp_path / "a.dta", autocoder, own)
    columns, metadata = pyreadstat.read_dta(str(out / "predictions.dta"), output_format="dict")
    assert columns["job_title"] == [text]
    assert metadata.variable_value_labels["region"] == {1: text}


def test_an_index_of_pandas_stays(tmp_path: Path, autocoder: Autocoder, settings: Settings) -> None:
    frame = pd.DataFrame({"persnr": [101, 102], "job_title": ["nurse", "cook"]})
    frame.set_index("persnr").to_parquet(tmp_path / "a.parquet")
    out, _ = coded(tmp_path / "a.parquet", autocoder, settings)
    assert pq.read_table(out / "predictions.parquet")["persnr"].to_pylist() == [101, 102]
