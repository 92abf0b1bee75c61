"""What a coder is asked: the texts that the model is not sure of, and a sample of the others.

First the highest expected gain, (1 − confidence) × copies: the rows where an hour of work repairs
the most records (Berardi, Esuli, Sebastiani 2015). After every nine of them stands one that was
autocoded, drawn at random among the autocoded *records* of the file and seeded by the batch: what
coders say of these is an unbiased estimate of the agreement, however far down the list they get.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from core.csv_table import Writer, neutralise
from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08
from inference.decision import Prediction
from results.review.review_item import ReviewItem
from results.review.spill import UncertainTexts

REVIEW_COLUMNS = (
    "text", "n_records", "sampled", "job_title", "duties_description",
    "predicted_code", "predicted_title", "confidence",
    *(f"candidate_{k}{part}" for k in range(1, N_REVIEW_CANDIDATES + 1)
      for part in ("", "_title", "_confidence")),
    "corrected_isco_code",
)  # fmt: skip

_ASKED_PER_SAMPLED = 9
# So many bring the interval of an agreement of 90 % down to ± 2 points; more is work for little.
_MAX_SAMPLED = 1_000
# The rows that matter most: more takes seconds to write and to open, and weeks to answer.
_MAX_SHOWN, _MAX_SHOWN_CHARS = 5_000, 20_000_000
_MAX_CELL_CHARS = 32_000  # a workbook's limit is 32,767


class ReviewQueue:
    """The questions of one batch; its length is the number of uncertain texts."""

    def __init__(self, batch_id: str) -> None:
        self._batch_id = batch_id
        self._uncertain = UncertainTexts()
        self._random = random.Random(batch_id)
        # The autocoded records with the highest draws so far: (draw, number, question).
        self._drawn: list[tuple[float, int, ReviewItem]] = []
        self._n_autocoded = 0

    def __len__(self) -> int:
        return len(self._uncertain)

    @property
    def n_sampled(self) -> int:
        """How many autocoded records are to be checked: one in ten questions, rounded up."""
        return min(math.ceil(len(self) / _ASKED_PER_SAMPLED), len(self._drawn))

    def add(
        self, text: str, job_title: str, duties_description: str, prediction: Prediction, n: int = 0
    ) -> None:
        """Count the ``n``-th record, which the model coded: uncertain, or autocoded and perhaps
        drawn.
        """
        if prediction.is_fallback:
            self._uncertain.count(
                ReviewItem(text, job_title, duties_description, prediction, first_record=n)
            )
            return
        self._n_autocoded += 1
        draw = self._random.random()
        if len(self._drawn) == _MAX_SAMPLED and draw < self._drawn[0][0]:
            return
        sampled = f"batch {self._batch_id}"
        checked = ReviewItem(text, job_title, duties_description, prediction, 1, sampled, n)
        push = heapq.heappush if len(self._drawn) < _MAX_SAMPLED else heapq.heapreplace
        push(self._drawn, (draw, self._n_autocoded, checked))

    def questions(self) -> Iterator[ReviewItem]:
        """The uncertain texts, highest gain first, with the sample in between."""
        ranked = self.ranked()
        sample = iter(self._sample(self.n_sampled))
        while asked := list(islice(ranked, _ASKED_PER_SAMPLED)):
            yield from asked
            yield from islice(sample, 1)

    def ranked(self) -> Iterator[ReviewItem]:
        """The uncertain texts, highest gain first."""
        return self._uncertain.ranked()

    def explained(self, n: int) -> list[ReviewItem]:
        """At most ``n`` to explain: uncertain ones first, then autocoded ones drawn at random."""
        ranked = list(islice(self.ranked(), n))
        return ranked + self._sample(n - len(ranked))

    def _sample(self, n: int) -> list[ReviewItem]:
        """The first ``n`` records drawn, in the order of their draws, each text once."""
        drawn = [checked for _, _, checked in heapq.nlargest(n, self._drawn)]
        n_drawn = Counter(checked.text for checked in drawn)
        first = {checked.text: checked for checked in reversed(drawn)}
        return [replace(first[text], n_records=n) for text, n in n_drawn.items()]

    def shown(self) -> list[ReviewItem]:
        """The first questions, as many as a workbook and a page can hold."""
        found: list[ReviewItem] = []
        n_chars = 0
        for question in self.questions():
            if len(question.text) > _MAX_CELL_CHARS:
                continue
            n_chars += len(question.text)
            if len(found) == _MAX_SHOWN or n_chars > _MAX_SHOWN_CHARS:
                break
            found.append(question)
        return found

    def write(self, path: Path, delimiter: str) -> int:
        """Write ``review.csv``: UTF-8 with BOM and the input's delimiter, as its Excel wants it.

        Returns the number of rows.
        """
        n_rows = 0
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = Writer(file, REVIEW_COLUMNS, delimiter)
            for question in self.questions():
                writer.write([_cells(question)])
                n_rows += 1
        return n_rows


def _cells(question: ReviewItem) -> list[str]:
    titles, prediction = isco08().titles, question.prediction
    cells = [
        question.text,
        str(question.n_records),
        question.sampled,
        neutralise(question.job_title),
        neutralise(question.duties_description),
        prediction.isco_code,
        titles[prediction.isco_code],
        f"{prediction.confidence:.4f}",
    ]
    for code, confidence in prediction.candidates:
        cells += [code, titles[code], f"{confidence:.4f}"]
    return [*cells, ""]
