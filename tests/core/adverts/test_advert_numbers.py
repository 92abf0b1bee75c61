"""What adverts say with numbers goes, numbers of the job stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adverts.advert_numbers import _dates_and_pay, _numbers, without_advert_numbers
from core.columns.header_words import name_table
from core.text import join


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Koch zum 01.09.2024", "Koch"),
        ("Koch ab 1. Januar", "Koch"),
        ("Chef 30–35k", "Chef"),
        ("Kierowca od 01.10.2024", "Kierowca"),
        ("Cuoco dal 01/09/2024", "Cuoco"),
        ("Waiter, start 2 June", "Waiter,"),
        ("Waiter summer 2026", "Waiter"),
        ("Waiter May 2026", "Waiter"),
        ("Kokki 1. tammikuuta 2026", "Kokki"),
        ("готвач 1 януари 2026", "готвач"),
        ("Nurse 12 month FTC", "Nurse"),
        ("Nurse 6-month contract", "Nurse"),
        ("Nurse 0.6 FTE", "Nurse"),
        ("Kuchař, úvazek 0,8", "Kuchař,"),
        ("Analyst £30-35k", "Analyst"),
        ("Vendeur 30-35K€", "Vendeur"),
        ("Camarero S/ 1,500", "Camarero"),
        ("juru masak gaji Rp 5 juta", "juru masak"),
        ("Nurse Job ID 4711", "Nurse"),
        ("Nurse ref. 47", "Nurse"),
        ("Kok fra 1. september", "Kok"),
        ("kokki 1.9. alkaen", "kokki"),
        ("virėjas nuo 2026 m. rugsėjo 1 d.", "virėjas"),
        ("Kellner 1.5. - 30.9.2026", "Kellner"),
        ("Cuisinier, CDD 6 mois", "Cuisinier,"),
        ("Kucharz od 1/2 etatu", "Kucharz"),
        ("Kucharz, 1 etat", "Kucharz,"),
        ("Contabile RAL 28.000-32.000", "Contabile"),
        ("Nurse REQ-10293", "Nurse"),
        ("Nurse (ID 123456)", "Nurse"),
        ("Nurse - R23456", "Nurse"),
        ("Koch - 10000-1234567890-S", "Koch"),
        ("Kucharz (nr ref. 12/2024)", "Kucharz"),
        ("Cuoco rif. TO/22", "Cuoco"),
        ("Camarero (hombre/mujer)", "Camarero"),
        ("Kucharz - kobieta/mężczyzna", "Kucharz -"),
        ("Stelle: Koch", "Koch"),
        ("Job title: nurse", "nurse"),
        ("Title: nurse", "nurse"),
        ("Camarero - 3 vacantes", "Camarero"),
        ("Other: Nurse - 3 vacancies", "Nurse"),
        ("(please specify): nurse", "nurse"),
        ("Other - nurse", "nurse"),
        ("Sonstiges - Koch", "Koch"),
        ("Operator - Other", "Operator - Other"),
        ("Sonstiges, und zwar: Koch", "Koch"),
        ("Autre (veuillez préciser) : cuisinier", "cuisinier"),
        ("P10a. Other (please specify): nurse", "nurse"),
    ],
)
def test_what_an_advert_says_goes(title: str, left: str) -> None:
    assert " ".join(without_advert_numbers(title).split()) == left
    assert join(title) == join(left)


@pytest.mark.parametrize(
    "title",
    [
        "auditor (ISO 27001)",
        "auditor ISO9001",
        "Boeing 737 pilot",
        "A320 captain",
        "SAP S/4 consultant",
        "Windows Server 2022 administrator",
        "tram line 102 driver",
        "teacher of years 3-4",
        "head of a team, 12 osób",
        "director of a home, 90 plazas",
        "nurse for babies of 6 months",
        "sales of 1 May flags",
        "packer 17.30-22",
        "operator 24/7",
        "C/E driver",
        "Homme/femme de chambre",
        "male nurse",
        "coder ID-10 cards",
        "Ref 1 football",
        "cook: soups",
        "other work in a mill: packer",
        "Other:",
        "Lokführer Baureihe 101",
        "£1 shop worker",
        "KUKA KR 210 operator",
        "RS 232 technician",
        "1st year apprentice",
        "Code 14 driver",
        "Kindergarten nr 7 teacher",
        "captain of a yacht of 100 ft",
        "driver 24 t",
        "head of 12 FTE",
    ],
)
def test_numbers_of_the_job_stay(title: str) -> None:
    assert without_advert_numbers(title) == title


@pytest.mark.parametrize("language", name_table()["other_job"])
def test_the_choice_before_an_answer_goes_in_every_language(language: str) -> None:
    """Survey programs write the label of the choice and the text beside it into one cell."""
    other = name_table()["other_job"][language][0].rstrip("*")
    for choice in (other, *(f"{other} ({asked})" for asked in _asked_to_specify(language))):
        assert without_advert_numbers(f"{choice.capitalize()}: koch").strip() == "koch"


def _asked_to_specify(language: str) -> list[str]:
    return [asked.rstrip("*") for asked in name_table()["asks_to_specify"][language]]


@pytest.mark.parametrize("title", ["REQ-10293", "1er janvier 2026", "(hombre/mujer)", "97000"])
def test_a_title_of_numbers_alone_stays(title: str) -> None:
    assert without_advert_numbers(title) == title


@pytest.mark.parametrize(
    "part",
    ["1", "1.", "1-", "1.1.", "£10", "r$1", "id ", "id 1/", "(", "[ ", "from ", "- ", "a1", " "],
)
def test_the_time_grows_with_the_length_and_not_with_its_square(part: str) -> None:
    started = time.process_time()
    without_advert_numbers(part * 20_000)
    assert time.process_time() - started < 5


def test_duties_keep_their_numbers() -> None:
    assert join("clerk", "files ID 123456") == "clerk | files id 123456"


PIECES = [
    "Stelle:",
    "Koch",
    "(hombre/mujer)",
    "hombre/mujer",
    "–",
    "from",
    "ab",
    "januar",
    "summer",
    "month",
    "contract",
    "FTE",
    "£",
    "k",
    "(",
    ")",
    "vacancies",
    "ID",
    "Ref.",
    "nr",
    "oferty:",
    "REQ-",
    "req-A",
    "|",
    ".",
]
"""What such numbers stand beside."""


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_without_a_digit_only_the_field_and_both_sexes_are_looked_for(title: str) -> None:
    assert _numbers(has_digit=True).sub(" ", title) == _numbers(has_digit=False).sub(" ", title)
    assert not _dates_and_pay().search(title)
