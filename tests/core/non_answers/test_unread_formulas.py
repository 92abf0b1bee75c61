"""Formulas that came instead of their results state nothing; a link states its text."""

from __future__ import annotations

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.text import join

FORMULAS = """\
=IF(B2="","",B2)
=WENN(B2="";"";B2)
=SI(B2="";"";B2)
=ЕСЛИ(B2="";"";B2)
=if(b2="","",b2)
=A2&" "&B2
=+A2&" "&B2
=B2
=$B$2
=TRIM(A2)
=GLÄTTEN(A2)
=Sheet1!A2
='Jobs 2024'!B2
=$'Jobs 2024'.B2
=Jobs.B2
=[Book1.xlsx]Sheet1!$A$2
=SVERWEIS(A2;Jobs!$A:$C;2;FALSCH)
=INDEX(Titles;MATCH(Id;Ids;0))
=_xlfn.XLOOKUP(A2,Jobs!A:A,Jobs!B:B)
=PROPER([@Title])
=[.B2]
=RC[-1]
{=INDEX(A1:A9;3)}
'=IF(B2="","",B2)
=IF(B2=&quot;&quot;,&quot;&quot;,B2)
=IF(B2=""
=WENN(B2="";"
=IFERROR(VLOOKUP(A2,#REF!,2,0),"")
=#REF!
=TODAY()
=UPPER("nurse")
=cmd|' /C calc'!A0
=HYPERLINK("https://jobs.example.org/driver")
=HYPERLINK(A2,B2)
=IF(B2="","",HYPERLINK(B2,"nurse"))"""

TEXTS = """\
=nurse
= nurse
- nurse
+ nurse
=nurse/midwife
=nurse & midwife
=Pfleger(in)
=Krankenpfleger(in) A&E
=nurse ("Ward B")
=teacher (K12)
=C1 driver
=C1-Fahrer
=LKW-C1
=manager, "A&E"
= (senior) clerk
@nurse
-driver (C1)
+plumber
nurse =IF(B2="","",B2)
B2B sales
A2"""


@pytest.mark.parametrize("text", FORMULAS.splitlines())
def test_a_formula_states_nothing(text: str) -> None:
    find = built_in_non_answers().find
    assert find(join(text)) is find(join("", text)) is NonAnswerKind.NOT_STATED
    assert join(text, "drives a lorry") == join("n/a", "drives a lorry")


@pytest.mark.parametrize("text", TEXTS.splitlines())
def test_what_begins_like_a_formula_is_read(text: str) -> None:
    assert join(text) == join(text.lstrip("=+-@ "))
    assert built_in_non_answers().find(join(text)) is None


@pytest.mark.parametrize(
    "formula",
    [
        '=HYPERLINK("https://jobs.example.org/driver/lorry?id=12","nurse")',
        '=HYPERLINK("https://jobs.example.org/driver/lorry?id=12"; "nurse" )',
        '=hyperlink(A2,"nurse")',
        '=LIEN_HYPERTEXTE("https://jobs.example.org/chef";"nurse")',
        '=HIPERVÍNCULO(CONCATENAR("https://";A2);"nurse")',
        '=COLLEG.IPERTESTUALE("#Foglio2!A1";"nurse")',
        '=HIPERŁĄCZE("https://a.example/kucharz";"nurse")',
        '=HYPERTEXTOVÝ.ODKAZ("https://a.example/kuchar";"nurse")',
        '=HYPERLÄNK("https://a.example/kock";"nurse")',
        '=ГИПЕРССЫЛКА("https://a.example/povar";"nurse")',
        '="nurse"',
    ],
)
def test_what_a_formula_shows_is_read(formula: str) -> None:
    assert join(formula, "wards") == join("nurse", "wards")
    assert join("clerk", formula) == join("clerk", "nurse")


def test_a_quotation_mark_in_the_text_of_a_link() -> None:
    assert join('=HYPERLINK("a,""b""","nurse ""A&E"", ward 4")') == join("nurse A&E, ward 4")


@pytest.mark.parametrize(
    "part", ['"', '""', "(", "a(", "'", "'a'!", "[", 'A1&"', "HYPERLINK(,", "$"]
)
def test_a_long_formula_costs_no_more_than_its_length(part: str) -> None:
    assert join("=" + part * 8_000)
