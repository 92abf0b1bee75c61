"""Frames of pandas, polars and pyarrow get what ``predictions.csv`` has, cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from core.errors import ArgumentError
from core.own_tables.output_contract import OUTPUT_COLUMNS
from inference.autocoder import open_autocoder
from inference.model_registry import ModelRegistry
from inference.output_columns import as_cells
from isco import Coder
from results.code_file import PREDICTIONS, code_file
from tests.conftest import ROOT

SURVEY = ROOT / "examples" / "survey.csv"
DUTIES = "duties_description"


@dataclass(frozen=True)
class Project:
    """A coder, a table, and the ``predictions.csv`` that the program wrote for it."""

    coder: Coder
    table: Path
    written: list[list[str]]


OTHERS = (
    "output: {pad_codes: true, language: fr, derived: [isei08, isco88, siops08]}\n"
    "data: {context_in_duties: [Region, nowhere]}\n"
)


@pytest.fixture(params=["", OTHERS], ids=["defaults", "others"], scope="module")
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with corrections and a coded file, once with another way to write codes."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "config.yaml").write_text(request.param, encoding="utf-8")
    corrections = folder / "data" / "corrections"
    corrections.mkdir(parents=True)
    (corrections / "a.csv").write_text(
        "job_title,duties_description,region,corrected_isco_code\n"
        "plaisterer,plaister walls and cielings in new houses,03,7123\n"
        "nurse,,03,222\nboss,,03,not_codable\n",
        encoding="utf-8",
    )
    table = folder / "survey.csv"
    added = "7,03,nurse,,1\n8,03,boss,,1\n9,03,retired,,1\n10,03,,,1\n11,03,99,-,1\n"
    text = SURVEY.read_text(encoding="utf-8") + added
    table.write_text(text.replace("respondent,", "isco_code,", 1), encoding="utf-8")
    coder = Coder(folder / "config.yaml")
    autocoder = open_autocoder(ModelRegistry(coder.settings.output).served(), coder.settings)
    code_file(table, folder, autocoder, coder.settings)
    with (folder / PREDICTIONS).open(encoding="utf-8", newline="") as file:
        return Project(coder, table, list(csv.reader(file)))


def rows_of(frame: pd.DataFrame | pl.DataFrame | pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows with None for what is missing, whatever the library writes."""
    if isinstance(frame, pd.DataFrame):
        yield from frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    elif isinstance(frame, pl.DataFrame):
        yield from frame.iter_rows()
    else:
        yield from (tuple(row.values()) for row in frame.to_pylist())


def cells_of(frame: pd.DataFrame | pl.DataFrame | pa.Table) -> list[list[str]]:
    """Return header and rows as text, ours as ``predictions.csv`` has them."""
    header = [str(name) for name in getattr(frame, "column_names", frame.columns)]
    n_own = header.index("weight") + 1  # the last column of the table
    return [header] + [
        [*row[:n_own], *as_cells(dict(zip(header[n_own:], row[n_own:], strict=True)))]
        for row in rows_of(frame)
    ]


@pytest.mark.parametrize(
    "read",
    [
        lambda path: pd.read_csv(path, dtype=str, keep_default_na=False),
        lambda path: pl.read_csv(path, infer_schema=False).fill_null(""),
        lambda path: pa.Table.from_pandas(pd.read_csv(path, dtype=str, keep_default_na=False)),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_every_cell_is_that_of_predictions_csv(
    read: Callable[[Path], Any], project: Project
) -> None:
    frame = project.coder.code_frame(read(project.table), title="job_title", duties=DUTIES)
    coded = cells_of(frame)
    assert coded == project.written
    assert len(coded) > 100 and "predicted_isco_code" in coded[0]
    sources = {row[coded[0].index("source")] for row in coded[1:]}
    assert sources >= {"model", "correction", "not_codable", "empty", "not_stated", "not_working"}


def test_values_that_are_no_text_are_read_as_in_a_file(coder: Coder) -> None:
    jobs = ["nurse", 99, 99.0, None, float("nan"), pd.NA]
    index = [3, 3, 1, 0, 9, 7]
    frame = pd.DataFrame({"job": pd.Series(jobs, dtype=object, index=index), 2026: index})
    coded = coder.code_frame(frame, title="job")
    assert coded["source"].tolist() == ["model", *["not_stated"] * 2, *["empty"] * 3]
    assert coded.index.tolist() == index and list(frame) == ["job", 2026]
    assert coded["is_fallback"].dtype == bool and coded["confidence"].dtype == float
    categories = pl.DataFrame({"job": ["nurse", None]}, schema={"job": pl.Categorical})
    assert coder.code_frame(categories, title="job")["source"].to_list() == ["model", "empty"]


def test_our_own_names_are_read_where_none_is_given(project: Project, coder: Coder) -> None:
    frame = pd.read_csv(project.table, dtype=str, keep_default_na=False)
    assert cells_of(project.coder.code_frame(frame)) == project.written
    other = {"Job title": ["worker"], "dutiesDescription": ["nursing patients on a ward"]}
    expected = coder.code("worker", "nursing patients on a ward")
    assert expected.isco_code != coder.code("worker").isco_code
    assert coder.code_frame(pl.DataFrame(other))["isco_code"].to_list() == [expected.isco_code]


def test_names_of_the_settings_are_read(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("data: {columns: {job_title: [post], duties_description: [what]}}", "utf-8")
    frame = pl.DataFrame({"job_title": ["x"], "post": ["worker"], "what": ["nursing patients"]})
    coder = Coder(config)
    expected = coder.code("worker", "nursing patients").confidence
    assert coder.code_frame(frame)["confidence"].to_list() == [expected]


def test_duties_of_the_main_job_are_not_read_with_another_one(
    coder: Coder, caplog: pytest.LogCaptureFixture
) -> None:
    frame = pl.DataFrame({"job_title": ["x"], "duties_description": ["nursing"], "p": ["nursing"]})
    frame = frame.with_columns(pl.lit("worker").alias("second job"), pl.lit("worker").alias("raw"))
    both, alone = (coder.code("worker", duties).confidence for duties in ("nursing", ""))
    assert both != alone
    for title, duties, expected in (
        ("second job", None, alone), ("second job", "p", both), ("raw", None, both),
    ):  # fmt: skip
        caplog.clear()
        coded = coder.code_frame(frame, title, duties)
        assert coded["confidence"].to_list() == [expected]
        assert ("'duties_description' were not read" in caplog.text) == (expected == alone)


@pytest.mark.parametrize("names", [{"title": "job", "duties": "x"}, {"title": "x"}])
def test_a_named_column_that_is_missing_is_an_error(names: dict[str, str], coder: Coder) -> None:
    frame = pl.DataFrame({"job": ["nurse"], "job_title": ["nurse"]})
    with pytest.raises(ArgumentError, match=r"found no column 'x'.*title= is the one of job"):
        coder.code_frame(frame, **names)


@pytest.mark.parametrize(
    ("columns", "name"),
    [(range(2), 0), (pd.MultiIndex.from_tuples([("a", "job"), ("a", "x")]), ("a", "job"))],
    ids=["number", "two levels"],
)
def test_a_name_that_is_no_text_is_named(columns: Any, name: Any, coder: Coder) -> None:
    frame = pd.DataFrame([["nurse", "x"]], columns=columns)
    with pytest.raises(ArgumentError, match="as the name of a column; expected a text"):
        coder.code_frame(frame, title=name)


def test_a_frame_without_rows_gets_the_columns_with_their_types(coder: Coder) -> None:
    coded = coder.code_frame(pl.DataFrame({"job": []}, schema={"job": pl.String}), title="job")
    assert coded.columns == ["job", *OUTPUT_COLUMNS] and coded.height == 0
    kinds = {str: pl.String, float: pl.Float64, bool: pl.Boolean}
    assert coded.dtypes[1:] == [kinds[kind] for kind in OUTPUT_COLUMNS.values()]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"job": ["nurse"]}), "no column 'job_title'; the columns are: 'job'"),
        (pl.LazyFrame({"job_title": ["nurse"]}), "LazyFrame; expected a data frame of pandas"),
        (["nurse"], "found list; expected a data frame of pandas"),
        (
            pd.DataFrame([["a", "b"]], columns=["job_title"] * 2),
            "two columns of one name: .*job_title.*Rename",
        ),
        (
            pd.DataFrame({"job_title": ["nurse", ["cook"]]}),
            "column 'job_title', row 2: found list; expected a text",
        ),
        (pl.DataFrame({"job_title": [{"en": "nurse"}]}), "row 1: found dict"),
        (pa.table({"job_title": [b"nurse"]}), "row 1: found bytes"),
        (
            pd.DataFrame({"job_title": ["x"], "duties_description": [("cooks", "bakes")]}),
            "column 'duties_description', row 1: found tuple",
        ),
        (
            pd.DataFrame({"job_title": pd.Series(["nurse", "K\udcf6chin"], dtype=object)}),
            "column 'job_title', row 2: found half of a letter",
        ),
    ],
    ids=["column", "lazy", "list", "twice", "nested", "struct", "bytes", "duties", "letter"],
)
def test_what_cannot_be_coded_is_named(frame: Any, message: str, coder: Coder) -> None:
    with pytest.raises(ArgumentError, match=message):
        coder.code_frame(frame)


def test_a_missing_column_of_context_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config.yaml").write_text(
        "data: {context_in_duties: [told_once]}\n", encoding="utf-8"
    )
    coder = Coder(tmp_path / "config.yaml")
    for title in ("nurse", "cook"):
        coder.code_frame(pl.DataFrame({"job_title": [title]}))
    assert caplog.text.count("'told_once'") == 1
