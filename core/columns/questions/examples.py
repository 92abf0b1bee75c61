"""Leave out the examples of a question: "What is your job? (e.g. second chef, carer)".

Their words say nothing of whom and of what the question asks. ``header_names.yaml`` has the words
that come before examples, by language.
"""

from __future__ import annotations

import re

from core.columns.header_words import phrases, plain_words, words_of

_GIVES_EXAMPLES = "gives_examples"
_PIECE = re.compile(r"[^()\[\]{}\n?!;]+")
_MAX_SHORT = 3  # a word of so many letters may be another one: Spanish "es", Dutch "bv"


def without_examples(header: str) -> str:
    """Return a header without its examples, each to the end of its sentence or brackets."""
    return _PIECE.sub(_before_examples, header)


def _before_examples(piece: re.Match[str]) -> str:
    """Return a piece of a header as it is, or its words before the examples."""
    words = words_of(piece[0])
    plain = plain_words(piece[0])
    for start in range(len(words)):
        for phrase in phrases(_GIVES_EXAMPLES):
            if plain[start : start + len(phrase)] != phrase:
                continue
            is_short = len(phrase) == 1 and len(phrase[0]) <= _MAX_SHORT
            if not is_short or (start == 0 and piece.start() > 0):
                return " ".join(words[:start])
    return piece[0]
