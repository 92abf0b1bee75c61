"""``review-NAME.html``, ``.xlsx`` and ``.csv``: the part of a review that one coder answers.

They are made where ``review.coders`` names two coders or more. ``review.html`` and its sisters hold
all questions, for whoever leads the coding. The hash of a text decides who answers it. So every
question has one coder, and the wanted share of the questions a second one, whichever file is opened
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from core.settings import ReviewSettings
from results.batch import Batch
from results.review.page import write_review_page
from results.review.presentation import Display
from results.review.review_item import ReviewItem
from results.review.workbook import write_workbook

_MIN_CODERS = 2
_ONE = 2**32


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


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")  # a name may have a dot
