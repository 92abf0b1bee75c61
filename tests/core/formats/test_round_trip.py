"""Whatever text other programs write into a file of any format is read back as it was."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.csv_table import open_table
from core.formats.cell_text import as_text

# No NUL, which no text has; no carriage return, which XML reads as a line feed.
_TEXTS = st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), max_size=40)
_XML_TEXTS = _TEXTS.filter(
    lambda text: (
        not ILLEGAL_CHARACTERS_RE.search(text)
        and not set(text) & {"\ufffe", "\uffff", "\x85", "\u2028"}
        and not text.startswith("=")
        and "_x" not in text
    )
)
_RECORDS = st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=6)
_XML_RECORDS = st.lists(st.tuples(_XML_TEXTS, _XML_TEXTS), min_size=1, max_size=6)


def read(path: Path) -> list[list[str]]:
    return [row for _, row in open_table(path, {}, ()).rows()]


@given(_RECORDS)
def test_json_lines_and_parquet(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    columns = dict(zip(("id", "job_title"), map(list, zip(*records, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / "a.parquet")
    with (folder / "a.jsonl").open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(dict(zip(columns, record, strict=True))) + "\n")
    expected = [list(record) for record in records]
    assert read(folder / "a.parquet") == read(folder / "a.jsonl") == expected


@pytest.mark.slow
@given(_XML_RECORDS)
@example([("", "0"), ("", ""), ("A", "")])
def test_workbooks(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    records = [*records, ("1", "nurse")]  # an id alone at the end may be a note below the table
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("id", "job_title"), *records]):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    filled = [list(record) for record in records if any(map(str.strip, record))]
    assert read(folder / "a.xlsx") == filled


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (110.0, "110"),
        (-0.5, "-0.5"),
        (1e20, "1e+20"),
        (0.1 + 0.2, "0.30000000000000004"),
        (math.nan, ""),
        (None, ""),
        (True, "true"),
        (2**70, "1180591620717411303424"),
        (Decimal("1.10"), "1.10"),
        (dt.date(2020, 2, 29), "2020-02-29"),
        (dt.datetime(2020, 2, 29, 1, 2, 3), "2020-02-29T01:02:03"),
        (dt.datetime(2020, 2, 29, tzinfo=dt.UTC), "2020-02-29T00:00:00+00:00"),
        (dt.time(1, 2), "01:02:00"),
        (dt.timedelta(hours=30, seconds=1), "30:00:01"),
        (-dt.timedelta(minutes=1), "-0:01:00"),
        ("0110", "0110"),
    ],
)
def test_the_text_of_a_value(value: object, text: str) -> None:
    assert as_text(value) == text
    if isinstance(value, float) and not math.isnan(value):
        assert float(text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_as_the_same(number: float) -> None:
    assert float(as_text(number)) == number and not as_text(number).endswith(".0")


def test_days_beyond_the_years_of_python_cost_no_file(tmp_path: Path) -> None:
    """The last second of 9999, as databases write "until further notice", in another zone."""
    seconds = pa.array([253_402_300_799, 0], pa.timestamp("s"))
    columns = {
        "job_title": ["nurse", "cook"],
        "until": seconds.cast(pa.timestamp("s", "+01:00")),
        "odd": pa.array([1 << 50, None], pa.timestamp("ms")),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = open_table(tmp_path / "a.parquet", {"job_title": ()}, ("job_title",))
    first, second = (row for _, row in table.rows())
    assert first[1].startswith("10000-01-01T00:59:59") and first[2] == str(1 << 50)
    assert second == ["cook", "1970-01-01T01:00:00+01:00", ""]


@pytest.mark.parametrize(
    ("described", "is_read"),
    [
        ({"name": "persnr", "start": 101, "stop": 107, "step": 2}, True),
        ({"name": None, "start": 0, "stop": 3, "step": 1}, False),
        ({"name": "job_title", "start": 0, "stop": 3, "step": 1}, False),
        ({"name": "persnr", "start": 0, "stop": 2, "step": 1}, False),
        ({"name": "persnr", "start": 0, "stop": 1 << 80, "step": 1}, False),
        ({"name": "persnr", "start": "0", "stop": 3, "step": 1}, False),
        ("persnr", False),
    ],
)
def test_an_index_that_pandas_describes_is_a_column(
    tmp_path: Path, described: object, is_read: bool
) -> None:
    """The numbers of df.set_index("persnr") are not among the columns where none is left out."""
    metadata = {"pandas": json.dumps({"index_columns": [described]})}
    titles = pa.table({"job_title": ["nurse", "cook", "welder"]}).replace_schema_metadata(metadata)
    pq.write_table(titles, tmp_path / "a.parquet")
    table = open_table(tmp_path / "a.parquet", {"job_title": ()}, ("job_title",))
    rows = [row for _, row in table.rows()]
    assert table.header == (["job_title", "persnr"] if is_read else ["job_title"])
    assert not is_read or rows == [["nurse", "101"], ["cook", "103"], ["welder", "105"]]


def test_an_index_of_pandas_goes_on_through_the_batches(tmp_path: Path) -> None:
    frame = pd.DataFrame({"persnr": range(7, 2507), "job_title": "nurse"}).set_index("persnr")
    frame.to_parquet(tmp_path / "a.parquet")
    table = open_table(tmp_path / "a.parquet", {"job_title": ()}, ("job_title",))
    assert [row[1] for _, row in table.rows()] == [str(n) for n in range(7, 2507)]
