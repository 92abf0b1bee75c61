"""Which files of a folder are read, whoever reads it."""

from __future__ import annotations

import pytest

from core.formats.folder_content import sort_files

READ = ("wave 2/b.xlsx", "a.csv", "wave 2/deep/c.jsonl.gz", "_own.csv")
LITTER = (
    ".DS_Store", "~$b.xlsx", "wave 2/.~lock.b.xlsx#", "@eaDir/a.csv", ".stversions/a~1.csv",
    "_SUCCESS", ".a.parquet.crc",
)  # fmt: skip
HELD = {
    "._a.csv": "AppleDouble",
    "a.csv.part": "unfinished",
    "~syncthing~a.csv.tmp": "unfinished",
    "wave 2/a (Eva's conflicted copy 2026-03-04).csv": "a conflict copy",
    "wave 2/notes.docx": "a text document",
    "a.sas7bdat": "a data set of SAS; export",
    "a.XPT": "a data set of SAS; export",
    "a.rds": "data of R; write its table with write.csv(",
    "a.RData": "data of R; write its table with write.csv(",
    "a.feather": "a table of Arrow; write it as .parquet",
    "a.fods": "a workbook of a kind that is not read; save it as .xlsx",
    "a.numbers": "a document of Apple Numbers; export it as .xlsx",
    "a.pages": "a text document; save its table as CSV",
    "a.accdb": "a database; export its table as CSV",
    "a.dbf": "a database; export its table as CSV",
    "a.por": "of SPSS for exchange; save it as .sav",
    "a.pq": "files that end in '.pq' are not read",
}


@pytest.mark.parametrize("reverse", [False, True])
def test_each_file_is_read_held_or_litter(reverse: bool) -> None:
    paths = sorted([*READ, *LITTER, *HELD], reverse=reverse)
    content = sort_files(paths)
    assert content.read == sorted(READ)
    assert set(content.held) == set(HELD)
    for path, words in HELD.items():
        assert words in content.held[path]


def test_a_folder_that_is_not_looked_into_is_named_once() -> None:
    content = sort_files([".git/a.csv", ".git/b/c.csv", "w/plan.numbers/Data/a.csv", "w/b.csv"])
    assert content.read == ["w/b.csv"]
    assert set(content.held) == {".git", "w/plan.numbers"}
