"""Build a review to test with: uncertain and autocoded records whose codes are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.corrections.coded_texts import keep_text_list
from core.corrections.text_list import ListHead, TextCollector
from core.own_tables.code_source import CodeSource
from core.text import join
from inference.decision import Prediction, SimilarCorrection
from results.review.queue import ReviewQueue

BATCH = "05535cff47b3"
SCRIPT, FORMULA = "<script>alert(1)</script>", "=HYPERLINK(1)"
UNCERTAIN = (("0310", 0.6), ("0110", 0.2), ("5411", 0.1), ("2221", 0.06), ("3221", 0.04))
SIMILAR = (
    SimilarCorrection(f"{SCRIPT} | unknown", "5414", 0.9),
    SimilarCorrection(f"{FORMULA} | at night", "0310", 0.8),
)
SURE = (("7212", 0.95), ("7211", 0.02), ("7213", 0.01), ("7214", 0.01), ("7215", 0.01))


def prediction(
    candidates: tuple[tuple[str, float], ...], minor_confidence: float = 0.7
) -> Prediction:
    """Return what the model says with these candidates, at a threshold of 0.9."""
    code, confidence = candidates[0]
    is_fallback = confidence < 0.9
    return Prediction(
        isco_code=code[:3] if is_fallback else code,
        confidence=confidence,
        is_fallback=is_fallback,
        minor_code=code[:3],
        minor_confidence=minor_confidence,
        candidates=candidates,
        source=CodeSource.MODEL,
    )


def review(n_uncertain: int = 11, n_autocoded: int = 40, batch_id: str = BATCH) -> ReviewQueue:
    """Return a review: the first text has most records, the second is vague, two are hostile.

    The first text and those that were autocoded are like texts that were corrected.
    """
    queue = ReviewQueue(batch_id)
    titles = ["soldier", "worker", SCRIPT, FORMULA, 'Bäcker, „zweite“ "x"\nnachts']
    titles += [f"guard {n}" for n in range(len(titles), n_uncertain)]
    for n, title in enumerate(titles[:n_uncertain]):
        uncertain = prediction(UNCERTAIN, 0.3 if title == "worker" else 0.7)
        if title == "soldier":
            uncertain = replace(uncertain, similar=SIMILAR)
        for _ in range(max(n_uncertain - n, 1)):
            queue.add(join(title, title), title, title, uncertain)
    for n in range(n_autocoded):
        title = f"welder {n % 20}"
        queue.add(join(title), title, "", replace(prediction(SURE), similar=SIMILAR))
    return queue


def keep_list(corrections_dir: Path) -> None:
    """Keep the list of the texts of ``review()``, as the coding of its batch does."""
    queue, texts = review(), TextCollector()
    texts.add({item.text: item.prediction.isco_code for item in queue.items()}, {})
    keep_text_list(corrections_dir, ListHead(BATCH, "v1"), texts, queue.drawn())
