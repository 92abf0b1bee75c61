"""The review of a batch as three files of the same rows: a table, a workbook and a page."""

from __future__ import annotations

from pathlib import Path

from core.languages.message import Message
from core.own_tables.table_kind import TableKind
from core.settings import Settings
from results.batch import Batch
from results.review.coder_reviews import write_coder_reviews
from results.review.page import REVIEW_PAGE, write_review_page
from results.review.presentation import Display, read_group_notes
from results.review.workbook import REVIEW_WORKBOOK, write_workbook

REVIEW = TableKind.REVIEW


def write_review(batch: Batch, out_dir: Path, settings: Settings) -> None:
    """Write the three files of a batch, and note what the last two leave out.

    Where ``review.coders`` names several, each gets the part that is to be answered.
    """
    review, receipt = batch.review, batch.receipt
    receipt.n_review_texts = len(review)
    receipt.n_sampled = review.n_sampled
    n_items = review.write_csv(out_dir / REVIEW, batch.table.delimiter, batch.language)
    items = review.displayed_items()
    notes = []
    if len(items) < n_items:
        notes.append(
            Message(
                "{n} of {n_items} texts for review, the last or very long ones, are only in {file}",
                n=n_items - len(items),
                n_items=n_items,
                file=REVIEW,
            )
        )
    group_notes = read_group_notes(settings.data, receipt.notes)
    display = Display(notes, batch.language, tuple(batch.context), group_notes)
    write_workbook(items, out_dir / REVIEW_WORKBOOK, display)
    page_path = out_dir / REVIEW_PAGE
    write_review_page(items, page_path, receipt.input, receipt.batch_id, display)
    receipt.notes += notes
    write_coder_reviews(batch, out_dir, settings.review, display)
