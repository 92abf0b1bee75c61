"""``report.html`` of a batch: the input, the codes, the confidence, and what to review.

The template draws the plots itself, as inline SVG: to import a plotting library takes longer than
to code a hundred records.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.corrections.office_answers import MIN_ANSWERS as MIN_CALIBRATING
from core.corrections.office_answers import MIN_SAMPLED
from core.files.own_files import REPORT
from core.html import write_page
from core.isco_titles.group_titles import titles_in
from core.taxonomy import MAJOR, SUB_MAJOR
from results.batch import Batch
from results.reporting.verdict import MIN_ANSWERS, findings, is_small
from results.review.follow_up import N_ALTERNATIVES, cut, follow_up_question
from results.review.review_item import ReviewItem

_N_TEXTS = 15
_MAX_TEXT_CHARS = 200
_N_FIRST_ANSWERS = 20


def write_report(out_dir: Path, batch: Batch, *, is_explained: bool) -> None:
    """Write the report of a batch of which everything but the receipt is complete.

    ``is_explained``: whether explanations were requested; the report then links to them.
    """
    receipt, statistics, agreement = batch.receipt, batch.statistics, batch.agreement
    titles = titles_in(batch.language)
    uncertain = _most_records(batch.review.uncertain())
    vague = _most_records(item for item in batch.review.uncertain() if item.is_vague)
    write_page(
        out_dir / REPORT,
        REPORT,
        batch.language,
        receipt=receipt,
        share=lambda n: n / receipt.n_answers if receipt.n_answers else math.nan,
        findings=findings(batch),
        is_small=is_small(batch),
        min_answers=MIN_ANSWERS,
        weighted=batch.weighted,
        minor_bands=statistics.minor_bands(),
        n_minor_codes=sum(band.n_records for band in statistics.minor_bands()),
        n_texts=statistics.n_texts,
        n_by_model=statistics.n_by_model,
        n_calibration=statistics.training_profile.n_calibration,
        major_drift=statistics.drift(MAJOR),
        sub_major_drift=statistics.drift(SUB_MAJOR),
        unseen_rate=statistics.unseen_rate,
        unseen_text_rate=statistics.unseen_text_rate,
        majors=_group_rows(batch, MAJOR, titles),
        sub_majors=_group_rows(batch, SUB_MAJOR, titles),
        bins=statistics.bins.tolist(),
        threshold=batch.calibration.threshold,
        calibration=batch.calibration,
        min_calibrating=MIN_CALIBRATING,
        min_sampled=MIN_SAMPLED,
        what_ifs=statistics.what_ifs(),
        agreement=agreement,
        levels=agreement.levels() if agreement is not None else None,
        uncertain=[_item_row(item, batch.language) for item in uncertain],
        vague=[_item_row(item, batch.language) for item in vague],
        settled=batch.review.settled(_N_FIRST_ANSWERS),
        n_vague=sum(item.is_vague for item in batch.review.uncertain()),
        coder_reviews=sorted(path.name for path in out_dir.glob("review-*.html")),
        is_explained=is_explained,
    )


def _group_rows(batch: Batch, digits: int, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the groups of a level with their shares in the batch and in the training."""
    groups, weighted = batch.statistics.groups(digits), batch.weighted
    n_records = max(sum(group.n_records for group in groups), 1)
    return [
        {
            "code": group.code,
            "title": titles[group.code],
            "n_records": group.n_records,
            "share": group.n_records / n_records,
            "weighted_share": weighted.group_share(group.code) if weighted else math.nan,
            "training_share": group.training_share,
        }
        for group in groups
    ]


def _most_records(items: Iterable[ReviewItem]) -> list[ReviewItem]:
    """Return the items with most records; of equal ones those that come first."""
    return heapq.nsmallest(_N_TEXTS, items, key=lambda item: -item.n_records)


def _item_row(item: ReviewItem, language: str) -> dict[str, Any]:
    prediction = item.prediction
    text = " | ".join(filter(None, (item.job_title, item.duties_description)))
    return {
        "text": cut(text, _MAX_TEXT_CHARS),
        "n_records": item.n_records,
        "group": f"{prediction.group_code} {titles_in(language)[prediction.group_code]}",
        "minor_confidence": prediction.minor_confidence,
        "candidates": prediction.candidates[:N_ALTERNATIVES],
        "question": follow_up_question(item, language),
    }
