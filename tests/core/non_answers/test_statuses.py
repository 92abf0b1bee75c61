"""A status in employment, an employer or a place is no occupation, in any of the 28 languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.columns.record_text import duties_in_context
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.own_tables.code_source import SOURCE_OF_NON_ANSWER, CodeSource
from core.text import join

LISTED = Path(__file__).with_name("statuses.csv")
FIND = built_in_non_answers().find


def statuses() -> dict[str, list[str]]:
    with LISTED.open(encoding="utf-8", newline="") as file:
        return {row["language"]: row["texts"].split("; ") for row in csv.DictReader(file)}


def test_statuses_and_places_are_listed_in_every_language() -> None:
    assert len(statuses()) == 28 and min(map(len, statuses().values())) >= 9


@pytest.mark.parametrize("language", statuses())
def test_a_status_or_a_place_alone_states_nothing(language: str) -> None:
    for text in statuses()[language]:
        for written in (join(text), join(text, "n/a"), join("", text)):
            assert SOURCE_OF_NON_ANSWER[FIND(written)] is CodeSource.NOT_STATED, written


@pytest.mark.parametrize("language", statuses())
def test_duties_make_an_answer_of_a_status_or_a_place(language: str) -> None:
    for text in statuses()[language]:
        assert FIND(join(text, "im Büro einer Spedition, Rechnungen")) is None, text


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("Angestellter", "im Büro"),
        ("employee", "in an office"),
        ("hospital", "worker"),
        ("empleada", "hospital"),
        ("funcionario", "en la cárcel"),
    ],
)
def test_a_place_and_a_status_together_are_an_answer(title: str, duties: str) -> None:
    assert FIND(join(title, duties)) is None


@pytest.mark.parametrize("title", ["worker", "hospital", "pracownik"])
def test_columns_appended_to_the_duties_make_an_answer_of_such_a_word(title: str) -> None:
    assert duties_in_context(title, "", ["retail", ""]) == "retail"
    assert duties_in_context(title, "", [" "]) == duties_in_context("refused", "", ["retail"]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "hospital nurse",
        "office worker",
        "hospital worker",
        "factory worker",
        "office employee",
        "apprentice electrician",
        "trainee accountant",
        "civil service clerk",
        "contractor",
        "Büroangestellte",
        "Büro Angestellter",
        "Verwaltungsbeamter",
        "Beamter Finanzamt",
        "Arbeiter",
        "Kantor",
        "empleada de hogar",
        "empleado de oficina",
        "funcionario de prisiones",
        "employé de mutuelle",
        "employé de bureau",
        "contractuelle",
        "magistrat",
        "ouvrier",
        "impiegato",
        "operaio",
        "bediende",
        "urzędnik",
        "pracownik biurowy",
        "úředník",
        "službenik",
        "чиновник",
        "υπάλληλος γραφείου",
        "υπάλληλος 11888",
        "PA Klinik",
        "vikar",
        "minister",
        "bud",
        "payroll",
        "DPP",
        "ASL",
        "CLT",
        "كاتب",
        "buruh",
    ],
)
def test_an_occupation_made_of_such_words_is_an_answer(text: str) -> None:
    assert FIND(join(text)) is None


def test_retired_from_a_status_is_not_working() -> None:
    assert FIND(join("Beamter im Ruhestand")) is NonAnswerKind.NOT_WORKING
    assert FIND(join("retired government employee")) is NonAnswerKind.NOT_WORKING


def test_added_texts_keep_the_ones_that_count_alone() -> None:
    added = built_in_non_answers().extended({NonAnswerKind.NOT_WORKING: ["Sabbatical"]})
    assert added.find(join("hospital")) is NonAnswerKind.NOT_STATED
    assert added.find(join("hospital sabbatical")) is None


@pytest.mark.parametrize("nothing", ["n/a", "brak", "keine Angabe", "-", "#N/A", " ", "refused"])
def test_context_that_says_nothing_is_not_appended(nothing: str) -> None:
    assert duties_in_context("nurse", "wards", [nothing, "retail", nothing]) == "wards; retail"
    assert duties_in_context("nurse", nothing, ["retail"]) == "retail"
    assert duties_in_context("nurse", "wards", [nothing]) == "wards"


@pytest.mark.parametrize("stated", ["self-employed", "Q", "86.10", "hospital", "IT"])
def test_a_status_or_a_code_in_the_context_is_appended(stated: str) -> None:
    assert duties_in_context("nurse", "wards", ["n/a", stated]) == f"wards; {stated}"
