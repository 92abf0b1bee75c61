"""``output.language``: the titles of groups in everything that people and programs read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from core.isco_titles.group_titles import title_languages, titles_in
from core.settings import Settings
from core.taxonomy import isco08
from inference.autocoder import open_autocoder, result_settings
from inference.bundle import Bundle
from results.code_file import batch_id, code_file
from results.explanations.requests import read_requests, request_explanations
from results.receipt import Receipt
from results.review.follow_up import follow_up_question
from results.review.review_item import ReviewItem
from tests.support.page_reader import Page
from tests.support.review_fixtures import UNCERTAIN, prediction
from tests.support.written_rows import rows_of


def in_language(settings: Settings, language: str) -> Settings:
    return settings.with_values("output", language=language)


def page_data(path: Path) -> dict[str, Any]:
    """Return what a review page has as JSON."""
    (data,) = re.findall(r'id="data">(.*?)</script>', path.read_text(encoding="utf-8"))
    values: dict[str, Any] = json.loads(data)
    return values


def coded(folder: Path, bundle: Bundle, settings: Settings, language: str) -> tuple[Receipt, Path]:
    """Code some titles with this language."""
    settings = in_language(settings, language)
    source, out = folder / "survey.csv", folder / language
    records = [f"{title.lower()},5120" for title in list(isco08().titles.values())[::9]]
    records = [record for record in records if record.count(",") == 1]
    source.write_text("\n".join(["job_title,isco_code", *records, ""]), encoding="utf-8")
    out.mkdir()
    receipt = code_file(source, out, open_autocoder(bundle, settings), settings, n_explained=2)
    return receipt, out


@pytest.mark.slow
def test_every_output_has_the_titles_of_the_language(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    receipt, out = coded(tmp_path, bundle, settings, "de")
    titles = titles_in("de")
    assert receipt.settings["language"] == "de"
    for row in rows_of(out / "predictions.csv"):
        assert row["isco_title"] == titles[row["predicted_isco_code"]]
    review = rows_of(out / "review.csv")
    assert review
    for row in review:
        assert row["predicted_title"] == titles[row["predicted_code"]]
        for rank in range(1, 6):
            assert row[f"candidate_{rank}_title"] == titles[row[f"candidate_{rank}"]]
    for row in rows_of(out / "disagreements.csv"):
        assert (row["given_title"], row["best_title"]) == ("Köche", titles[row["best_code"]])
    book = load_workbook(out / "review.xlsx")
    listed = {row[0].value: row[1].value for row in book["codes"].iter_rows(min_row=2)}
    assert listed == {code: titles[code] for code in isco08().units}
    header = {cell.value: n for n, cell in enumerate(book["review"][1])}
    first = book["review"][2]
    best = review[0]["candidate_1"]
    assert first[header["choice_1"]].value == f"{best} {titles[best]}"
    shown = dict(page_data(out / "review.html")["titles"])
    assert shown == {code: titles[code] for code in (*isco08().units, *isco08().minors)}
    assert titles[review[0]["predicted_code"]] in Page(out / "report.html").words
    assert read_requests(out)["language"] == "de"


def test_results_in_english_do_not_name_a_language(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    """They keep the ids, and the bytes, that they had before there was a choice."""
    autocoder = open_autocoder(bundle, settings)
    values = result_settings(settings, autocoder.corrections_lookup)
    assert "language" not in values
    english = batch_id("0" * 64, autocoder, settings)
    assert english == batch_id("0" * 64, autocoder, in_language(settings, "en"))
    assert english != batch_id("0" * 64, autocoder, in_language(settings, "de"))
    item = ReviewItem("t", "t", "", prediction(UNCERTAIN), first_record=1)
    receipt = Receipt(
        input="a.csv",
        sha256="0",
        batch_id=english,
        encoding="utf-8",
        delimiter="comma",
        model_version="v",
        settings=values,
        started="",
    )
    request_explanations([item], tmp_path, receipt)
    assert '"language"' not in (tmp_path / "to_explain.json").read_text(encoding="utf-8")
    assert read_requests(tmp_path)["language"] == "en"


def test_a_question_in_the_language_of_the_titles() -> None:
    item = ReviewItem("text", "Soldat {0}", "", prediction(UNCERTAIN, 0.3))
    english = "What are the main tasks? Is “Soldat {0}” rather one of the Armed Forces"
    assert follow_up_question(item).startswith(english)
    german = follow_up_question(item, "de")
    assert german.startswith("Was sind die wichtigsten Aufgaben? Gehört „Soldat {0}“ eher zu „")
    assert german.endswith("“ oder „Feuerwehrleute“?")
    item.duties_description = "Wache"
    assert follow_up_question(item, "de").startswith("Gehört „Soldat {0}“")


def test_every_language_has_a_question() -> None:
    item = ReviewItem("text", "Job", "", prediction(UNCERTAIN, 0.3))
    questions = {language: follow_up_question(item, language) for language in title_languages()}
    assert len(set(questions.values())) == len(questions)
    for language, question in questions.items():
        titles = [titles_in(language)[code] for code, _ in UNCERTAIN[:3]]
        assert "Job" in question and all(title in question for title in titles), language
        assert question[-1] in "?;؟", language


def test_the_report_names_languages_and_delimiters_in_its_own(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    source, out = tmp_path / "survey.csv", tmp_path / "out"
    lines = ["Beruf;Tätigkeit", *[f"Bäcker {n};bäckt täglich Brötchen für Gäste" for n in range(9)]]
    source.write_bytes("\n".join(lines).encode("cp1252"))
    out.mkdir()
    settings = in_language(settings, "de")
    receipt = code_file(source, out, open_autocoder(bundle, settings), settings)
    assert receipt.delimiter == "semicolon" and any("like German" in note for note in receipt.notes)
    words = Page(out / "report.html").words
    assert "Trennzeichen: Semikolon" in words and "sehen aus wie Deutsch" in words
