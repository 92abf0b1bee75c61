"""``review.csv``: the texts that the model is not sure of, and a random sample of the others.

The uncertain texts are sorted by their expected gain (``core/review_contract.py``), the first of
them by what their answers teach as well (``question_order.py``). After every nine of them stands an
autocoded one. It is drawn at random among the autocoded *records* of the file, with the id of the
batch as the seed. The coders' decisions on the sample are an unbiased estimate of the agreement
rate, wherever in the list the coders stop. They decide them blind: what the model says of the
sample is in no review file.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from core.corrections.coded_texts import sample_name
from core.corrections.decisions import decided_text
from core.csv_writer import BOM, Writer, neutralise
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.review_contract import REVIEW_COLUMNS
from inference.decision import Prediction
from results.review.question_order import N_ORDERED, QuestionOrder
from results.review.review_item import ReviewItem
from results.review.spill import UncertainTexts

_N_UNCERTAIN_PER_SAMPLED = 9
# With this number the interval of an agreement of 90 % is ± 2 points; more would cost coders time
# and bring little.
_MAX_SAMPLED = 1_000
# A workbook or a page with more rows takes seconds to write and to open.
_MAX_DISPLAYED, _MAX_DISPLAYED_CHARS = 5_000, 20_000_000
_MAX_CELL_CHARS = 32_000  # a workbook's limit is 32,767


@dataclass(frozen=True)
class Settled:
    """What the first ``n_answers`` of a review settle: ``n_records`` have one of their texts.

    ``n_taught`` records with other texts are like them, and are expected to learn their codes.
    """

    n_answers: int
    n_records: int
    n_taught: int


class ReviewQueue:
    """The review items of one batch; its length is the number of uncertain texts."""

    def __init__(self, batch_id: str) -> None:
        self._batch_id = batch_id
        self._uncertain = UncertainTexts()
        self._random = random.Random(batch_id)
        # A heap of the autocoded records with the highest draws: (draw, serial number, item).
        self._drawn: list[tuple[float, int, ReviewItem]] = []
        self._n_autocoded = 0
        self._order: QuestionOrder | None = None

    def __len__(self) -> int:
        return len(self._uncertain)

    @property
    def n_sampled(self) -> int:
        """The number of autocoded records in the sample: one item in ten, rounded up."""
        return min(math.ceil(len(self) / _N_UNCERTAIN_PER_SAMPLED), len(self._drawn))

    def add(
        self,
        text: str,
        job_title: str,
        duties_description: str,
        prediction: Prediction,
        record: int = 0,
        context: tuple[str, ...] = (),
    ) -> None:
        """Add the record of this number, which the model coded.

        ``context`` is what is shown beside the text. An uncertain record is counted with its text.
        An autocoded one may be drawn for the sample.
        """
        # Of columns of a fixed width, a field of spaces is none.
        title, duties = job_title.strip(), duties_description.strip()
        item = ReviewItem(text, title, duties, prediction, first_record=record, context=context)
        if prediction.is_fallback:
            self._uncertain.count(item)
            self._order = None
            return
        self._n_autocoded += 1
        draw = self._random.random()
        if len(self._drawn) == _MAX_SAMPLED and draw < self._drawn[0][0]:
            return
        item.n_records = 1
        item.sampled = sample_name(self._batch_id)
        push = heapq.heappush if len(self._drawn) < _MAX_SAMPLED else heapq.heapreplace
        push(self._drawn, (draw, self._n_autocoded, item))

    def items(self) -> Iterator[ReviewItem]:
        """Yield the uncertain texts, highest gain first, with the sample in between."""
        uncertain = self.uncertain()
        sample = iter(self._sample(self.n_sampled))
        while block := list(islice(uncertain, _N_UNCERTAIN_PER_SAMPLED)):
            yield from block
            yield from islice(sample, 1)

    def uncertain(self) -> Iterator[ReviewItem]:
        """Yield the uncertain texts in the order in which they are asked."""
        by_gain = self._uncertain.by_gain()
        first = list(islice(by_gain, N_ORDERED))
        if self._order is None:
            self._order = QuestionOrder(
                [item.text for item in first], [item.gain for item in first]
            )
        yield from (first[place] for place in self._order.places)
        yield from by_gain

    def settled(self, n_questions: int) -> Settled:
        """Return what the answers to the first questions are expected to settle.

        The random sample is asked in between, and settles nothing: what is asked of it behind
        them is left out.
        """
        asked = list(islice(self.items(), n_questions))
        while asked and asked[-1].sampled:
            asked.pop()
        n_uncertain = sum(not item.sampled for item in asked)
        first = list(islice(self.uncertain(), N_ORDERED))
        assert self._order is not None
        # In the order that the texts had before they were ordered.
        places = self._order.places
        n_records = [
            n for _, n in sorted(zip(places, (item.n_records for item in first), strict=True))
        ]
        return Settled(
            n_answers=len(asked),
            n_records=sum(item.n_records for item in first[:n_uncertain]),
            n_taught=round(self._order.n_taught(n_records, n_uncertain)),
        )

    def items_to_explain(self, n: int) -> list[ReviewItem]:
        """Return at most ``n`` items: uncertain texts first, then autocoded ones of the draw."""
        uncertain = list(islice(self.uncertain(), n))
        return uncertain + self._sample(n - len(uncertain))

    def _sample(self, n: int) -> list[ReviewItem]:
        """Return the first ``n`` records drawn, in the order of their draws, each question once.

        Wordings that got two codes are two questions: an answer counts against the code of its own.
        """
        drawn = [item for _, _, item in heapq.nlargest(n, self._drawn)]
        questions = [(decided_text(item.text), item.prediction.isco_code) for item in drawn]
        first = dict(zip(reversed(questions), reversed(drawn), strict=True))
        return [replace(first[each], n_records=n) for each, n in Counter(questions).items()]

    def asked(self) -> Iterator[str]:
        """Yield the uncertain texts that are asked, in no order."""
        return self._uncertain.texts()

    def drawn(self) -> dict[str, int]:
        """Return each asked text of the sample with the number of drawn records it stands for."""
        return {item.text: item.n_records for item in self._sample(self.n_sampled)}

    def displayed_items(self) -> list[ReviewItem]:
        """Return the first items: as many as a workbook and a page can hold."""
        displayed: list[ReviewItem] = []
        n_chars = 0
        for item in self.items():
            if len(item.text) > _MAX_CELL_CHARS:
                continue
            n_chars += len(item.text)
            if len(displayed) == _MAX_DISPLAYED or n_chars > _MAX_DISPLAYED_CHARS:
                break
            displayed.append(item)
        return displayed

    def write_csv(
        self,
        path: Path,
        delimiter: str,
        language: str = ENGLISH,
        coder: str = "",
        is_for: Callable[[ReviewItem], bool] = lambda item: True,
    ) -> int:
        """Write ``review.csv`` and return its number of rows.

        It is UTF-8 with a byte order mark, and has the delimiter of the input: the spreadsheet
        that wrote the input then opens it.

        Parameters
        ----------
        language : that of the titles of groups.
        coder : who is to answer, where that is known.
        is_for : which items are written.
        """
        n_rows = 0
        titles = titles_in(language)
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(BOM)  # the encoding "utf-8-sig" takes as long as all the rest
            writer = Writer(file, list(REVIEW_COLUMNS), delimiter)
            for item in filter(is_for, self.items()):
                writer.write([_cells(item, titles, coder)])
                n_rows += 1
        return n_rows


def _cells(item: ReviewItem, titles: Mapping[str, str], coder: str) -> list[str]:
    code, is_blind = item.shown_code, item.is_blind
    cells = [
        item.text,
        str(item.n_records),
        item.sampled,
        neutralise(item.job_title),
        neutralise(item.duties_description),
        item.several_occupations,
        code,
        titles.get(code, ""),
        "" if is_blind else f"{item.prediction.confidence:.4f}",
    ]
    for unit, confidence in item.shown_candidates:
        cells += (unit, titles[unit], "" if confidence is None else f"{confidence:.4f}")
    return [*cells, "", coder, "", ""]
