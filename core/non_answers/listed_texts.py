"""Read the tables of texts, and bring their texts into the forms in which they are compared."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain
from pathlib import Path
from unicodedata import normalize

from core import text as text_module
from core.files.compiled_table import compiled_table
from core.letters import accents, look_alikes
from core.letters.accents import plain_digraphs, plain_letters
from core.text import SEPARATOR, clean

ComparedTexts = list[tuple[str, str, list[str]]]
"""Rows of a table: the language, the kind, and the forms of its texts, ascending."""

_TABLES_DIR = Path(__file__).parent
MADE_BY = (__file__, text_module.__file__, accents.__file__, look_alikes.__file__)
"""The modules that decide how a text is compared."""


def compared_texts(name: str, folder: Path = _TABLES_DIR) -> ComparedTexts:
    """Return the rows of the table ``name`` with the forms in which their texts are compared.

    To make the forms takes a tenth of the time of ``isco code``: they are kept as compiled modules
    are, by the table and the modules that they were made from.
    """
    path = folder / name
    content = path.read_bytes()
    made_from = content + b"".join(Path(module).read_bytes() for module in MADE_BY)
    return compiled_table(path, made_from, lambda: _compared(content.decode()))


def _compared(table: str) -> ComparedTexts:
    return [
        (language, kind, sorted(compared_forms(texts)))
        for language, kind, texts in listed_texts(table)
    ]


def listed_texts(table: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield language, kind and texts of each row of a CSV table.

    A row has ``texts``, or ``patterns`` and the ``words`` to put into them.
    """
    for row in csv.DictReader(StringIO(table)):
        if "texts" in row:
            yield row["language"], row["kind"], row["texts"].split(";")
        else:
            patterns, words = row["patterns"].split(";"), row["words"].split(";")
            texts = [pattern.replace("{}", word.strip()) for pattern in patterns for word in words]
            yield row["language"], row["kind"], texts


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
