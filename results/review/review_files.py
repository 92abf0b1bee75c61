"""The review of a batch as three files of the same rows: a table, a workbook and a page.

They hold all questions, for whoever leads the coding. Where ``review.coders`` names two coders or
more, ``review-NAME.csv``, ``.xlsx`` and ``.html`` hold the part that one of them answers. The hash
of a text decides who answers it. So every question has one coder, and the wanted share of the
questions a second one, whichever file is opened first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from core.languages.message import Message
from core.own_tables.table_kind import TableKind
from core.settings import ReviewSettings, Settings
from results.batch import Batch
from results.review.page import write_review_page
from results.review.presentation import Display, read_group_notes
from results.review.review_item import ReviewItem
from results.review.workbook import write_workbook

REVIEW = TableKind.REVIEW
_MIN_CODERS = 2
_ONE = 2**32


def write_review(batch: Batch, out_dir: Path, settings: Settings) -> None:
    """Write the three files of a batch and those of each coder, and note what they leave out."""
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
    _write_displayed(batch, items, out_dir, Path(REVIEW).stem, display)
    receipt.notes += notes
    if len(settings.review.coders) < _MIN_CODERS:
        return
    for coder in settings.review.coders:
        is_for = partial(_is_for, coder, receipt.batch_id, settings.review)
        stem = f"{Path(REVIEW).stem}-{coder}"
        path = out_dir / f"{stem}.csv"
        review.write_csv(path, batch.table.delimiter, batch.language, coder, is_for)
        own, part = replace(display, coder=coder), list(filter(is_for, items))
        _write_displayed(batch, part, out_dir, stem, own)


def _write_displayed(
    batch: Batch, items: Sequence[ReviewItem], out_dir: Path, stem: str, display: Display
) -> None:
    write_workbook(items, out_dir / f"{stem}.xlsx", display)
    page_path = out_dir / f"{stem}.html"
    write_review_page(items, page_path, batch.receipt.input, batch.receipt.batch_id, display)


def coders_of(text: str, batch_id: str, coders: Sequence[str], double_share: float) -> list[str]:
    """Return who answers a text: one of ``coders``, or two of them for the share of the texts."""
    if not coders:
        return []
    digest = sha256(f"{batch_id} {text}".encode("utf-8", "surrogatepass")).digest()
    first = int.from_bytes(digest[:4], "big") % len(coders)
    chosen = [coders[first]]
    if len(coders) > 1 and int.from_bytes(digest[4:8], "big") < double_share * _ONE:
        step = 1 + int.from_bytes(digest[8:12], "big") % (len(coders) - 1)
        chosen.append(coders[(first + step) % len(coders)])
    return chosen


def _is_for(coder: str, batch_id: str, settings: ReviewSettings, item: ReviewItem) -> bool:
    return coder in coders_of(item.text, batch_id, settings.coders, settings.double_share)
