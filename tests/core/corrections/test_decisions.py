"""Decisions in bounded memory are those of a dictionary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corrections import decisions as module
from core.corrections.decisions import Decisions
from core.taxonomy import isco08

CHOICES = [*isco08().units[:5], *isco08().minors[:3], "not codable"]
WRITTEN = st.lists(st.tuples(st.text(max_size=3), st.sampled_from(CHOICES)), max_size=60)


@pytest.mark.parametrize("limit", [0, 3, 100_000])
@given(written=WRITTEN, more=WRITTEN)
def test_they_are_those_of_a_dictionary(
    limit: int, written: list[tuple[str, str]], more: list[tuple[str, str]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MAX_IN_DICTIONARY", limit)
        decisions, expected = Decisions(), dict[str, str]()
        for text, decision in written:
            decisions[text] = expected[text] = decision
        earlier = decisions.copy()
        for text, decision in more:
            decisions[text] = decision
        assert [earlier.get(text) for text in expected] == list(expected.values())
        expected |= dict(more)
        assert [decisions.get(text) for text in expected] == list(expected.values())
        assert decisions.get("another text") is None and len(decisions) == len(expected)
        # The version does not depend on the order, nor on what is in the arrays already.
        again = Decisions()
        for text, decision in reversed(expected.items()):
            again[text] = decision
        assert again.version() == decisions.version()
        assert bool(decisions.version()) == bool(expected)
