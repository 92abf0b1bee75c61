"""Which coders answer a question."""

from __future__ import annotations

from collections import Counter

from results.review.shares import coders_of

TEXTS = [f"guard {n} | unknown" for n in range(4000)]
NAMES = ("Anna", "Ben", "Chris")


def test_each_text_has_one_coder_and_a_tenth_has_two() -> None:
    chosen = [coders_of(text, "b1", NAMES, 0.1) for text in TEXTS]
    assert chosen == [coders_of(text, "b1", NAMES, 0.1) for text in TEXTS]
    assert all(len(set(coders)) == len(coders) for coders in chosen)
    n_double = sum(len(coders) == 2 for coders in chosen)
    assert {len(coders) for coders in chosen} == {1, 2} and abs(n_double - 400) < 80
    shares = Counter(coder for coders in chosen for coder in coders)
    assert all(abs(shares[name] - 4400 / 3) < 130 for name in NAMES)
    pairs = Counter(tuple(sorted(coders)) for coders in chosen if len(coders) == 2)
    assert len(pairs) == 3 and min(pairs.values()) > 90
    assert chosen != [coders_of(text, "b2", NAMES, 0.1) for text in TEXTS], "by the batch, too"


def test_none_all_and_nobody() -> None:
    assert {len(coders_of(text, "b", NAMES, 0.0)) for text in TEXTS} == {1}
    assert {len(coders_of(text, "b", NAMES, 1.0)) for text in TEXTS} == {2}
    assert coders_of("a | b", "b", (), 0.1) == [] and coders_of("a | b", "b", ("x",), 1.0) == ["x"]
