"""ISCO-08 as published: how many groups, whose children, which titles."""

import pytest

from core.taxonomy import isco08, minor_index, unit_index


def test_the_published_numbers_of_groups() -> None:
    assert [len(list(isco08().level(n))) for n in (1, 2, 3, 4)] == [10, 43, 130, 436]
    assert len(isco08().units) == 436 and len(isco08().minors) == 130


def test_every_group_has_its_parent() -> None:
    for code in isco08().titles:
        assert len(code) == 1 or code[:-1] in isco08()


def test_codes_keep_their_zero() -> None:
    assert isco08().title("0110") == "Commissioned Armed Forces Officers"
    assert "110" not in isco08().units
    assert isco08().children("01") == ("011",)
    assert isco08().children("0110") == ()


def test_single_unit_groups_are_the_codes_ending_in_zero() -> None:
    single = {isco08().children(m)[0] for m in isco08().minors if len(isco08().children(m)) == 1}
    assert single == {code for code in isco08().units if code.endswith("0")}
    assert len(single) == 29


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        isco08().title("9999")
    with pytest.raises(KeyError):
        isco08().children("77777")


def test_indices_follow_the_order_of_the_codes() -> None:
    assert unit_index(isco08().units) == list(range(436))
    assert minor_index(isco08().minors) == list(range(130))
    with pytest.raises(KeyError):
        unit_index(["222"])
