"""Columns that the settings name: appended to the duties, shown beside a text, survey weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from core.columns.record_text import duties_in_context, row_text
from core.csv_table import open_table
from core.own_tables.code_source import CodeSource
from core.settings import DataSettings, ReviewSettings, Settings
from core.text import EMPTY_TEXT, join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import no_code
from results.code_file import code_file
from results.corrections_file import process_corrections
from results.input_columns import weighted_shares
from results.receipt import Receipt
from results.reporting.weighted_shares import WeightedShares, read_weight
from tests.results.test_statistics import a_prediction
from tests.support.written_rows import rows_of

HEADER = "job_title,duties,Industry,Employer,w\n"
ROWS = "worker,packs things,Retail trade,Shop Ltd,1.5\nretired,,Retail trade,,2\n,,Mining,,3\n"


def changed(settings: Settings, review: tuple[str, ...] = (), **data: Any) -> Settings:
    return settings.model_copy(
        update={
            "data": DataSettings(**{**settings.data.model_dump(), **data}),
            "review": ReviewSettings(context=review),
        }
    )


def coded(tmp_path: Path, text: str, bundle: Bundle, settings: Settings) -> tuple[Receipt, Path]:
    source, out = tmp_path / "survey.csv", tmp_path / "out"
    source.write_text(text, encoding="utf-8")
    out.mkdir()
    return code_file(source, out, open_autocoder(bundle, settings), settings), out


def test_context_is_appended_only_to_answers() -> None:
    assert duties_in_context("worker", "packs", ["Retail", " "]) == "packs; Retail"
    assert duties_in_context("worker", " ", ["Retail"]) == "Retail"
    assert duties_in_context("", "", ["Retail"]) == ""
    assert duties_in_context("refused", "", ["Retail"]) == ""


def test_the_text_is_the_same_wherever_a_row_is_read(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    settings = changed(settings, context_in_duties=["industry"])
    receipt, out = coded(tmp_path, HEADER + ROWS, bundle, settings)
    text = join("worker", "packs things; Retail trade")
    assert receipt.columns["context_in_duties: industry"] == "Industry"
    assert (receipt.n_not_working, receipt.n_empty) == (1, 1)
    table = open_table(out / "predictions.csv", settings.data.read_columns.aliases, ())
    texts = [row_text(table, row) for _, row in table.rows()]
    assert texts == [text, join("retired"), EMPTY_TEXT]
    (asked,) = (row for row in rows_of(out / "review.csv") if not row["sampled"])
    assert (asked["text"], asked["duties_description"]) == (text, "packs things; Retail trade")

    filled = tmp_path / "filled.csv"
    filled.write_text(
        "job_title,duties,industry,corrected_isco_code\nworker,packs things,Retail trade,9321\n",
        encoding="utf-8",
    )
    (tmp_path / "taken").mkdir()
    process_corrections(filled, tmp_path / "taken", CorrectionsLookup(), settings)
    lookup = CorrectionsLookup.load(settings.data.corrections_dir, settings.data)
    assert lookup.decisions.get(text) == "9321"
    assert rows_of(tmp_path / "taken" / "corrections.csv")[0]["reason"] == ""  # it was asked


def test_without_the_setting_the_text_is_title_and_duties(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    _, out = coded(tmp_path, HEADER + ROWS, bundle, settings)
    table = open_table(out / "predictions.csv", settings.data.read_columns.aliases, ())
    assert row_text(table, next(table.rows())[1]) == join("worker", "packs things")


def test_missing_columns_are_noted(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    settings = changed(
        settings,
        ("education",),
        context_in_duties=["nace"],
        columns={"weight": ["wt"], "job_title": ["lst_job", "Last job"]},
    )
    receipt, _ = coded(tmp_path, HEADER + ROWS, bundle, settings)
    assert [note for note in receipt.notes if note.startswith("there is no")] == [
        "there is none of the columns 'lst_job', 'Last job', which data.columns.job_title names",
        "there is no column 'nace', which data.context_in_duties names",
        "there is no column 'education', which review.context names",
        "there is no column 'wt', which data.columns.weight names",
    ]


@pytest.mark.parametrize(
    "name", ["Poids", "Gewicht", "w_wgt_2024", "Hochrechnungsfaktor", "Factor de expansión", "вес"]
)
def test_weights_that_no_setting_names_are_noted(
    name: str, tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    text = f'job_title,{name},weight (kg)\nnurse,"1,5",62\ncook,2,80\nbaker,,75\n'
    receipt, _ = coded(tmp_path, text, bundle, settings)
    assert [note for note in receipt.notes if "survey weights" in note] == [
        f"column {name!r} is named like survey weights and is not used: name it in "
        "data.columns.weight in the settings to weigh the shares"
    ]
    named = changed(settings, columns={"weight": [name]})
    assert not unused(tmp_path, text, named)
    (tmp_path / "named").mkdir()
    receipt, out = coded(tmp_path / "named", text, bundle, named)
    assert receipt.columns["weight"] == name
    assert f"{name} as weight</dd>" in (out / "report.html").read_text(encoding="utf-8")
    twice = f"job_title,{name},{name}\nnurse,1,3\n"
    assert unused(tmp_path, twice, named) == [f"2 columns are called {name!r}: column 2 was read"]
    assert not unused(tmp_path, f"job_title,{name}\nnurse,light\n", settings)


def unused(tmp_path: Path, text: str, settings: Settings) -> list[str]:
    path = tmp_path / "again.csv"
    path.write_text(text, encoding="utf-8")
    notes: list[str] = []
    table = open_table(path, settings.data.read_columns.aliases, ("job_title",))
    weighted_shares(table, settings.data.columns.weight, notes)
    return notes


def test_at_most_three_columns_are_shown() -> None:
    with pytest.raises(ValueError, match="at most 3"):
        ReviewSettings(context=("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("written", "sign", "weight"),
    [("1.5", ".", 1.5), (" 0 ", ".", 0.0), ("1,25", ",", 1.25), ("1e2", ".", 100.0)]
    + [("1.250", ",", 1250.0), ("1,250.5", ".", 1250.5), ("1.000.000,5", ",", 1_000_000.5)]
    + [("1 250,5", ",", 1250.5), ("1’250.5", ".", 1250.5), ("1.250", ".", 1.25)]
    + [("0,850", ".", None), ("1.5", ",", None), ("1,25", ".", None), ("1.000,5", ".", None)]
    + [(bad, ".", None) for bad in ("", "x", "-1", "nan", "inf", "1.2.3", "1_000")],
)
def test_weights_are_read(written: str, sign: str, weight: float | None) -> None:
    assert read_weight(written, sign) == weight


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        (["1.250", "0,850", "0,400"], 1250 / 1251.25),
        (["1,250", "0.850", "0.400"], 1250 / 1251.25),
        (["1.250", "0.850", "0.400"], 0.5),
        (["1,250", "0,850", "0,400"], 0.5),
        (["1.250", "2.500", "3.750"], 1 / 6),
        (["1,250", "2", "x"], 1.25 / 3.25),
        (["1.234", "12,5", "1.234,56"], 1234 / 2481.06),
    ],
)
def test_a_column_of_weights_has_one_decimal_sign(weights: list[str], share: float) -> None:
    shares = WeightedShares("w", 0)
    sure, unsure = a_prediction("2221", 0.95), a_prediction("7212", 0.5)
    shares.add([[weight] for weight in weights], [sure, unsure, unsure])
    assert shares.share("n_autocoded") == pytest.approx(share)
    assert shares.n_unusable == weights.count("x")


@pytest.mark.parametrize(
    ("weights", "n", "text", "weight"),
    [
        (["1.250", "2.500", "3.750"], 3, "1.250", "1.25"),
        (["1,250", "2", "x"], 1, "1,250", "1.25"),
        (["850", "1.250", "12,500"], 2, "1.250", "1.25"),
    ],
)
def test_the_notes_say_which_sign_was_taken_where_the_column_does_not_tell_it(
    weights: list[str], n: int, text: str, weight: str
) -> None:
    (note,) = [note for note in _weights(weights).notes() if "decimals or thousands" in note]
    assert note.startswith(f"{n} weight") and f"({text!r})" in note and f"read as {weight}." in note


@pytest.mark.parametrize(
    "weights",
    [
        ["1.234", "12,5", "3"],
        ["1.234", "1.234,56", "987"],
        ["1.234", "0.850", "2"],
        ["1", "2", "3"],
        ["1.5", "12", "x"],
    ],
)
def test_no_note_where_another_weight_tells_the_sign(weights: list[str]) -> None:
    assert not any("decimals or thousands" in note for note in _weights(weights).notes())


@pytest.mark.parametrize("weights", [["٢٦١٫٤٤", "٨٧"], ["١٬٢٦١٫٤٤", "٨٧"], ["۲۶۱٫۴۴", "۸۷"]])
def test_weights_in_digits_of_other_scripts(weights: list[str]) -> None:
    shares = WeightedShares("w", 0)
    sure, unsure = a_prediction("2221", 0.95), a_prediction("7212", 0.5)
    shares.add([[weight] for weight in weights], [sure, unsure])
    whole = 1261.44 if "٬" in weights[0] else 261.44
    assert shares.share("n_autocoded") == pytest.approx(whole / (whole + 87))
    assert shares.notes() == []


def _weights(weights: list[str]) -> WeightedShares:
    shares = WeightedShares("w", 0)
    shares.add([[weight] for weight in weights], [a_prediction("2221", 0.95)] * len(weights))
    return shares


def test_shares_are_weighted() -> None:
    shares = WeightedShares("w", 1)
    sure, unsure = a_prediction("2221", 0.95), a_prediction("7212", 0.5)
    rows = [["a", "3"], ["b", "1"], ["c", ""], ["d", "9"]]
    retired = no_code(CodeSource.NOT_WORKING)
    shares.add(rows, [sure, unsure, sure, retired])
    assert shares.share("n_autocoded") == 0.75  # the retired person is no answer
    assert shares.share("n_fallback") == 0.25
    assert (shares.group_share("2"), shares.group_share("72")) == (0.75, 0.25)
    assert shares.n_unusable == 1 and "1 record has no usable weight" in shares.notes()[0]
    assert math.isnan(WeightedShares("w", 0).share("n_autocoded"))
