"""Groups found by the first letters of words of their titles."""

from __future__ import annotations

import pytest

from core.isco_titles.group_titles import title_languages, titles_in
from core.isco_titles.title_search import search_titles
from core.taxonomy import isco08


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("lorry dri", "en", "8332"),
        ("DRIVERS, Lorry", "en", "8332"),
        ("infirmier niv", "fr", "3221"),
        ("economistes", "fr", "2631"),
        ("économ", "fr", "2631"),
        ("řídící", "cs", "3154"),  # not "řidiči", which has the same letters without accents
        ("ridici", "cs", "8321"),
        ("72", "en", "72"),
        ("7212", "en", "7212"),
    ],
)
def test_the_group_is_found(query: str, language: str, first: str) -> None:
    assert search_titles(query, language)[0] == first


@pytest.mark.parametrize("query", ["", "  ", "-", "zzzz", "lorry zzzz", "99999"])
def test_nothing_is_found(query: str) -> None:
    assert search_titles(query, "en") == []


def test_unit_groups_come_before_broader_ones() -> None:
    lengths = [len(code) for code in search_titles("teach", "en")]
    assert lengths == sorted(lengths, reverse=True) and set(lengths) == {4, 3, 2}


def test_every_title_finds_its_own_group() -> None:
    for language in title_languages():
        for code in isco08().units:
            assert code in search_titles(titles_in(language)[code], language)
