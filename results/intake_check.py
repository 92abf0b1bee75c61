"""Check the rows of a corrections file against what was coded and drawn.

A file that comes back may say anything. Which texts a batch had, and which records were drawn at
random, the lists of the batches tell (``core/corrections/coded_texts.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.corrections.coded_texts import CodedTexts, Drawn
from core.corrections.correction import Correction
from core.languages.message import Message
from core.review_contract import CODED_AT
from results.receipt import CorrectionsReceipt

_MAX_NAMED = 3  # a column that holds something else has another name in each row
_NEVER_ASKED = Message("no batch had this text: it was never asked")


@dataclass(frozen=True)
class IntakeCheck:
    """What is known of one row.

    ``drawn`` is None where the row was not drawn into a sample. ``has_no_list``: the sample that it
    names cannot be checked.
    """

    drawn: Drawn | None = None
    has_no_list: bool = False
    reasons: list[str] = field(default_factory=list)


class IntakeChecks:
    """Checks the rows of one file, and counts what is to be said of them."""

    def __init__(self, corrections_dir: Path) -> None:
        self._coded_texts = CodedTexts(corrections_dir)
        self._n_never_asked = 0
        self._n_maybe_asked = 0
        self._n_not_drawn = 0
        self._n_mixed = 0
        self._n_times_left_out = 0
        self._n_without_list: Counter[str] = Counter()
        self._n_misplaced: Counter[str] = Counter()
        self._n_answered_twice: Counter[str] = Counter()

    def of(self, corrections: Sequence[Correction]) -> list[IntakeCheck]:
        """Return the check of each row; rows without a decision are not checked."""
        kept = [row for row in corrections if row.is_kept]
        texts = list({row.text for row in kept})
        is_coded, has_all_texts = self._coded_texts.were_coded(texts)
        coded = {text for text, is_found in zip(texts, is_coded, strict=True) if is_found}
        return [self._check(row, row.text not in coded, has_all_texts) for row in corrections]

    def _check(self, row: Correction, is_not_found: bool, has_all_texts: bool) -> IntakeCheck:
        self._n_mixed += row.is_mixed
        if row.answer_column and row.is_kept:
            self._n_answered_twice[row.answer_column] += 1
        elif row.answer_column:
            self._n_misplaced[row.answer_column] += 1
        if not row.is_kept:
            return IntakeCheck()
        self._n_times_left_out += row.signature.is_time_left_out
        check = self._check_sample(row)
        if is_not_found and has_all_texts:
            self._n_never_asked += 1
            check.reasons.append(_NEVER_ASKED)
        elif is_not_found:
            self._n_maybe_asked += 1
        return check

    def _check_sample(self, row: Correction) -> IntakeCheck:
        if not row.sampled:
            return IntakeCheck()
        drawn = self._coded_texts.drawn(row.sampled, row.text)
        if drawn is None and not self._coded_texts.has_sample(row.sampled):
            self._n_without_list[row.sampled] += 1
            return IntakeCheck(has_no_list=True)
        if drawn is None:
            self._n_not_drawn += 1
            reason = Message("it was not drawn into the sample of {batch}", batch=row.sampled)
            return IntakeCheck(reasons=[reason])
        reasons: list[str] = []
        if row.n_drawn and drawn.n_records != row.n_drawn:
            reason = Message.counted(
                drawn.n_records,
                "drawn {n} time, not {n_stated}: {n} counts",
                "drawn {n} times, not {n_stated}: {n} counts",
                n_stated=row.n_drawn,
            )
            reasons.append(reason)
        return IntakeCheck(drawn, reasons=reasons)

    def report(self, receipt: CorrectionsReceipt) -> None:
        """Write the counts, and what they mean, into the receipt."""
        receipt.n_never_asked = self._n_never_asked
        receipt.n_maybe_asked = self._n_maybe_asked
        receipt.n_not_drawn = self._n_not_drawn
        receipt.notes += self._notes()

    def _notes(self) -> Iterator[str]:
        """Yield what people should know about the rows, without full stops."""
        yield from Message.notes_of(
            self._n_never_asked,
            "{n} row has a text that no batch had: the correction is kept, and no record has "
            "matched it so far",
            "{n} rows have a text that no batch had: the corrections are kept, and no record has "
            "matched them so far",
        )
        yield from Message.notes_of(
            self._n_maybe_asked,
            "{n} row has a text that is in no list of a batch; not all batches have a list, so one "
            "of them may have had it",
            "{n} rows have a text that is in no list of a batch; not all batches have a list, so "
            "one of them may have had it",
        )
        yield from Message.notes_of(
            self._n_mixed,
            "{n} row has a text that differs from the title or the duties beside it: rejected. The "
            "file was sorted or edited in part: check its other answers, too",
            "{n} rows have a text that differs from the title or the duties beside it: rejected. "
            "The file was sorted or edited in part: check its other answers, too",
        )
        yield from Message.notes_of(
            self._n_times_left_out,
            "{n} row has a time in {column!r} that cannot be read, or has not come: left out. The "
            "answer is taken; write times such as 2026-11-27T09:30",
            "{n} rows have a time in {column!r} that cannot be read, or has not come: left out. "
            "The answers are taken; write times such as 2026-11-27T09:30",
            column=CODED_AT,
        )
        for column, n in self._n_misplaced.items():
            yield Message.counted(
                n,
                "{n} row has no code in its place, and what may be one in {column!r}: skipped",
                "{n} rows have no code in its place, and what may be one in {column!r}: skipped",
                column=column,
            )
        for column, n in self._n_answered_twice.items():
            yield Message.counted(
                n,
                "{n} row has another code in {column!r}: only the column of answers counts. Send "
                "those of a second coder as a file of their own",
                "{n} rows have another code in {column!r}: only the column of answers counts. Send "
                "those of a second coder as a file of their own",
                column=column,
            )
        yield from self._notes_on_samples()

    def _notes_on_samples(self) -> Iterator[str]:
        yield from Message.notes_of(
            self._n_not_drawn,
            "{n} row has the name of a random sample that the text was not drawn into: left out of "
            "the agreement",
            "{n} rows have the name of a random sample that the text was not drawn into: left out "
            "of the agreement",
        )
        named = self._n_without_list.most_common(_MAX_NAMED)
        for batch, n in named:
            yield Message.counted(
                n,
                "the list of {batch} is missing or damaged: whether {n} row of it was drawn cannot "
                "be checked: left out of the agreement",
                "the list of {batch} is missing or damaged: whether {n} rows of it were drawn "
                "cannot be checked: left out of the agreement",
                batch=batch,
            )
        n_more = self._n_without_list.total() - sum(dict(named).values())
        yield from Message.notes_of(
            n_more,
            "{n} more row of a random sample without a list: left out of the agreement",
            "{n} more rows of random samples without lists: left out of the agreement",
        )
