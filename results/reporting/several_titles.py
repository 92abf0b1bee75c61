"""Records with two occupations in the cell of the title, that were coded as one of them.

Punctuation is no part of the text that the model reads: "nurse; taxi driver" is coded as "nurse
taxi driver", and may be surely one of the two. Such a record keeps its code, because equal texts
must have equal codes; the receipt says how many there are. The parts of a title are occupations
where each of them alone is coded surely, in more than one minor group: duties behind it are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from core.languages.message import Message
from core.taxonomy import MINOR
from core.text import join
from inference.decision import Prediction

Code = Callable[[Sequence[str]], Sequence[Prediction]]

_MAX_PARTS, _MAX_PART_CHARS = 4, 80
_NUMBERS = re.compile(r"\s*1\s?[).:]\s*(?P<first>\D+?)[\s,]+2\s?[).:]\s*(?P<second>\D+)")


class SeveralTitles:
    """How many records have such a title, with the first one."""

    def __init__(self) -> None:
        self._n_records = 0
        self._first = ""
        self._first_codes: list[str] = []

    def add(self, titles: Sequence[str], predictions: Sequence[Prediction], code: Code) -> None:
        """Count the records of one chunk; ``code`` returns the predictions of further texts."""
        suspects = [
            (title, parts)
            for title, prediction in zip(titles, predictions, strict=True)
            if prediction.is_by_model and not prediction.is_fallback and (parts := parts_of(title))
        ]
        if not suspects:
            return
        texts = list(dict.fromkeys(join(part) for _, parts in suspects for part in parts))
        codes = {
            text: "" if prediction.needs_review else prediction.isco_code
            for text, prediction in zip(texts, code(texts), strict=True)
        }
        for title, parts in suspects:
            found = [codes[join(part)] for part in parts]
            if all(found) and len({one[:MINOR] for one in found}) > 1:
                self._n_records += 1
                self._first_codes = self._first_codes or found
                self._first = self._first or title

    def notes(self) -> list[str]:
        """Return in words how many there are, with the codes of the parts of the first one."""
        if not self._n_records:
            return []
        return [
            Message.counted(
                self._n_records,
                "{n} record has two occupations or more in one cell ({text}, which alone are "
                "{codes}) and was coded as one text: give each a record, or keep the main one",
                "{n} records have two occupations or more in one cell ({text}, which alone are "
                "{codes}) and were coded as one text: give each a record, or keep the main one",
                text=repr(" ".join(self._first.split())),
                codes=", ".join(self._first_codes),
            )
        ]


def parts_of(title: str) -> list[str]:
    """Return the parts of a title with semicolons, or of "1) … 2) …"; [] for any other."""
    if ";" in title:
        parts = [part for part in title.split(";") if part.strip()]
    elif numbered := _NUMBERS.fullmatch(title):
        parts = [numbered["first"], numbered["second"]]
    else:
        return []
    is_plain = 2 <= len(parts) <= _MAX_PARTS and max(map(len, parts)) <= _MAX_PART_CHARS
    return parts if is_plain and all(any(map(str.isalpha, part)) for part in parts) else []
