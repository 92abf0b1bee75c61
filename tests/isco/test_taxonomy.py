"""``isco.taxonomy``: the groups of ISCO-08 from Python."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import ArgumentError
from isco import taxonomy


def test_the_tree_holds_together() -> None:
    assert [len(taxonomy.codes(n)) for n in (1, 2, 3, 4)] == [10, 43, 130, 436]
    for code in taxonomy.codes():
        minor, sub_major, major = taxonomy.parents(code)
        assert code in taxonomy.children(minor) and minor in taxonomy.children(sub_major)
        assert sub_major in taxonomy.children(major)
    assert taxonomy.parents("0") == () == taxonomy.children("0110")


def test_titles_come_in_every_language() -> None:
    titles = taxonomy.titles("2221")
    assert tuple(titles) == taxonomy.languages() and len(titles) == 24
    assert titles["pl"] == taxonomy.title("2221", "pl") != taxonomy.title("2221")


@pytest.mark.parametrize("code", ["", "22211", "9999", 2221, 110, None, " 2221"])
def test_what_is_no_code_is_named(code: Any) -> None:
    assert not taxonomy.is_valid(code)
    for ask in (taxonomy.title, taxonomy.titles, taxonomy.parents, taxonomy.children):
        with pytest.raises(ArgumentError, match=r"code: found .*; expected the text of a code"):
            ask(code)


def test_a_language_without_titles_is_named() -> None:
    for ask in (taxonomy.title, taxonomy.search):
        with pytest.raises(ArgumentError, match="language: found 'xx'; expected one of bg, cs"):
            ask("2221", "xx")
    with pytest.raises(ArgumentError, match="words: found None; expected a text"):
        taxonomy.search(None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="n_digits: found 5"):
        taxonomy.codes(5)
