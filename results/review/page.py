"""``review.html``: the review items in one page that needs no server and no other file.

The items are JSON in the page, which no browser runs. The script shows them as text, because
respondents may have written anything. The page may load nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.corrections.correction import NOT_CODABLE, WITHDRAWN
from core.html import write_page
from core.isco_titles.group_notes import NOTE_PARTS, GroupNote
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.languages.page_language import page_language
from core.letters.accents import PLAIN_LETTERS
from core.review_contract import CORRECTION_COLUMNS, MAX_SHOWN_CHARS
from core.taxonomy import isco08
from results.review.presentation import Display
from results.review.review_item import ReviewItem

REVIEW_PAGE = "review.html"
_MAX_CONTEXT_CHARS = 300


def write_review_page(
    items: Sequence[ReviewItem],
    path: Path,
    name: str,
    batch_id: str,
    display: Display,
) -> None:
    """Write ``items`` of the input ``name`` in their order, with what ``display`` has for them."""
    language, groups = display.language, display.group_notes
    # Two coders may have the same texts, and one browser; a page for all has no name.
    rows = "\n".join([*filter(None, [display.coder]), *(item.text for item in items)])
    codes = sorted([*isco08().units, *isco08().minors])
    write_page(
        path,
        REVIEW_PAGE,
        language,
        name=name,
        notes=display.notes,
        words_from=groups.source,
        nonce=secrets.token_urlsafe(16),  # whoever wrote a text cannot have known it
        data={
            "batch": batch_id,
            # The browser keeps decisions by row number: they are valid for exactly these rows.
            "key": hashlib.sha256(rows.encode()).hexdigest()[:16],
            "header": CORRECTION_COLUMNS,
            "coder": display.coder,
            "not_codable": NOT_CODABLE,
            "withdrawn": WITHDRAWN,
            "plain_letters": PLAIN_LETTERS,
            "percent_sign": page_language(language).percent_sign,
            "context": display.context,
            # An office's file has the language of the office, which nobody states.
            "groups_language": "" if groups.are_of_office else ENGLISH,
            "groups": {code: _parts(note) for code, note in groups.by_code.items()},
            "titles": [[code, titles_in(language)[code]] for code in codes],
            "fields": list(_FIELDS),
            "rows": [[value(item) for value in _FIELDS.values()] for item in items],
        },
    )


def _parts(note: GroupNote) -> list[str]:
    """Return the parts of a note in their order, those at the end that are empty left out."""
    parts = [getattr(note, name) for name in NOTE_PARTS]
    while parts and not parts[-1]:
        parts.pop()
    return parts


# The fields of a row, named once in the page, and their values.
_FIELDS: dict[str, Callable[[ReviewItem], Any]] = {
    "text": lambda item: item.text,
    "n_records": lambda item: item.n_records,
    "sampled": lambda item: item.sampled,
    "several": lambda item: item.several_occupations,
    "job_title": lambda item: item.job_title[:MAX_SHOWN_CHARS],
    "duties": lambda item: item.duties_description[:MAX_SHOWN_CHARS],
    "context": lambda item: [value[:_MAX_CONTEXT_CHARS] for value in item.context],
    "predicted": lambda item: item.shown_code,
    "minor_confidence": lambda item: (
        None if item.is_blind else round(item.prediction.minor_confidence, 3)
    ),
    "candidates": lambda item: [
        [code, None if confidence is None else round(confidence, 3)]
        for code, confidence in item.shown_candidates
    ],
    "similar": lambda item: [
        [one.shown_text[:MAX_SHOWN_CHARS], one.code] for one in item.shown_similar
    ],
}
