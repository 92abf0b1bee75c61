"""The strict reader: what it accepts comes back as it was, what it refuses is named by line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.csv_table import Table, open_table
from core.csv_writer import Writer
from core.errors import InputError
from core.settings import Columns

ALIASES = Columns().model_dump()


def write(tmp_path: Path, content: bytes | str, name: str = "in.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> tuple[Table, list[list[str]]]:
    table = open_table(path, ALIASES, required=("job_title",))
    return table, [row for chunk in table.chunks(2) for row in chunk]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [["id", " Job Title ", "duties"], ["0110", "Bäcker", "Brötchen, Torten; mehr\t"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    table, rows = read(write(tmp_path, file.getvalue().encode(encoding)))
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert table.columns == {"job_title": 1, "duties_description": 2}
    assert rows == [lines[1]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_quoted_headers(tmp_path: Path, delimiter: str) -> None:
    content = delimiter.join(['"job_title"', '"a;b,c\td"']) + "\n" + delimiter.join("xy") + "\n"
    table, rows = read(write(tmp_path, content))
    assert table.delimiter == delimiter and rows == [["x", "y"]]


def test_values_come_back_as_they_are(tmp_path: Path) -> None:
    values = ["0110", "NA", "null", "1e5", "12345678901234567890123", " x ", '"', "a\r\nb", "=1+1"]
    file = io.StringIO()
    csv.writer(file).writerows([["job_title", "other"], *([v, v] for v in values)])
    _, rows = read(write(tmp_path, file.getvalue()))
    assert rows == [[v, v] for v in values]


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_characters="\0", codec="utf-8"))] * 2),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        Writer(file, ["job_title", "id"]).write(records)
    _, rows = read(path)
    assert rows == [list(record) for record in records]


def test_blank_lines_are_counted_and_are_no_records(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path, "job_title,id\n\na,1\n\n\nb,2\n\n"))
    assert rows == [["a", "1"], ["b", "2"]]
    assert table.n_blank_lines == 4


def test_a_line_of_spaces_is_blank_where_a_record_has_more_fields(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path, "job_title,id\na,1\n  \nb,2\n \t\n"))
    assert rows == [["a", "1"], ["b", "2"]]
    assert table.n_blank_lines == 2
    table, rows = read(write(tmp_path, "job_title\na\n  \n"))
    assert rows == [["a"], ["  "]] and table.n_blank_lines == 0


def test_most_wanted_alias_wins_and_the_rest_passes_through(tmp_path: Path) -> None:
    table, _ = read(write(tmp_path, "position,JOB TITLE,n\nx,y,1\n"))
    assert table.columns == {"job_title": 1}


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        ("", None, "an empty file"),
        (b"PK\x03\x04rest", None, "an Excel workbook"),
        ("name,age\nx,1\n", 1, "'name', 'age'"),
        ("job_title,text,TEXT\nx,1,2\n", 1, "the columns 'text' and 'TEXT', which are one name"),
        ("job_title,text,text\nx,1,2\n", 1, "two columns called 'text'"),
        ("job_title,id\na,1\nb,2,3\n", 3, "3 fields"),
        ("job_title,id\na,1\nb\n", 3, "1 field"),
        ('job_title,id\na,1\n"b,2\nc,3\n', 3, "never closed"),
        ('job_title,id\na,1\n"b"x,2\n', 3, "goes on after its closing quote"),
        (b"job_title,id\na,1\nb\0,2\n", 3, "a NUL"),
        ("job_title,id\nä,1\n".encode() + b"\xe9,2\n", 3, "byte 0xE9"),
        (b"job_title,id\na,1\n\x81,2\n", 3, "byte 0x81"),
        ("job_title\nä\n".encode("utf-16") + b"\x00", 3, "byte 0x00"),
        ("job_title,id\n" + "x" * 1_000_001 + ",1\n", 2, "more than 1,000,000"),
    ],
)
def test_what_is_refused_is_named(
    tmp_path: Path, content: bytes | str, line: int | None, found: str
) -> None:
    path = write(tmp_path, content, "bad.csv")
    with pytest.raises(InputError) as raised:
        read(path)
    assert raised.value.line == line
    assert found in raised.value.found
    assert "'bad.csv'" in str(raised.value) and raised.value.remedy
    assert "\n" not in str(raised.value)


def test_a_quote_behind_a_backslash_is_named_as_the_cause(tmp_path: Path) -> None:
    path = write(tmp_path, 'job_title,id\n"nurse \\"A\\"",1\n')
    with pytest.raises(InputError, match=r'backslash stands before it \(\\"\)'):
        read(path)


def test_a_reading_goes_no_further_than_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "job_title\n" + "x\n" * 5 + '"never closed')
    chunks = open_table(path, ALIASES, required=("job_title",)).chunks(2)
    assert next(chunks) == [["x"], ["x"]]
    with pytest.raises(InputError):
        list(chunks)


@pytest.mark.parametrize(
    ("first_line", "value"),
    [
        ("1,nurse,care", "1"),
        ("2024-05-01;Koch", "2024-05-01"),
        ("cook, -9 ", "-9"),
        ("Registered nurse", "Registered nurse"),
        ("id,Q1", ""),
    ],
)
def test_a_first_line_that_may_be_a_record_is_said(
    tmp_path: Path, first_line: str, value: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{first_line}\n{first_line}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_table(path, {"job_title": ()}, ("job_title",))
    assert (f"If the first line ({value!r}) is a record" in raised.value.remedy) == bool(value)


def test_a_format_with_names_of_its_own_needs_no_line_of_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"x": "nurse"}\n{"x": "cook"}\n', encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_table(path, {"job_title": ()}, ("job_title",))
    assert "Rename the column" in raised.value.remedy and "add a line" not in raised.value.remedy


@pytest.mark.parametrize(("column", "is_configurable"), [("job_title", True), ("isco_code", False)])
def test_only_a_column_that_can_be_named_in_the_settings_is_to_be_named_there(
    tmp_path: Path, column: str, is_configurable: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,age\n1,30\n", encoding="utf-8")
    with pytest.raises(InputError, match="Rename the column") as raised:
        open_table(path, {column: ()}, (column,))
    assert ("data.columns" in str(raised.value)) == is_configurable
