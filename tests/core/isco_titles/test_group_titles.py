"""Titles in every language: whole, undamaged, and English where a language has none."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from core.isco_codes.written_code import CodeKind, read_code
from core.isco_titles.group_titles import (
    ENGLISH,
    language_of,
    title_languages,
    titles_in,
    titles_in_all_languages,
)
from core.taxonomy import UNIT, isco08
from tests.conftest import ROOT

FOLDERS = {"unit_groups": (UNIT,), "broader_groups": (1, 2, 3)}
TABLES = sorted((ROOT / "core" / "isco_titles").glob("*_groups/*.csv"))
# A comma at the end is what is left of a cut title; "e.d.", "m.fl." and "n.e." are abbreviations.
DAMAGE = re.compile(
    r"\s\s|^\s|\s$|[-,;:/(]$|[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\ufffd?|\"]|\s[,;.)]|\(\s"
)
OTHER_LANGUAGES = [language for language in title_languages() if language != ENGLISH]


def test_the_languages_are_those_of_the_official_titles() -> None:
    official = [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "fi",
        "fr",
        "hr",
        "hu",
        "it",
        "lt",
        "lv",
        "mt",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "sk",
        "sl",
        "sv",
    ]
    assert {path.stem for path in TABLES if path.parent.name == "unit_groups"} == set(official)
    assert set(official) | {ENGLISH} <= set(title_languages())


@pytest.mark.parametrize("language", title_languages())
def test_every_group_has_a_title(language: str) -> None:
    titles = titles_in(language)
    assert list(titles) == list(isco08().titles)
    assert all(titles.values())


def test_titles_of_some_groups() -> None:
    assert titles_in("de")["7212"] == "Schweißer und Brennschneider"
    assert titles_in("fr")["8181"].startswith("Conducteurs d’installations")
    assert titles_in("el")["5120"] == "Μάγειροι"
    assert titles_in(ENGLISH)["7212"] == "Welders and Flame Cutters"


def test_a_group_without_a_title_has_its_english_one() -> None:
    for language, code in (("cs", "3323"), ("sv", "2261"), ("no", "5412")):
        assert titles_in(language)[code] == isco08().title(code)


@pytest.mark.parametrize("language", ["xx", "", "../de", "DE"])
def test_another_language_has_no_titles(language: str) -> None:
    with pytest.raises(KeyError):
        titles_in(language)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_title_is_damaged(path: Path) -> None:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    codes = [line.split(",", 1)[0] for line in lines]
    assert head == "code,title" and codes == sorted(set(codes))
    assert {len(code) for code in codes} <= set(FOLDERS[path.parent.name])
    for code in codes:
        title = titles_in(path.stem)[code]
        assert not DAMAGE.search(title), (code, title)
        assert title == unicodedata.normalize("NFC", title), (code, title)
        assert title.count("(") == title.count(")"), (code, title)
        assert not title[0].islower() and not title.isupper(), (code, title)


def test_only_the_language_that_is_asked_for_is_kept() -> None:
    titles_in.cache_clear()
    titles_in("de")
    n_titles = sum(1 for _ in titles_in_all_languages())
    assert titles_in.cache_info().currsize == 1 and n_titles > 9_000


def test_the_language_of_a_result() -> None:
    assert language_of({}) == ENGLISH
    assert language_of({"language": "fr"}) == "fr"


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_a_code_is_read_beside_its_title_in_every_language(language: str) -> None:
    """No title denies its code ("ni", "no"), and none counts as that of another group."""
    for code, title in titles_in(language).items():
        if len(code) < 3:
            continue
        for form in ("{0} {1}", "{0} – {1}", "{0}: {1}", "{0} ({1})"):
            for written in (title, title.upper(), unicodedata.normalize("NFD", title)):
                reading = read_code(form.format(code, written))
                assert (reading.code, reading.reason) == (code, ""), form.format(code, written)


def test_the_code_leads_and_its_own_title_is_no_contradiction() -> None:
    assert read_code("7212 Schweißer").code == "7212"
    assert read_code("721 Blechkaltverformer").code == "721"
    assert read_code("8331 Busfahrer und Straßenbahnführer").kind == CodeKind.CODE
    other = read_code("7213 Schweißer und Brennschneider")
    assert other.kind == CodeKind.CONTRADICTED and "7212" in other.reason
    # Two groups share this title in Italian, and two in Hungarian.
    for code in ("2269", "3259"):
        assert read_code(f"{code} Máshová nem sorolható egészségügyi foglalkozásúak").code == code
    assert read_code("3322 Verkopers").code == "3322"  # the Dutch title of 52 is an everyday word
    assert read_code("7212 kein Schweißer").kind == CodeKind.INVALID


def test_the_documentation_counts_the_english_titles() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for language in title_languages():
        titles = titles_in(language)
        n_units = sum(titles[code] == isco08().title(code) for code in isco08().units)
        if language != ENGLISH:
            assert re.search(rf"\| `{language}` \| [^|]+ \| {n_units} \|", page), (
                language,
                n_units,
            )
