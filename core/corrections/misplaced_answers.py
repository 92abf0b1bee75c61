"""Name the answer of a row that stands in another column than that of the answers.

People type a code into ``comment`` or ``coder``, over ``predicted_code``, or into a column that
they added (``final``). Nobody said that it is the answer, so it counts for nothing; but the coder
is told.
"""

from __future__ import annotations

from dataclasses import replace

from core.corrections.correction import (
    NOT_CODABLE,
    Correction,
    CorrectionStatus,
)
from core.csv_table import Table
from core.formats.source import Row
from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_titles import is_title_of_others
from core.isco_codes.plain_field import plain_text, without_decimals
from core.isco_codes.second_code import unit_group_within
from core.isco_codes.words_beside import classification_in
from core.isco_codes.written_code import CodeKind, read_code
from core.languages.message import Message
from core.non_answers.missing_values import StatedCells, is_missing_value
from core.own_tables.output_contract import output_positions
from core.review_contract import (
    CODER,
    COMMENT,
    CORRECTED,
    PREDICTED,
    PREDICTED_TITLE,
    is_review_column,
)
from core.taxonomy import MINOR, UNIT

_NOT_KEPT = Message("the comment is not kept, because the row has no code")


class MisplacedAnswers:
    """Finds them in the rows of one table."""

    def __init__(self, table: Table, first_column: int = 0, answers: str = CORRECTED) -> None:
        """Prepare the reading of a table.

        Parameters
        ----------
        first_column : columns before it are the input's own, and have no answers.
        answers : the column in which answers count.
        """
        self._cells = StatedCells(table.columns, first_column)
        self._added = _added_code_columns(table, first_column)
        position = table.columns.get(answers)
        self._answers = answers if position is None else table.header[position].strip()

    def named(self, correction: Correction, row: Row) -> Correction:
        """Return a row with what stands in the wrong column: its answer, or a second one."""
        if correction.is_decided:
            return self._with_second_answer(correction, row)
        if correction.status != CorrectionStatus.SKIPPED:
            return correction
        comment, coder = self._cells.get(row, COMMENT), self._cells.get(row, CODER)
        column, said = "", ""
        if answer := _answer_in(comment):
            column = COMMENT
            said = Message("{column} says {answer!r}", column=COMMENT, answer=answer)
        elif answer := self._new_prediction(row):
            column = PREDICTED
            said = Message("{column} was changed to {answer}", column=PREDICTED, answer=answer)
        elif len(answer := read_code(coder).code) == UNIT:
            column = CODER
            said = Message("{column} is {answer}", column=CODER, answer=answer)
        elif added := self._added_answer(row):
            column, answer = added, row[self._added[added]].strip()
            said = Message("{column} is {answer}", column=added, answer=answer)
        elif not comment:
            return correction
        note = _NOT_KEPT
        if column:
            note = Message(
                "{said}: if this is the answer, give it in {answers}",
                said=said,
                answers=self._answers,
            )
        reason = Message.listed((correction.reason, note))
        return replace(correction, reason=reason, answer_column=column)

    def _with_second_answer(self, correction: Correction, row: Row) -> Correction:
        """Return a row with an answer, and the other one that an added column gives, if any."""
        for name, place in self._added.items():
            code = read_code(row[place]).code
            if code and code != correction.code:
                note = Message(
                    "{column} is {code}: only the answer in {answers} counts",
                    column=name,
                    code=code,
                    answers=self._answers,
                )
                reason = Message.listed((correction.reason, note))
                return replace(correction, reason=reason, answer_column=name)
        return correction

    def _new_prediction(self, row: Row) -> str:
        """Return the code that was typed over the predicted one, whose title still stands there."""
        written, title = self._cells.get(row, PREDICTED), self._cells.get(row, PREDICTED_TITLE)
        if not written or PREDICTED_TITLE not in self._cells:
            return ""
        code = read_code(written).code
        if len(code) < MINOR:
            return ""
        digits = without_decimals(plain_text(written))
        forms = {code, f"0{digits}", digits.rstrip("0")}  # as a spreadsheet or a setting has it
        is_new = all(is_title_of_others(form, title) for form in forms) if title else True
        return code if is_new else ""

    def _added_answer(self, row: Row) -> str:
        """Return the name of the first added column in which the row has a code."""
        return next((name for name, place in self._added.items() if read_code(row[place]).code), "")


def _added_code_columns(table: Table, first_column: int) -> dict[str, int]:
    """Return name → position of the columns that are none of ours and have codes alone.

    In a column of numbers some are no code: so all of them must be one, of three digits or four.
    One that is called as another classification ("CNO") has codes of that one.
    """
    known = {*table.columns.values(), *output_positions(table.header).values()}
    left = {
        name.strip(): place
        for place, name in enumerate(table.header)
        if place >= first_column
        and place not in known
        and not is_review_column(name)
        and classification_in(name) is None
    }
    with_codes = set[str]()
    for _, row in table.answer_rows():
        for name, place in list(left.items()):
            code = read_code(row[place])
            if len(code.code) >= MINOR and code.kind == CodeKind.CODE:
                with_codes.add(name)
            elif not is_missing_value(row[place]):
                del left[name]
        if not left:
            break
    return {name: place for name, place in left.items() if name in with_codes}


def _answer_in(comment: str) -> str:
    """Return the code in a comment, or "not codable"; empty where there is none."""
    if means(comment, AnswerWord.NOT_CODABLE):
        return NOT_CODABLE
    code = read_code(comment).code
    if len(code) >= MINOR:
        return code
    return unit_group_within(comment)
