"""``review-NAME.html``, ``.xlsx`` and ``.csv``: the part of a review that one coder answers.

They are made where ``review.coders`` names two coders or more. ``review.html`` and its sisters hold
all questions, for whoever leads the coding.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from core.settings import ReviewSettings
from results.batch import Batch
from results.review.page import write_review_page
from results.review.presentation import Display
from results.review.review_item import ReviewItem
from results.review.shares import coders_of
from results.review.workbook import write_workbook

_MIN_CODERS = 2


def write_coder_reviews(
    batch: Batch, out_dir: Path, settings: ReviewSettings, display: Display
) -> None:
    """Write the three files of each coder; ``display`` is that of the whole review."""
    if len(settings.coders) < _MIN_CODERS:
        return
    receipt, language = batch.receipt, batch.language
    displayed = batch.review.displayed_items()
    for coder in settings.coders:
        is_for = partial(_is_for, coder, receipt.batch_id, settings)
        items = list(filter(is_for, displayed))
        path = out_dir / f"review-{coder}"
        batch.review.write_csv(
            _with_ending(path, "csv"), batch.table.delimiter, language, coder, is_for
        )
        own = replace(display, coder=coder)
        write_workbook(items, _with_ending(path, "xlsx"), own)
        page_path = _with_ending(path, "html")
        write_review_page(items, page_path, receipt.input, receipt.batch_id, own)


def _is_for(coder: str, batch_id: str, settings: ReviewSettings, item: ReviewItem) -> bool:
    return coder in coders_of(item.text, batch_id, settings.coders, settings.double_share)


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")  # a name may have a dot
