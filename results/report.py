"""``report.html`` of a batch: the input, the codes, the confidence, and what to review.

The template draws the plots itself, as inline SVG: to import a plotting library takes longer than
to code a hundred records.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.html import write_page
from core.taxonomy import MAJOR, SUB_MAJOR, isco08
from results.batch import Batch
from results.review.review_item import ReviewItem
from results.statistics import BatchStatistics

REPORT = "report.html"
_N_TEXTS = 15
_MAX_TEXT_CHARS, _MAX_QUOTED_CHARS = 200, 60
_N_REPORT_CANDIDATES = 3


def write_report(out_dir: Path, batch: Batch, *, is_explained: bool) -> None:
    """Write the report of a batch of which everything but the receipt is complete.

    ``is_explained``: whether explanations were requested; the report then links to them.
    """
    receipt, statistics, agreement = batch.receipt, batch.statistics, batch.agreement
    profile = statistics.training_profile
    uncertain = _most_records(batch.review.uncertain())
    vague = _most_records(item for item in batch.review.uncertain() if item.is_vague)
    write_page(
        out_dir / REPORT,
        REPORT,
        receipt=receipt,
        share=lambda n: n / receipt.n_answers if receipt.n_answers else 0.0,
        columns=[
            (name, batch.table.header[position].strip())
            for name, position in batch.table.columns.items()
        ],
        n_texts=statistics.n_texts,
        n_by_model=statistics.n_by_model,
        has_profile=profile is not None,
        n_calibration=profile.n_calibration if profile is not None else 0,
        major_drift=statistics.drift(MAJOR),
        sub_major_drift=statistics.drift(SUB_MAJOR),
        unseen_rate=statistics.unseen_rate,
        unseen_text_rate=statistics.unseen_text_rate,
        majors=_group_rows(statistics, MAJOR),
        sub_majors=_group_rows(statistics, SUB_MAJOR),
        bins=statistics.bins.tolist(),
        threshold=receipt.settings["confidence_threshold"],
        what_ifs=statistics.what_ifs(),
        agreement=agreement,
        levels=agreement.levels() if agreement is not None else None,
        uncertain=[_item_row(item) for item in uncertain],
        vague=[_item_row(item) for item in vague],
        n_vague=sum(item.is_vague for item in batch.review.uncertain()),
        is_explained=is_explained,
    )


def _group_rows(statistics: BatchStatistics, digits: int) -> list[dict[str, Any]]:
    """Return the groups of a level with their shares in the batch and in the training."""
    groups = statistics.groups(digits)
    n_records = max(sum(group.n_records for group in groups), 1)
    return [
        {
            "code": group.code,
            "title": isco08().title(group.code),
            "n_records": group.n_records,
            "share": group.n_records / n_records,
            "training_share": group.training_share,
        }
        for group in groups
    ]


def _most_records(items: Iterable[ReviewItem]) -> list[ReviewItem]:
    """Return the items with most records; of equal ones those that come first."""
    return heapq.nsmallest(_N_TEXTS, items, key=lambda item: -item.n_records)


def _item_row(item: ReviewItem) -> dict[str, Any]:
    prediction = item.prediction
    text = " | ".join(filter(None, (item.job_title, item.duties_description)))
    candidates = prediction.candidates[:_N_REPORT_CANDIDATES]
    return {
        "text": _cut(text, _MAX_TEXT_CHARS),
        "n_records": item.n_records,
        "group": f"{prediction.group_code} {isco08().title(prediction.group_code)}",
        "minor_confidence": prediction.minor_confidence,
        "candidates": ", ".join(f"{code} {confidence:.0%}" for code, confidence in candidates),
        "question": follow_up_question(item),
    }


def follow_up_question(item: ReviewItem) -> str:
    """Return what to ask the respondent, so that the answer can be coded."""
    candidates = item.prediction.candidates[:_N_REPORT_CANDIDATES]
    titles = [isco08().title(code) for code, _ in candidates]
    quoted = _cut(item.job_title or item.duties_description, _MAX_QUOTED_CHARS)
    tasks = "" if item.duties_description.strip() else "What are the main tasks? "
    alternatives = ", the ".join(titles[:-1])
    return f"{tasks}Is “{quoted}” rather one of the {alternatives} or the {titles[-1]}?"


def _cut(text: str, n_chars: int) -> str:
    return text if len(text) <= n_chars else text[: n_chars - 1].rstrip() + "…"
