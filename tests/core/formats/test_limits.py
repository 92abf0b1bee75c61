"""Small files that are meant to fill the memory are refused before they can, with the limit."""

from __future__ import annotations

import gzip
import io
import json
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.csv_table import open_table
from core.errors import InputError
from core.settings import Columns
from tests.support.table_files import write_xlsx

ALIASES = Columns().model_dump()
TOO_LARGE = "20,000,000 cells|100,000 empty rows|1,048,576 rows and 16,384 columns"
SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        for _ in open_table(path, ALIASES, ("job_title",)).rows():
            pass
    assert raised.value.remedy and "\n" not in str(raised.value)
    return str(raised.value)


@contextmanager
def quickly(seconds: float = 4.0, n_bytes: int = 150 << 20) -> Iterator[None]:
    """Measure time of this process, on a machine that does other things, and memory of Python."""
    tracemalloc.start()
    start_s = time.process_time()
    try:
        yield
        assert time.process_time() - start_s < seconds
        assert tracemalloc.get_traced_memory()[1] < n_bytes
    finally:
        tracemalloc.stop()


def with_sheet(path: Path, change: Callable[[bytes], bytes], part: str = SHEET) -> Path:
    """Change a part of a small workbook."""
    write_xlsx(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def rows_of(rows: bytes) -> Callable[[bytes], bytes]:
    def change(sheet: bytes) -> bytes:
        return re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", sheet)

    return change


def test_a_workbook_whose_one_row_is_the_last(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].cell(1_048_576, 1, "job_title")
    book.save(tmp_path / "a.xlsx")
    with quickly(2):
        words = refusal(tmp_path / "a.xlsx")
    assert "1,048,575 empty rows" in words and "at most 100,000 empty rows" in words


def test_a_workbook_whose_last_cell_is_far_away(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["job_title"])
    for _ in range(2, 4000):
        book.worksheets[0].append(["nurse"])
    book.worksheets[0].cell(4000, 16_384, "x")
    book.save(tmp_path / "a.xlsx")
    with quickly(2):
        words = refusal(tmp_path / "a.xlsx")
    assert "4,000 rows and 16,384 columns" in words and "20,000,000 cells" in words


def test_what_a_cell_says_of_its_row_is_not_believed(tmp_path: Path) -> None:
    row = b'<row r="1"><c r="A1" t="str"><v>job_title</v></c></row>'
    for far in (
        b'<row r="2"><c r="A99999999" t="str"><v>x</v></c></row>',
        b'<row r="99999999999"><c t="str"><v>x</v></c></row>',
        b'<x:row r="2"><x:c r="B1048576" t="str"><x:v>x</x:v></x:c></x:row>',
    ):
        path = with_sheet(tmp_path / "a.xlsx", rows_of(row + far))
        with quickly(2):
            assert re.search(
                TOO_LARGE,
                refusal(path),
            )


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_much(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w") as part,
    ):
        for _ in range(500):
            part.write(b'<row><c t="str"><v>x</v></c></row>' * 30_840)
    assert path.stat().st_size < 4 << 20
    with quickly(2):
        assert "at most 5,000 parts and" in refusal(path)


@pytest.mark.slow
def test_a_workbook_that_states_less_than_it_unpacks_to(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "a.xlsx", lambda sheet: sheet + bytes(60 << 20))
    content = bytearray(path.read_bytes())
    n_bytes = (60 << 20).to_bytes(4, "little")[3:]
    assert n_bytes in content
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert content.count(size) == 2  # before the part, and in the directory
    path.write_bytes(content.replace(size, (2_000).to_bytes(4, "little")))
    with quickly():
        assert "damaged workbook" in refusal(path)


@pytest.mark.slow
def test_a_row_of_a_sheet_that_never_ends(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "a.xlsx", rows_of(b"<row>" + b"<c/>" * 5_000_000 + b"</row>"))
    with quickly():
        assert "16 MB in a row" in refusal(path)


def ods(path: Path, rows: str) -> Path:
    xmlns = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{xmlns}:office:1.0" '
            f'xmlns:table="{xmlns}:table:1.0" xmlns:text="{xmlns}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="a">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def ods_row(text: str, n_rows: int = 1, n_columns: int = 1) -> str:
    cell = f'table:table-cell table:number-columns-repeated="{n_columns}"'
    if text:
        cell = f'<{cell} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    else:
        cell = f"<{cell}/>"
    return f'<table:table-row table:number-rows-repeated="{n_rows}">{cell}</table:table-row>'


def test_a_small_workbook_of_repeated_cells(tmp_path: Path) -> None:
    head = ods_row("job_title")
    usual = ods(tmp_path / "a.ods", head + ods_row("nurse", 2) + ods_row("", 1_048_000, 16_384))
    table = open_table(usual, ALIASES, ("job_title",))
    assert [row for _, row in table.rows()] == [["nurse"]] * 2  # as every program writes it
    for rows in (
        ods_row("nurse", 1_000_000, 16_384),
        ods_row("", 1_000_000) + ods_row("nurse"),
        ods_row("nurse", 1, 900_000_000),
    ):
        path = ods(tmp_path / "b.ods", head + rows)
        with quickly(2):
            assert re.search(
                TOO_LARGE,
                refusal(path),
            )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "found"), [(b"x" * 1023 + b"\n", "256 MB"), (b"\0" * 1024, "NUL")]
)
def test_a_gzip_archive_that_unpacks_to_much(content: bytes, found: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"job_title\n")
        for _ in range(300):
            file.write(content * 1024)
    assert path.stat().st_size < 2 << 20
    with quickly():
        assert found in refusal(path)


@pytest.mark.slow
def test_parquet_of_many_equal_records(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    schema = pa.schema([("job_title", pa.string())])
    equal = pa.table({"job_title": pa.array(["nurse"] * 1_000_000)})
    with pq.ParquetWriter(path, schema) as writer:
        for _ in range(20):
            writer.write_table(equal)
    with quickly(1):
        assert "20,000,000 records" in refusal(path)
    long = pa.table({"job_title": pa.array(["x" * 10_000] * 30_000).dictionary_encode()})
    pq.write_table(long, path)
    assert path.stat().st_size < 1 << 20
    with quickly(10, 600 << 20):
        assert "unpacks to more than 256 MB" in refusal(path)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"job_title": ["x"], "list": [[1]]}, "a column 'list' of type list"),
        ({"job_title": ["x"], "raw": [b"1"]}, "a column 'raw' of type binary"),
        ({"job_title": ["ok", "x" * 1_000_001]}, "line 2: found a value of 1,000,001 characters"),
        ({"job_title": ["ok", "a\0b"]}, "line 2: found a NUL character"),
        ({"name": ["x"]}, "a column 'job_title'"),
    ],
)
def test_parquet_that_no_text_stands_for(
    table: dict[str, list[object]], words: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    assert words in refusal(tmp_path / "a.parquet")


def json_lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


GOOD = {"job_title": "nurse"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (json_lines(GOOD, {"job_title": {"main": "x"}}), "line 2: found an object as the value of"),
        (
            json_lines(GOOD, {"job_title": ["x"]}),
            "line 2: found a list as the value of 'job_title'",
        ),
        (json_lines(GOOD, ["x"]), "line 2: found a list and no object"),
        (json_lines(GOOD, "x"), "line 2: found a single value"),
        (json_lines(GOOD) + b'{"job_title": "x"', "line 2: found a line that is no JSON"),
        (json_lines(GOOD) + b'{"job_title": 1, "job_title": 2}', "the name 'job_title' twice"),
        (json_lines(GOOD) + b'{"a": ' + b"[" * 100_000, "line 2: found values nested very deeply"),
        (json_lines(GOOD, {"job_title": "x" * 1_000_001}), "line 2: found a value of 1,000,001"),
        (json_lines(GOOD, {"job_title": "a\0b"}), "line 2: found a NUL character"),
        (json_lines(GOOD, {"job_title": "\ud800"}), "line 2: found half of a letter"),
        (json_lines(GOOD) + b'{"n": ' + b"9" * 17_000_000 + b"}", "a line of 16,000,000"),
        (json_lines({f"c{i}": 1 for i in range(20_000)}), "more than 16,384 different names"),
        (json_lines({"name": "x"}), "a column 'job_title'"),
        (b'[{"job_title": "nurse"}]', "a JSON array"),
        (b"{broken", "line 1: found a line that is no JSON"),
        (b'{"job_title": "x"\n', "no JSON (Expecting ',' delimiter, character 19);"),
    ],
)
def test_json_lines_that_are_no_records(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with quickly():
        assert words in refusal(tmp_path / "a.jsonl")


def test_json_lines_as_programs_write_them(tmp_path: Path) -> None:
    text = (
        '\n{"a": 1.0, "job_title": "n\\u00fcrse", "big": 12345678901234567890123}\n\n{"x": true}\n'
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "a.jsonl").write_text(text, encoding=encoding)
        table = open_table(tmp_path / "a.jsonl", ALIASES, ("job_title",))
        assert list(table.rows()) == [
            (2, ["1", "nürse", "12345678901234567890123", ""]),
            (4, ["", "", "", "true"]),
        ]
        assert (table.header, table.n_blank_lines) == (["a", "job_title", "big", "x"], 2)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_records(tmp_path: Path) -> None:
    file = io.StringIO()
    file.writelines(f'{{"id": {i}, "job_title": "nurse {i}"}}\n' for i in range(20_000))
    (tmp_path / "a.jsonl").write_text(file.getvalue(), encoding="utf-8")
    ids = pa.array(range(20_000))
    pq.write_table(
        pa.table({"job_title": ids.cast(pa.string()), "id": ids}), tmp_path / "a.parquet"
    )
    for name in ("a.jsonl", "a.parquet"):
        with quickly(20, 8 << 20):
            table = open_table(tmp_path / name, ALIASES, ("job_title",))
            assert sum(1 for _ in table.rows()) == 20_000
