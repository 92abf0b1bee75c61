"""Hostile content: refused with a reason or read unchanged, and harmless in every result."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness
from tests.support.reader_properties import check

CORPUS = sorted((Path(__file__).with_name("corpus")).iterdir())
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What makes a table: enough of it that many an input is nearly one.
PIECES = st.sampled_from(
    [
        b"job_title",
        b"id",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b'"',
        b'""',
        b"0110",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        "ä".encode(),
        b"\xe4",
        b"=1+1",
        b"NA",
        b" ",
        b"\x1a",
        b"\x0b",
    ]
)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    refusal = check(path.read_bytes(), tmp_path)
    assert (refusal is None) == path.name.startswith("good_"), refusal


@pytest.mark.slow
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(PIECES, max_size=40).map(b"".join),
        st.lists(PIECES, max_size=40).map(lambda pieces: b"job_title,id\n" + b"".join(pieces)),
    )
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    check(content, tmp_path_factory.getbasetemp())


def test_nothing_written_for_people_runs(settings: Settings) -> None:
    """Fault 23: in review.csv and review.xlsx; predictions.csv gives the input back as it was."""
    cells = ["=cmd|'/c calc'!A0", "=baker", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    lines = "".join(f'"{cell}","{cell}"\n' for cell in cells)
    harness = DaemonHarness(settings)
    harness.drop("a.csv", ("job_title,duties\n" + lines).encode())
    harness.tick(12)
    (folder,) = harness.batches()
    with (folder / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            assert not any(cell.startswith(_FORMULA) for cell in row)
    book = openpyxl.load_workbook(folder / "review.xlsx")
    for row in book.worksheets[0].iter_rows():
        assert not any(cell.data_type == "f" for cell in row)
    assert harness.violations() == []
