"""What the benchmark of typos measures on."""

from __future__ import annotations

from benchmarks.typos import hold_out_answers, random_typos
from core.taxonomy import isco08


def test_random_typos_are_one_in_each_title_of_hold_out_answers() -> None:
    answers = hold_out_answers()
    assert len(answers) > 10_000 and {code for _, _, code in answers} <= set(isco08().units)
    titles = [title for title, _, _ in answers[:500]]
    pairs = random_typos(titles)
    assert all(typed != meant for typed, meant in pairs)
    assert 400 < len(pairs) <= 500
