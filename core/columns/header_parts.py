"""The parts of a header that may be a name: what is left without a path, a number or brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from core.letters.mojibake import mend_mojibake
from core.letters.plain_text import without_html

_BRACKETS = re.compile(r"[(\[{<>)\]}]")
_MAX_CHARS = 500  # of a longer question the start tells

BRACKETED = re.compile(r"[(\[{<][^()\[\]{}<>]*[)\]}>]")
QUESTION_CODE = re.compile(r"^[A-Za-z]{0,4}\d+[A-Za-z0-9]{0,6}(?:_TEXT)?\s*[.:)\-–_ ]+\s*(?=\w)")
SUFFIX = re.compile(
    r"(?:(?<![_.\s-])[_.\s-]+"
    r"(?:te?xte?|text[oi]|testo|teks|tekst(?:as|s|i)?|szöveg|szoveg|текст|نص|verb(?:atim)?|open|oe?|offen|klartext|literal|lib|libelle|raw|str|string|en|eng|de|deu|fr|fra|es|spa|pt|nl|pl|it|ro|cs|sk|sl|hr|hu|bg|el|lt|lv|et|fi|sv"
    r"|da|nb|mt|ar))+$",
    re.IGNORECASE,
)
SEGMENTS = re.compile(r"[/:.>|]| - ")
HEADINGS = re.compile(r"[:|]| - ")  # the first part may be the name: "Occupation: as you call it"
# REDCap: an option that is checked or not, and whether a form is complete.
CHECKBOX = re.compile(r"___\w+$|\(choice\s*=.*\)$|_complete$", re.IGNORECASE)
# What survey programs write before a name: the kind of a part of the questionnaire.
PATH_WORDS = frozenset({"group", "grp", "data", "section", "block", "form", "page", "survey"})


@lru_cache(maxsize=1 << 16)  # a sheet has up to 16,384 columns
def plain_header(header: str) -> str:
    """Return the start of a header, without HTML and with letters encoded twice mended."""
    return mend_mojibake(without_html(header)[:_MAX_CHARS])


def name_parts(header: str) -> Iterator[str]:
    """Yield a header without a path, a question's code, brackets, or a word such as "text"."""
    first, _, _ = header.partition("::")
    for text in (first, SEGMENTS.split(first)[-1]):
        for short in (text, BRACKETED.sub(" ", text)):
            yield short
            bare = QUESTION_CODE.sub("", short.strip())
            yield bare
            yield SUFFIX.sub("", bare)
            yield bare.rstrip("0123456789_ ")


def last_parts(header: str) -> list[str]:
    """Return what is behind a heading, and what the last brackets have: "job[tasks]"."""
    bare = BRACKETED.sub(" ", header)
    headed = HEADINGS.split(bare)
    bracketed = BRACKETED.findall(header)
    within = [_BRACKETS.sub("", text) for text in bracketed[-1:] if header.strip().endswith(text)]
    return within + headed[-1:] * (len(headed) > 1)
