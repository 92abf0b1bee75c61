"""``review.html``: the questions as one page that needs no server and no other file.

The questions travel as JSON that no browser runs, and the script puts them on the screen as text:
what respondents wrote can be anything. The page may load nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.corrections import CORRECTED, N_RECORDS, NOT_CODABLE, PREDICTED, SAMPLED
from core.html import write_page
from core.taxonomy import isco08
from results.review.review_item import ReviewItem

REVIEW_PAGE = "review.html"
_MAX_WORDS_CHARS = 2_000


def write_review(
    questions: Sequence[ReviewItem], path: Path, name: str, batch_id: str, notes: Sequence[str]
) -> None:
    """Write ``questions`` of the input ``name`` in their order; ``notes`` are shown above them."""
    texts = "\n".join(question.text for question in questions)
    units, minors = isco08().units, isco08().minors
    write_page(
        path,
        REVIEW_PAGE,
        name=name,
        notes=notes,
        nonce=secrets.token_urlsafe(16),  # nobody who wrote a text can have known it
        data={
            "batch": batch_id,
            # Answers are remembered by row number: only for exactly these rows.
            "key": hashlib.sha256(texts.encode()).hexdigest()[:16],
            "header": ["text", CORRECTED, PREDICTED, N_RECORDS, SAMPLED],
            "not_codable": NOT_CODABLE,
            "titles": [[code, isco08().title(code)] for code in sorted([*units, *minors])],
            "rows": [_row(question) for question in questions],
        },
    )


def _row(question: ReviewItem) -> list[Any]:
    prediction = question.prediction
    return [
        question.text,
        question.n_records,
        question.sampled,
        question.job_title[:_MAX_WORDS_CHARS],
        question.duties_description[:_MAX_WORDS_CHARS],
        prediction.isco_code,
        round(prediction.minor_confidence, 3),
        [[code, round(confidence, 3)] for code, confidence in prediction.candidates],
    ]
