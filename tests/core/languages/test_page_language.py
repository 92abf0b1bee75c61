"""The languages of the pages: numbers, shares, times and plurals as each writes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
import pytest

from core.html import rendered
from core.isco_titles.group_titles import title_languages
from core.languages.message import LanguageName
from core.languages.page_language import page_language, page_languages
from tests.conftest import ROOT

STAMP = "2026-11-26T23:05:02+00:00"


def test_pages_speak_the_languages_of_the_catalogues_and_english_for_the_others() -> None:
    assert {"de", "en", "es", "fr", "pt"} <= set(page_languages()) < set(title_languages())
    assert page_language("it").code == page_language("en").code == "en"
    assert page_language("it").gettext("All batches") == "All batches"
    assert page_language("es").gettext("All batches") == "Todos los lotes"


def test_the_languages_are_named_where_somebody_chooses_one() -> None:
    codes = sorted(page_languages(), key=lambda code: (code != "en", code))
    asked = f"of the pages if it is {', '.join(codes[:-1])} or {codes[-1]}:"
    assert asked in (ROOT / "config.yaml").read_text(encoding="utf-8")
    names = sorted(map(LanguageName, codes))
    guide = " ".join((ROOT / "docs" / "results.md").read_text(encoding="utf-8").split())
    assert f"in {', '.join(names[:-1])} or {names[-1]}, with the numbers" in guide


@pytest.mark.parametrize(
    ("language", "number", "share", "difference", "moment"),
    [
        ("en", "1,234.5", "45.1\N{NO-BREAK SPACE}%", "−0.50", "2026-11-26 23:05:02 UTC"),
        ("de", "1.234,5", "45,1\xa0%", "−0,50", "26.11.2026, 23:05:02 UTC"),
        ("es", "1.234,5", "45,1\xa0%", "−0,50", "26 nov 2026, 23:05:02 UTC"),
        ("fr", "1\u202f234,5", "45,1\xa0%", "−0,50", "26 nov. 2026, 23:05:02 UTC"),
        ("pt", "1\xa0234,5", "45,1%", "−0,50", "26/11/2026, 23:05:02 UTC"),
    ],
)
def test_numbers_and_times(
    language: str, number: str, share: str, difference: str, moment: str
) -> None:
    spoken = page_language(language)
    assert spoken.number(1234.5, 1) == number
    assert spoken.percent(0.451) == share
    assert spoken.signed(-0.5) == difference
    assert spoken.signed(0.5)[0] == "+"
    assert spoken.when(STAMP) == moment


def test_numbers_and_plurals_are_those_of_portugal_as_the_words_are() -> None:
    """Brazil writes "0 resposta" and 1.234; the catalogue has "ficheiro", not "arquivo"."""
    spoken = page_language("pt")
    assert (spoken.code, spoken.tag) == ("pt", "pt-PT")
    one, many = "%(num)s record", "%(num)s records"
    assert spoken.ngettext(one, many, 0) == spoken.ngettext(one, many, 2) == "%(num)s registos"
    assert '<html lang="pt-PT">' in rendered("base.html", "pt")


def test_a_share_is_rounded_as_in_the_log() -> None:
    """One of 2,000 records is 0.05 %, which is a little more or less than its digits say."""
    shares = [number / 2_000 for number in range(2_001)]
    spoken = page_language("en")
    assert [spoken.percent(share) for share in shares] == [
        f"{share:.1%}".replace("%", "\N{NO-BREAK SPACE}%") for share in shares
    ]


def test_what_is_no_number_or_no_time_stays_readable() -> None:
    spoken = page_language("de")
    assert spoken.number(-0.004, 2) == spoken.number(0.004, 2), "no minus before a zero"
    assert spoken.percent(float("nan")) == spoken.number(float("nan"), 3) == "–"
    assert spoken.signed(-0.04, 1) == spoken.signed(0.04, 1) == "0,0", "nor a plus"
    assert spoken.fraction(0.85) == "0,85" and spoken.fraction(1) == "1"
    thresholds = np.array([0.85, 0.9, 0.95, 0.9999999], np.float32)
    shown = [spoken.fraction(float(threshold)) for threshold in thresholds]
    assert shown == ["0,85", "0,9", "0,95", "0,9999999"], "the last one is below 1"
    assert spoken.when("yesterday") == "yesterday"


@pytest.mark.parametrize("language", page_languages())
def test_a_script_gets_the_form_of_each_kind_of_number(language: str) -> None:
    spoken = page_language(language)
    forms = spoken.forms("{n} record", "{n} records")
    assert set(forms) == {"one", "other"}
    assert forms["one"] == spoken.ngettext("{n} record", "{n} records", 1)
    assert forms["other"] == spoken.ngettext("{n} record", "{n} records", 7)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set the time zone of this machine for one test."""

    def put(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Europe/Vienna", "2026-11-27 00:05:02 CET"),
        ("America/Sao_Paulo", "2026-11-26 20:05:02 UTC-03:00"),
        ("Asia/Kolkata", "2026-11-27 04:35:02 IST"),
    ],
)
def test_times_are_those_of_this_machine(
    zone: Callable[[str], None], name: str, shown: str
) -> None:
    zone(name)
    assert page_language("en").when(STAMP) == shown
    assert page_language("en").when(datetime.fromisoformat(STAMP)) == shown


def test_a_month_is_that_of_this_machine(zone: Callable[[str], None]) -> None:
    zone("Europe/Vienna")
    assert page_language("en").month("2026-11-30T23:30:00+00:00") == "December 2026"
    assert page_language("fr").month("2026-11-30T22:30:00+00:00") == "novembre 2026"
    assert page_language("de").month("some day") == "–"
