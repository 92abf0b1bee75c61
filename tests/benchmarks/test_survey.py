"""The files that speed is measured on are what they are said to be."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.survey import HEADER, Survey, write_survey
from core.text import join


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("repeats", "n_distinct"), [(0.0, 1000), (0.6, 400), (0.999, 1)])
def test_the_share_of_repeats_is_exact(repeats: float, n_distinct: int, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    write_survey(path, Survey(1000, repeats))
    rows = rows_of(path)
    texts = [join(row["job_title"], row["duties_description"]) for row in rows]
    assert tuple(rows[0]) == HEADER
    assert (len(texts), len(set(texts))) == (1000, n_distinct)
    first_half = len(set(texts[:500]))
    assert abs(first_half - n_distinct / 2) <= 1  # of the first rows as many are new as of all


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_duties_are_as_frequent_as_asked(share: float, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    write_survey(path, Survey(200, repeats=0.0, duties=share))
    assert sum(bool(row["duties_description"]) for row in rows_of(path)) == 200 * share


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in "abc"]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        write_survey(file, Survey(50, seed=seed))
    same, again, other = (file.read_bytes() for file in files)
    assert same == again
    assert same != other
