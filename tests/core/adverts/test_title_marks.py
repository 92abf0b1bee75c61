"""Marks of adverts and lists go, what says something of the job stays."""

from __future__ import annotations

import time

import pytest

from core.adverts.title_marks import without_marks
from core.text import join


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Koch (m/w/d)", "Koch"),
        ("Koch m/w/d - Berlin", "Koch - Berlin"),
        ("Koch(w/m/divers)", "Koch"),
        ("Koch [m|w|d]", "Koch"),
        ("Koch (mwd)", "Koch"),
        ("Cuisinier H/F en restauration", "Cuisinier en restauration"),
        ("kok (m/v/x)", "kok"),
        ("Cuisinier (H/F/NB)", "Cuisinier"),
        ("kok m/v", "kok"),
        ("Kucharz (K/M)", "Kucharz"),
        ("kuvar (m/ž)", "kuvar"),
        ("szakács (f/n)", "szakács"),
        ("готвач (м/ж)", "готвач"),
        ("μάγειρας (α/γ)", "μάγειρας"),
        ("koch m w d", "koch"),
        ("vendeur h f", "vendeur"),
        ("Pflegefachfrau 80 - 100 % (m/w/d)", "Pflegefachfrau"),
        ("Lehrerin 50%", "Lehrerin"),
        ("Nurse (Ref. 4711)", "Nurse"),
        ("Nurse REF123", "Nurse"),
        ("Nurse #2024-113", "Nurse"),
        ("Réf. n° 12/2023 Vendeur", "Vendeur"),
        ("Nurse 40 hours per week", "Nurse"),
        ("Koch 38,5 Std./Woche", "Koch"),
        ("Pfleger (20-30 Std.)", "Pfleger ( )"),
        ("Kellner 20h/Woche", "Kellner"),
        ("Caissière 35 heures par semaine", "Caissière"),
        ("Camarera 40 horas semanales", "Camarera"),
        ("Nurse £12.50 per hour", "Nurse"),
        ("Chef £26.5k - £30k p.a.", "Chef"),
        ("Kierowca 30 zł/h", "Kierowca"),
        ("Camarero 1.200 € al mes", "Camarero"),
        ("Nurse 40 hrs p.w.", "Nurse"),
        ("Kok 38 uur p/w", "Kok"),
        ("Empregada 4 horas por dia", "Empregada"),
        ("Nurse up to £25,000 pro rata", "Nurse"),
        ("Cuisinier 11,65 € brut/heure", "Cuisinier"),
        ("Kuchař 30 000 Kč", "Kuchař"),
        ("Kock på 50 %", "Kock"),
        ("Padeiro R$ 2.500", "Padeiro"),
        ("Nurse US$ 120000", "Nurse"),
        ("Sales OTE £30k", "Sales"),
        ("Sales £30k OTE", "Sales"),
        ("Camarero 1.200 euros brutos mensuales", "Camarero"),
        ("Kierowca od 30 zł/h", "Kierowca"),
        ("Padeiro R$ 3.000 por mês", "Padeiro"),
        ("Chef £30,000 to £35,000 per annum", "Chef"),
        ("Chef between £30k and £35k", "Chef"),
        ("kokkur (kvk/kk)", "kokkur"),
        ("Chef 5'000 CHF/Monat", "Chef"),
        ("Cuoco 8€/ora", "Cuoco"),
        ("Driver class C £15 per hour", "Driver class C"),
        ("Szakács 400 000 Ft/hó", "Szakács"),
        ("Szakács 1900 Ft/óra", "Szakács"),
        ("kokk 4500+ eurot", "kokk"),
        ("Koch 40-Stunden-Woche", "Koch"),
        ("Szakács napi 8 óra", "Szakács"),
        ("Kok 37 t/uge", "Kok"),
        ("Kokk 60 % stilling", "Kokk"),
        ("3) Nurse", "Nurse"),
        ("(b) Nurse", "Nurse"),
        ("1.) Nurse", "Nurse"),
        ("(iv) Nurse", "Nurse"),
    ],
)
def test_a_mark_goes(title: str, left: str) -> None:
    assert " ".join(without_marks(title).split()) == left
    assert join(title) == join(left)


@pytest.mark.parametrize(
    "title",
    [
        "2. Offizier",
        "1) nurse 2) taxi driver",
        "1.) nurse 2.) taxi driver",
        "i) nurse ii) taxi driver",
        "IV-Stelle Sachbearbeitung",
        "A/C technician",
        "LKW-Fahrer C/E",
        "Driver (C/E)",
        "m/c mechanic",
        "Captain M/V Ocean",
        "Matros M/S Nordlys",
        "referent",
        "ref. za nabavu",
        "Bus driver (route 12)",
        "24h Pflege",
        "24-hour carer",
        "24 Stunden Betreuung",
        "Grade 7 HR officer",
        "2 Ore plant operator",
        "Terminal 5 h operator",
        "EUR 6 diesel mechanic",
        "£1 shop worker",
        "Ref 1 football",
        "1-Euro-Jobber",
        "Boeing 737 pilot",
        "Nurse #1",
        "R/W technician",
        "100 m runner",
        "KUKA KR 210 operator",
        "Electrician (1st yr)",
        "S/V manufacturing shift",
        "Truck driver 24 t",
        "Yacht captain 100 ft",
        "Truck driver 26,000 pounds",
        "plan b c",
        "m f",
    ],
)
def test_what_says_something_of_the_job_stays(title: str) -> None:
    assert without_marks(title) == title


@pytest.mark.parametrize("title", ["(m/w/d)", "H/F", "80-100%", "Ref. 4711"])
def test_a_mark_alone_is_no_title(title: str) -> None:
    assert join(title) == "n a | unknown"


@pytest.mark.parametrize(
    "part", ["1", "1,", "1-", "£1", "1 h ", "(m/", "1€ ", "100 ", "1.000,", "10 h "]
)
def test_the_time_grows_with_the_length_and_not_with_its_square(part: str) -> None:
    started = time.process_time()
    without_marks(part * 20_000)
    assert time.process_time() - started < 5


def test_duties_keep_their_numbers() -> None:
    assert join("Clerk", "raised sales by 20%") == "clerk | raised sales by 20"


def test_a_correction_that_was_kept_before_is_found() -> None:
    """Kept corrections have the cleaned text alone, with the letters of the mark."""
    assert join("koch m w d", "unknown") == join("Koch (m/w/d)") == "koch | unknown"


def test_a_firm_that_is_written_like_the_letters_stays() -> None:
    """Cleaning leaves "h m" of both: the letters go before it, and so may the firm stay behind."""
    assert join("Verkäuferin bei H&M, Berlin") == "verkäuferin bei h m | unknown"
    assert join("Technician R&M") == "technician r m | unknown"  # repair and maintenance
    assert join("Dependiente (H/M)") == join("Dependiente H/M") == "dependiente | unknown"
