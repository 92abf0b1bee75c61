"""``report.html`` of a batch: what came in, what went out, how sure, and what to ask.

Drawn by the template itself, as inline SVG: importing a plotting library would take longer than
prediction a hundred records.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.csv_table import Table
from core.html import write_page
from core.taxonomy import MAJOR, SUB_MAJOR, isco08
from results.agreement import Agreement
from results.receipt import Receipt
from results.review.queue import ReviewQueue
from results.review.review_item import ReviewItem
from results.statistics import BatchStatistics

REPORT = "report.html"
_N_TEXTS = 15
_MAX_CHARS = 200
_N_ASKED = 3  # candidates in a question to a respondent


def write_report(
    out_dir: Path,
    receipt: Receipt,
    table: Table,
    tally: BatchStatistics,
    review: ReviewQueue,
    comparison: Agreement | None,
    *,
    is_explained: bool,
) -> None:
    """Write the report of a batch, everything but its receipt being complete.

    ``comparison`` is None where the input has no codes.
    """
    n_texts, unseen_text_rate = tally.texts()
    write_page(
        out_dir / REPORT,
        REPORT,
        receipt=receipt,
        share=lambda n: n / receipt.n_rows_out if receipt.n_rows_out else 0.0,
        columns=[(ours, table.header[at].strip()) for ours, at in table.columns.items()],
        n_texts=n_texts,
        n_by_model=tally.n_by_model,
        has_baseline=tally.training_profile is not None,
        n_calibration=tally.training_profile.n_calibration
        if tally.training_profile is not None
        else 0,
        drift_1=tally.drift(MAJOR),
        drift_2=tally.drift(SUB_MAJOR),
        unseen_rate=tally.unseen_rate,
        unseen_text_rate=unseen_text_rate,
        majors=_groups(tally, MAJOR),
        sub_majors=_groups(tally, SUB_MAJOR),
        bins=tally.bins.tolist(),
        threshold=receipt.settings["confidence_threshold"],
        what_ifs=tally.what_ifs(),
        comparison=comparison,
        levels=comparison.levels() if comparison is not None else None,
        frequent=[_row(question) for question in _most(review.ranked())],
        vague=[_row(q) for q in _most(q for q in review.ranked() if q.is_vague)],
        n_vague=sum(question.is_vague for question in review.ranked()),
        is_explained=is_explained,
    )


def _groups(tally: BatchStatistics, digits: int) -> list[dict[str, Any]]:
    """The groups of a level with their shares in the batch and in the training."""
    groups = tally.groups(digits)
    n = max(sum(count for _, count, _ in groups), 1)
    titles = isco08().titles
    return [
        {
            "code": code,
            "title": titles[code],
            "n": count,
            "share": count / n,
            "trained": trained,
        }
        for code, count, trained in groups
    ]


def _most(questions: Iterable[ReviewItem]) -> list[ReviewItem]:
    """Those with most records; among equals those where an answer repairs most."""
    return heapq.nsmallest(_N_TEXTS, questions, key=lambda question: -question.n_records)


def _row(question: ReviewItem) -> dict[str, Any]:
    prediction, title = question.prediction, isco08().title
    written = " | ".join(filter(None, (question.job_title, question.duties_description)))
    return {
        "written": _cut(written, _MAX_CHARS),
        "n_records": question.n_records,
        "shown": f"{prediction.isco_code} {title(prediction.isco_code)}",
        "minor_confidence": prediction.minor_confidence,
        "candidates": ", ".join(f"{code} {p:.0%}" for code, p in prediction.candidates[:_N_ASKED]),
        "question": question_to(question),
    }


def question_to(question: ReviewItem) -> str:
    """What to ask the respondent, so that the answer can be coded."""
    titles = [isco08().title(code) for code, _ in question.prediction.candidates[:_N_ASKED]]
    said = _cut(question.job_title or question.duties_description, 60)
    tasks = "" if question.duties_description.strip() else "What are the main tasks? "
    *first, last = titles
    return f"{tasks}Is “{said}” rather one of the {', the '.join(first)} or the {last}?"


def _cut(text: str, n_chars: int) -> str:
    return text if len(text) <= n_chars else text[: n_chars - 1].rstrip() + "…"
