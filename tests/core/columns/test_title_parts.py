"""Cells that may name several occupations are divided; forms of one title stay one."""

from __future__ import annotations

import pytest

from core.columns.title_parts import TitleParts, parts_of
from core.taxonomy import MAJOR, MINOR


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("nurse; taxi driver", ["nurse", "taxi driver"]),
        ("nurse;cook;", ["nurse", "cook"]),
        ("nurse；cook", ["nurse", "cook"]),
        ("ممرضة؛ سائق", ["ممرضة", "سائق"]),
        ("1) nurse 2) taxi driver", ["nurse", "taxi driver"]),
        ("1. nurse, 2. cook", ["nurse", "cook"]),
        ("Tischler; nebenbei Landwirt", ["Tischler", "Landwirt"]),
        ("Tischler; Landwirt (nebenbei)", ["Tischler", "Landwirt"]),
        ("kok; daarnaast chauffeur", ["kok", "chauffeur"]),
        ("snekker; ved siden av bonde", ["snekker", "bonde"]),
        ("kokki; lisäksi myyjä", ["kokki", "myyjä"]),
    ],
)
def test_the_parts_of_a_list(title: str, parts: list[str]) -> None:
    assert parts_of(title) == TitleParts(parts, MINOR)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("nurse / taxi driver", ["nurse", "taxi driver"]),
        (r"nurse\taxi driver", ["nurse", "taxi driver"]),
        ("nurse/taxi driver", ["nurse", "taxi driver"]),
        ("cab driver/DJ", ["cab driver", "DJ"]),
        ("nurse + cook | waiter", ["nurse", "cook", "waiter"]),
        ("nurse &amp; cook", ["nurse", "cook"]),
        ("Nurse AND cook", ["Nurse", "cook"]),
        ("Lehrer und Taxifahrer", ["Lehrer", "Taxifahrer"]),
        ("Lehrer/Lehrerin und Taxifahrer/in", ["Lehrer/Lehrerin", "Taxifahrer/in"]),
        ("Koch (m/w/d) / Fahrer (m/w/d)", ["Koch", "Fahrer"]),
        ("enseignante et serveuse", ["enseignante", "serveuse"]),
        ("profesor y taxista", ["profesor", "taxista"]),
        ("učitel a řidič", ["učitel", "řidič"]),
        ("tanár és sofőr", ["tanár", "sofőr"]),
        ("учител и шофьор", ["учител", "шофьор"]),
        ("δάσκαλος και οδηγός", ["δάσκαλος", "οδηγός"]),
        ("معلم و سائق", ["معلم", "سائق"]),
        ("معلم وسائق", ["معلم", "سائق"]),
        ("opettaja ja kokki", ["opettaja", "kokki"]),
        ("Koch oder Kellner", ["Koch", "Kellner"]),
        ("Koch, dann Kellner", ["Koch", "Kellner"]),
        ("nurse, or cook", ["nurse", "cook"]),
        ("Koch, nebenbei Landwirt", ["Koch", "Landwirt"]),
        ("Koch und außerdem Kellner", ["Koch", "Kellner"]),
        ("Koch und Landwirt im Nebenerwerb", ["Koch", "Landwirt"]),
        ("bonde og dessuten snekker", ["bonde", "snekker"]),
        ("bagare, vid sidan om musiker", ["bagare", "musiker"]),
        ("cuisinier et également chauffeur", ["cuisinier", "chauffeur"]),
        ("nurse then cook", ["nurse", "cook"]),
        ("infirmière puis cuisinière", ["infirmière", "cuisinière"]),
        ("Nurse and\ncook", ["Nurse", "cook"]),
        ("nurse /\ncook", ["nurse", "cook"]),
    ],
)
def test_the_parts_between_signs_and_words(title: str, parts: list[str]) -> None:
    assert parts_of(title) == TitleParts(parts, MAJOR)


@pytest.mark.parametrize(
    "title",
    [
        "nurse, cook",
        "nurse - cook",
        "nurse – cook",
        "nurse\ncook",
        r"nurse\r\ncook",
        "nurse \r\n cook",
        "nurse,\ncook",
        "- nurse\n- cook",
    ],
)
def test_after_a_comma_a_dash_or_a_line_the_parts_must_be_surer(title: str) -> None:
    parts = parts_of(title)
    assert [part.strip("- ") for part in parts.texts] == ["nurse", "cook"]
    assert 0.9 < parts.confidence < 1


@pytest.mark.parametrize(
    "title",
    [
        "",
        "nurse",
        "nurse;",
        "nurse; 2221",
        "a;b;c;d;e",
        "1) nurse",
        "Sekretärin\nin einer Schreinerei",
        f"{'x' * 90}; cook",
        "Lehrer/Lehrerin",
        "Verkäufer/in",
        r"Verkäufer\in",
        r"Lehrer\Lehrerin",
        "Verkäufer/-in im Einzelhandel",
        "Kauf- und Versicherungsfrau",
        "Wertpapier- und Anlageberater",
        "Plongeur / Plongeuse hyperbare",
        "správca/správkyňa siete",
        "Hochschullehrer (Pharmakologie/Toxikologie)",
        "Koch (m/w/d)",
        "R&amp;D",
        "/",
        "planner of the sale of goods and drinks",  # five words before "and"
        "kuhar in voznik",
    ],
)
def test_a_title_that_stays_one(title: str) -> None:
    assert parts_of(title).texts == []
