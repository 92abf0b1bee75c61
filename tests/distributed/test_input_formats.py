"""A distributed run takes the formats that the daemon takes, as far as a storage can serve them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import Columns
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
    (split,) = read_splits(file, Columns())
    assert split.records.column_names == HEADER
    assert [list(row.values()) for row in split.records.to_pylist()] == texts_of(suffix)
    assert (split.title_column, split.duties_column) == ("job_title", "duties")


@pytest.mark.parametrize("suffix", [".dta", ".sav"])
def test_a_data_set_is_refused_with_what_to_do(suffix: str, tmp_path: Path) -> None:
    file = local(WRITERS[suffix](tmp_path / f"staff{suffix}"))
    with pytest.raises(InputError, match="isco classify without --engine ray"):
        check_file(file, Columns())
