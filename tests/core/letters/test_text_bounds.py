"""What the models read of a long text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.letters.text_bounds import MAX_CHARS, bounded, slices
from core.text import join


def test_a_usual_text_is_read_whole() -> None:
    text = join("nurse", "gives medicines " * 200)
    assert len(text) > 3_000 and bounded(text) == text


def test_a_long_text_is_cut_at_words_and_keeps_both_parts() -> None:
    for title, duties in (
        ("nurse", "gives medicines " * 9_000),
        ("senior nurse " * 9_000, "gives medicines"),
        ("senior nurse " * 9_000, "gives medicines " * 9_000),
        ("x" * 90_000, "y" * 90_000),
    ):
        text = join(title, duties)
        cut = bounded(text)
        assert len(cut) <= MAX_CHARS + 3
        parts, whole = cut.split(" | "), text.split(" | ")
        assert all(long.startswith(part) and part for part, long in zip(parts, whole, strict=True))
        assert set(cut.split()) <= set(text.split()) or "x" in title


@given(st.lists(st.integers(0, 300_000), max_size=30))
def test_slices_cover_all_texts_in_order(lengths: list[int]) -> None:
    texts = ["x" * n for n in lengths]
    parts = list(slices(texts))
    assert [text for part in parts for text in texts[part]] == texts
    assert all(sum(map(len, texts[part])) <= 256_000 or len(texts[part]) == 1 for part in parts)
