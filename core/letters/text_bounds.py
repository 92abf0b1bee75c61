"""How much of a text the model reads, so that memory and time do not grow with the longest text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.text import BETWEEN, SEPARATOR, UNKNOWN

MAX_CHARS = 4_000
"""So many characters of a text are read. The network reads fewer, the n-gram model all of them."""
_MAX_TITLE_CHARS = MAX_CHARS // 2
_MAX_SLICE_TEXTS, _MAX_SLICE_CHARS = 512, 256_000


def bounded(text: str) -> str:
    """Return a joined text, its title and its duties cut at a word if they are too long."""
    if len(text) <= MAX_CHARS:
        return text
    title, _, duties = text.partition(BETWEEN)
    title = _cut(title, _MAX_TITLE_CHARS)
    duties = _cut(duties, MAX_CHARS - len(title)) or UNKNOWN
    return f"{title} {SEPARATOR} {duties}"


def _cut(part: str, n_chars: int) -> str:
    if len(part) <= n_chars:
        return part
    return part[: n_chars + 1].rpartition(" ")[0] or part[:n_chars]


def slices(texts: Sequence[str]) -> Iterator[slice]:
    """Yield slices of the texts, in order: at most 512 texts and 256,000 characters each."""
    start = n_chars = 0
    for end, text in enumerate(texts):
        if end > start and (
            end - start == _MAX_SLICE_TEXTS or n_chars + len(text) > _MAX_SLICE_CHARS
        ):
            yield slice(start, end)
            start, n_chars = end, 0
        n_chars += len(text)
    if start < len(texts):
        yield slice(start, len(texts))
