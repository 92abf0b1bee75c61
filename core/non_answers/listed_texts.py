"""Read the tables of texts, and bring their texts into the forms in which they are compared."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import chain
from unicodedata import normalize

from core.letters.accents import plain_digraphs, plain_letters
from core.text import SEPARATOR, clean


def combined_texts(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the words of a table in its patterns with their language and kind, a row at a time."""
    for row in read_table(name):
        patterns, words = row["patterns"].split(";"), row["words"].split(";")
        texts = [pattern.replace("{}", word.strip()) for pattern in patterns for word in words]
        yield row["language"], row["kind"], texts


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV table of this folder."""
    with files("core.non_answers").joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compared_forms(texts: Iterable[str]) -> set[str]:
    """Return the forms in which ``texts`` are compared: without accents, and with "ae" for "ä"."""
    # Each word once, and all of them as one text: a third of the time.
    words_of = [normalize("NFKC", text).replace(SEPARATOR, " ").split() for text in texts]
    words = list(dict.fromkeys(chain.from_iterable(words_of)))
    if not words:
        return set()
    cleaned = clean(SEPARATOR.join(words))
    keys = set()
    for form in {plain_letters(cleaned), plain_digraphs(cleaned)}:
        form_of = dict(zip(words, map(str.strip, form.split(SEPARATOR)), strict=True))
        keys |= {" ".join(filter(None, map(form_of.get, text))) for text in words_of}
    return keys - {""}
