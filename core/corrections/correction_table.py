"""Read corrections files: each row with ``corrected_isco_code`` gets a status.

A corrections file is a filled ``review.csv``, or has the columns ``text, corrected_isco_code`` or
``job_title, duties_description, corrected_isco_code``; other columns are ignored. A row without a
code is skipped. Codes are read as ``core/isco_codes`` reads them, and the reason says what was
repaired. A 3-digit code decides for a minor group, and ``not codable`` says that no code fits: both
are kept, but train nothing. ``withdraw`` takes earlier answers back. A row whose text is not that
of its title and duties is rejected (``text_comparison.py``).

Rows that ``review.csv`` marks as ``sampled`` were drawn at random among the autocoded ones, so that
the agreement rate can be estimated. The code that they got is not shown to the coder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.columns.record_text import row_text
from core.corrections.correction import (
    ANSWERS,
    NOT_CODABLE,
    WITHDRAWN,
    Correction,
    CorrectionStatus,
)
from core.corrections.misplaced_answers import MisplacedAnswers
from core.corrections.signature import SignatureReader
from core.corrections.text_comparison import TextComparison
from core.csv_table import Table, open_table
from core.errors import InputError
from core.formats.source import Row
from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_column import CORRECTED_NAMES, CodeReader
from core.isco_codes.written_code import CodeKind, read_code
from core.languages.message import Message
from core.letters.damage import may_have_lost_letters
from core.letters.plain_text import bound_marks
from core.letters.scripts import ends_as_question
from core.non_answers.missing_values import is_missing_value
from core.review_contract import (
    CORRECTED,
    CORRECTION_COLUMNS,
    N_RECORDS,
    PREDICTED,
    PREDICTED_TITLE,
    SAMPLED,
    SEVERAL,
    SIGNATURE_COLUMNS,
    TEXT,
)
from core.settings import DataSettings
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.taxonomy import MINOR, UNIT
from core.text import EMPTY_TEXT, NOTHING_STATED, SEPARATOR, clean, join

_READ_COLUMNS = dict.fromkeys((*CORRECTION_COLUMNS, PREDICTED_TITLE, *SIGNATURE_COLUMNS))
_WIDE_SEPARATOR = "｜"  # what an input method for Chinese or Japanese writes
_NO_TEXT = Message("there is no text: the code would be given to every empty record")
_NO_CODE_FITS = Message("no code fits: kept, but it trains nothing")
_CODED_AGAIN = Message("the model codes this text again")
_GROUP_KEPT = Message("a minor group: kept, but it trains nothing")


def open_corrections(path: Path, data: DataSettings) -> Table:
    """Open a corrections file with the columns and the encoding that the settings name.

    Raises InputError where it has no column of codes, more than one, or none of texts.
    """
    aliases = {**data.read_columns.aliases, **{name: (name,) for name in _READ_COLUMNS}}
    aliases[CORRECTED] = CORRECTED_NAMES
    table = open_table(path, aliases, (CORRECTED,), data.encoding)
    refuse_second_answers(table)
    if TEXT not in table.columns and JOB_TITLE not in table.columns:
        raise InputError(
            path,
            "the columns " + ", ".join(map(repr, table.header)),
            expected=f"{TEXT!r}, or {JOB_TITLE!r} with or without {DUTIES!r}, beside {CORRECTED!r}",
            remedy="Send the filled review.csv with all its columns.",
            line=table.layout.n_lines_above + 1,
        ).in_sheet(table.content.sheet)
    return table


def refuse_second_answers(table: Table) -> None:
    """Raise InputError where two columns may have the corrected codes: nobody said which counts."""
    others = table.other_columns.get(CORRECTED)
    if not others:
        return
    names = [table.header[table.columns[CORRECTED]].strip(), *others]
    raise InputError(
        table.path,
        f"{len(names)} columns of corrected codes: " + " and ".join(map(repr, names)),
        expected=f"one column of corrected codes, such as {CORRECTED!r}",
        remedy="Remove the columns that do not count, or rename them.",
        line=table.layout.n_lines_above + 1,
    ).in_sheet(table.content.sheet)


def read_corrections(table: Table) -> Iterator[Correction]:
    """Yield every row of an opened corrections file, in file order."""
    reader = code_reader(table)
    signatures = SignatureReader(table)
    misplaced = MisplacedAnswers(table)
    comparison = TextComparison(table)
    for line, row in table.rows():
        if table.repeats_header(row):
            yield repeated_header(line)
            continue
        text, text_note = _read_text(table, row)
        written = table.get(row, CORRECTED).strip()
        status, code, reason = judge(text, written, reader)
        is_answer = status not in (CorrectionStatus.SKIPPED, CorrectionStatus.REJECTED)
        difference = comparison.difference(row, text) if is_answer else ""
        if difference:
            status, code, reason = CorrectionStatus.REJECTED, "", difference
        if status != CorrectionStatus.SKIPPED:
            reason = Message.listed((text_note, reason))
        correction = Correction(
            line=line,
            text=text,
            written=written,
            code=code,
            status=status,
            reason=reason,
            is_mixed=bool(difference),
            is_of_several=_is_of_several(table.get(row, SEVERAL)),
            **_sample(table, row),
        )
        yield misplaced.named(correction.signed(signatures.read(row)), row)


def repeated_header(line: int) -> Correction:
    """Return what a row is that repeats the names of the columns: no answer."""
    reason = Message("it repeats the names of the columns, as in files put one below the other")
    return Correction(line, EMPTY_TEXT, "", "", CorrectionStatus.SKIPPED, reason)


def code_reader(table: Table) -> CodeReader:
    """Return the reader of the column of corrected codes."""
    return CodeReader(table.get(row, CORRECTED) for _, row in table.answer_rows())


def _read_text(table: Table, row: Row) -> tuple[str, str]:
    """Return the text of a row as the model sees it, and a note where it is another or damaged.

    A ``|`` divides the title from the duties; a second one is a part of the duties.
    """
    has_text = TEXT in table.columns
    written = table.get(row, TEXT if has_text else JOB_TITLE)
    text = prepared_text(written) if has_text else row_text(table, row)
    if may_have_lost_letters(written):
        note = Message(
            "letters of it may have been lost ({text!r}): if so, save it as UTF-8 again",
            text=written,
        )
        return text, note
    if not has_text:
        return text, ""
    is_as_written = SEPARATOR not in clean(written) or clean(bound_marks(written)) == text
    return text, "" if is_as_written else Message("read as the text {text!r}", text=text)


def prepared_text(written: str) -> str:
    """Return the text of a cell of the column ``text`` as the model sees it.

    Version 0.1 may have read the same record as another text.
    """
    if clean(bound_marks(written)) == EMPTY_TEXT:  # as the program writes an empty record
        return EMPTY_TEXT
    title, _, duties = written.replace(_WIDE_SEPARATOR, SEPARATOR).partition(SEPARATOR)
    return join(title, duties)


def _is_of_several(written: str) -> bool:
    """Return whether a cell has codes, as reviews have them, or says yes, as kept answers do.

    A survey may have a column of this name, in which most people say no.
    """
    return re.search(r"\d{4}", written) is not None or means(written, AnswerWord.YES)


def _sample(table: Table, row: Row) -> dict[str, Any]:
    """Return the values of the random sample; none where the row names none.

    Whether the row was drawn, and how often, the list of the batch tells: a column that somebody
    removed, or that a spreadsheet wrote as 3.0, takes no row out of the sample.
    """
    sampled = table.get(row, SAMPLED).strip()
    if is_missing_value(sampled):
        return {}
    predicted = read_code(table.get(row, PREDICTED).strip()).code
    count = re.fullmatch(r"([1-9][0-9]{0,3})(?:[.,]0+)?", table.get(row, N_RECORDS).strip())
    n_drawn = int(count[1]) if count else 0
    return {"sampled": sampled, "predicted": predicted, "n_drawn": n_drawn}


def judge(text: str, written: str, reader: CodeReader) -> tuple[CorrectionStatus, str, str]:
    """Return the status of a row, the code that was read from ``written``, and the reason."""
    if ends_as_question(written, text):
        written = f"{written[:-1]}?"
    reading = reader.read(written)
    if reading.kind in (CodeKind.EMPTY, CodeKind.MISSING):
        return CorrectionStatus.SKIPPED, "", reading.reason
    if text in (EMPTY_TEXT, NOTHING_STATED):
        return CorrectionStatus.REJECTED, "", _NO_TEXT
    if means(written, AnswerWord.NOT_CODABLE):
        return CorrectionStatus.NOT_CODABLE, NOT_CODABLE, _NO_CODE_FITS
    if means(written, AnswerWord.WITHDRAW):
        return CorrectionStatus.WITHDRAWN, WITHDRAWN, _CODED_AGAIN
    code, reason = reading.code, reading.reason
    if len(code) >= MINOR and reader.may_be_of_isco_88(code):
        reason = Message(
            "{code} is a code of ISCO-88, too, and other answers of the file exist only there: it "
            "may mean another group. Translate all codes to ISCO-08",
            code=code,
        )
        return CorrectionStatus.REJECTED, "", reason
    if len(code) == UNIT:
        is_repaired = reading.kind == CodeKind.REPAIRED
        status = CorrectionStatus.RESTORED if is_repaired else CorrectionStatus.ACCEPTED
        return status, code, reason
    if len(code) == MINOR:
        return CorrectionStatus.GROUP, code, Message.listed((reason, _GROUP_KEPT))
    if code:
        why = reason or Message("{code} is a group of one or two digits", code=code)
        reason = Message("{why}: give {answers}", why=why, answers=ANSWERS)
    elif reading.kind == CodeKind.INVALID:
        reason = Message("{why}. Valid answers: {answers}", why=reason, answers=ANSWERS)
    return CorrectionStatus.REJECTED, "", reason
