"""Written dates, times, durations and numbers state nothing, and no occupation is one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.non_answers
from core.files.compiled_table import read_yaml
from core.letters.accents import plain_letters
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.written_values import is_written_value
from core.text import join

VALUES = """\
2020-01-01T00:00:00
2020-01-01T08:30:00
2020-01-01T08:30:00Z
2020-01-01T08:30:00.123456+02:00
2020-01-01 08:30:00 UTC
20200101T083000Z
2020-1-1T8:30
T08:30:00
08:30Z
1/2/2020 12:00:00 AM
12:00 p.m.
8pm
9 a.m.
8:30 Uhr
35 ετών
8 ώρες
5ετία
άνω των 65
35-vuotias
35-aastane
40 de ani
8 ur
30 godina
25 години
45 metų
8 stundas
20 ára
30 bliain
8 sigħat
٣٠ سنة
35 tahun
di atas 17 tahun
30:00:00
-30:00:00.5
1 days 06:00:00
8h30
8 h 30 min
37.5 hours
PT30H
P1DT2H30M
1.5e-3
1E5
1,5E+10
0x1F
12th
20 EUR
50 percent
2020-W01-1
2020 Q1
01JAN2020
01-Jan-2020 00:00:00
Wed, 01 Jan 2020 00:00:00 GMT
January 1st, 2020
1. März 2020
1er janvier 2020
1 de enero de 2020
2020年1月1日
under 15
65 years and over
unter 18 Jahre
moins de 15 ans
since 2010
seit 2010
desde 2010
od 2010
منذ 2010
jane.doe@gmail.com
info@web.de
jan@yahoo.co.uk
www.example.org/jobs
https://example.com/?id=1
Page 9621
Seite 3 von 7
Strana 3 z 7
3 / 7 oldal
Σελίδα 3 από 7
صفحة 3 من 7"""


@pytest.mark.parametrize("text", VALUES.splitlines())
def test_a_written_value_states_nothing(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize(
    "text",
    [
        "2T251",
        "3E051",
        "11B",
        "E-5",
        "W3",
        "C3 Professor",
        "3D artist",
        "2nd lieutenant",
        "under 15 coach",
        "march 2020 teacher",
        "1st mate",
        "Uhrmacher 2",
        "8h nurse",
        "PT 2",
        "1.am.",
        "may",
        "OD 2",
        "www developer",
        "web designer",
        "outlook trainer",
        "page boy 2",
        "page designer",
    ],
)
def test_what_looks_like_a_value_may_be_an_answer(text: str) -> None:
    """Some are occupations of the armed forces; "1.am." teaches at a university in Norway."""
    assert built_in_non_answers().find(join(text)) is None


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("months", "1 {} 2020"),
        ("weekdays", "{} 1 1 2020"),
        ("units", "30 {}"),
        ("before_numbers", "{} 15"),
        ("after_ages", "65 {}"),
        ("before_years", "{} 2010"),
        ("pages", "{} 3"),
    ],
)
def test_the_words_of_every_language_stand_beside_digits(kind: str, form: str) -> None:
    table = read_yaml(Path(core.non_answers.__file__).with_name("value_words.yaml"))
    written = [form.format(word) for words in table[kind].values() for word in words]
    assert len(table[kind]) >= 4
    assert [text for text in written if not is_written_value(plain_letters(text))] == []
