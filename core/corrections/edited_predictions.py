"""Read a predictions.csv that came back edited: its changed codes are corrections.

A person may also have added the column ``corrected_isco_code``: a code in it is a correction, and
counts before one that was changed in ``isco_code``.

The code that was published is told by the other columns of a row: the first candidate or its group,
or none, by ``source`` and ``is_fallback``. Where these columns were removed, the list of the batch
tells it (``coded_texts.py``). The row itself comes first, because another batch may have given the
same text another code. A row whose published code is not known is no correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice

from core.corrections.coded_texts import CodedTexts
from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.correction_table import code_reader, judge, repeated_header
from core.corrections.misplaced_answers import MisplacedAnswers
from core.corrections.published_columns import ToldRow, published_texts, refuse_other_columns
from core.corrections.signature import SignatureReader
from core.csv_table import CHUNK_ROWS, Table
from core.formats.source import Row
from core.isco_codes.code_column import CODE_COLUMN, CodeReader
from core.isco_codes.plain_field import plain_text, without_decimals
from core.isco_codes.written_code import read_code
from core.isco_titles.group_titles import groups_by_title
from core.languages.message import Message
from core.non_answers.missing_values import StatedCells
from core.non_answers.spreadsheet_words import truth_value
from core.own_tables.code_source import SOURCES_WITHOUT_CODE, CodeSource
from core.own_tables.output_contract import code_column, output_positions
from core.review_contract import CORRECTED
from core.taxonomy import MINOR, SUB_MAJOR, UNIT, isco08

_AS_PUBLISHED = Message("the code is the one that was published")
_UNKNOWN = Message(
    "whether the code was changed cannot be known: the columns that tell it, such as candidate_1 "
    "and is_fallback, are missing"
)
_CLEARED = Message("the code was removed: write 'not codable' if no code fits")


@dataclass(frozen=True)
class _EditedRow:
    line: int
    row: Row
    text: str
    published: frozenset[str]
    """The codes that it may have had; without any, that is not known."""


class EditedPredictions:
    """The rows of a predictions.csv, each with the code that it had."""

    def __init__(
        self,
        table: Table,
        coded_texts: CodedTexts,
        pads_codes: bool = False,
        on_chunk: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the reading of a table.

        Parameters
        ----------
        pads_codes : whether short codes have zeros at their end, if the table does not tell.
        on_chunk : called now and then while the table is read.
        """
        self._table = table
        self._coded_texts = coded_texts
        self._on_chunk = on_chunk
        positions = output_positions(table.header)
        self._cells = StatedCells(positions)
        self._n_overruled = 0  # rows with a corrected code, and another that was changed
        self._warnings: list[str] = []  # about the columns of codes
        self._is_padded = self._has_padded_codes(pads_codes)
        # What stands before our columns is of the input, whatever its name.
        first_column = min(positions.values(), default=0)
        self._signatures = SignatureReader(table, first_column)
        self._misplaced = MisplacedAnswers(table, first_column, code_column(table.header))

    def has_edits(self) -> bool:
        """Whether the code of any row differs from the published one, corrected codes aside."""
        return any(self._is_edited(row) for row in self._rows())

    def refuse_other_columns(self) -> None:
        """Raise InputError where a column is missing that the texts were read from."""
        refuse_other_columns(self._table, self._coded_texts, self._told_rows)

    def corrections(self) -> Iterator[Correction]:
        """Yield every row: the edited ones as corrections, the others as skipped."""
        edited = (self._written(row.row) for row in self._rows() if self._is_edited(row))
        reader = CodeReader(edited)
        corrected_reader = code_reader(self._table)
        self._warnings = [*filter(None, [corrected_reader.warning(), reader.warning()])]
        self._n_overruled = 0
        for row in self._rows():
            if self._table.repeats_header(row.row):
                yield repeated_header(row.line)
                continue
            corrected_one = self._explicit_correction(row, corrected_reader)
            edited_one = self._correction(row, reader)
            one = edited_one if corrected_one is None else self._merged(corrected_one, edited_one)
            signed = one.signed(self._signatures.read(row.row))
            yield self._misplaced.named(signed, row.row)

    def notes(self) -> list[str]:
        """Return what is to be said of the rows that were read, in words."""
        overruled = Message.notes_of(
            self._n_overruled,
            "{n} row has a code in {corrected}, and another that was changed in {column}: the "
            "first one counts",
            "{n} rows have a code in {corrected}, and another that was changed in {column}: the "
            "first one counts",
            corrected=CORRECTED,
            column=code_column(self._table.header),
        )
        return [*self._warnings, *overruled]

    def _explicit_correction(self, row: _EditedRow, reader: CodeReader) -> Correction | None:
        """Return the correction in the column of corrected codes, None where there is no code."""
        written = self._table.get(row.row, CORRECTED).strip()
        if not written:
            return None
        status, code, reason = judge(row.text, written, reader)
        if status is CorrectionStatus.SKIPPED:
            return None
        return Correction(row.line, row.text, written, code, status, reason)

    def _merged(self, corrected: Correction, edited: Correction) -> Correction:
        """Return the explicit correction, with what speaks against it."""
        if edited.status is CorrectionStatus.SKIPPED or edited.code == corrected.code:
            return corrected
        self._n_overruled += 1
        column = code_column(self._table.header)
        note = Message(
            "{column} was changed to {code!r}: the corrected code counts",
            column=column,
            code=edited.written,
        )
        return replace(corrected, reason=Message.listed((corrected.reason, note)))

    def _correction(self, row: _EditedRow, reader: CodeReader) -> Correction:
        text, written = row.text, self._written(row.row)
        status, code = CorrectionStatus.SKIPPED, ""
        if not row.published:
            reason: str = _UNKNOWN
        elif not self._is_edited(row):
            reason = _AS_PUBLISHED
        elif not written:
            reason = _CLEARED
        else:
            status, code, reason = judge(text, written, reader)
        return Correction(row.line, text, written, code, status, reason)

    def _rows(self) -> Iterator[_EditedRow]:
        for chunk, texts in self._chunks(self._table.rows()):
            self._on_chunk()
            published = [self._told_by_row(row) for _, row in chunk]
            self._look_up(chunk, texts, published)
            for (line, row), text, codes in zip(chunk, texts, published, strict=True):
                yield _EditedRow(line, row, text, codes)

    def _told_rows(self) -> Iterator[ToldRow]:
        for chunk, texts in self._chunks(self._table.answer_rows()):
            for (_, row), text in zip(chunk, texts, strict=True):
                version = self._cells.get(row, "model_version")
                shows = partial(self._is_same, self._written(row))
                yield ToldRow(text, version, self._told_by_row(row), shows)

    def _chunks(
        self, rows: Iterator[tuple[int, Row]]
    ) -> Iterator[tuple[list[tuple[int, Row]], list[str]]]:
        """Yield many rows at a time, with the text of each."""
        while chunk := list(islice(rows, CHUNK_ROWS)):
            cells = [row for _, row in chunk]
            yield chunk, published_texts(self._table, cells, self._coded_texts)

    def _look_up(
        self, chunk: list[tuple[int, Row]], texts: list[str], published: list[frozenset[str]]
    ) -> None:
        """Ask the lists of the batches about the rows whose other columns do not tell the code."""
        by_version: dict[str, list[int]] = {}
        for number, (codes, (_, row)) in enumerate(zip(published, chunk, strict=True)):
            if len(codes) != 1:
                by_version.setdefault(self._cells.get(row, "model_version"), []).append(number)
        for version, numbers in by_version.items():
            listed = self._coded_texts.codes_of([texts[number] for number in numbers], version)
            for number, codes in zip(numbers, listed, strict=True):
                told = published[number]
                published[number] = codes & told or told or codes

    def _is_edited(self, row: _EditedRow) -> bool:
        if not row.published or self._table.repeats_header(row.row):
            return False
        written = self._written(row.row)
        if not written:
            return "" not in row.published
        return not any(self._is_same(written, code) for code in row.published)

    def _is_same(self, written: str, code: str) -> bool:
        """Whether a cell has this code, as a spreadsheet may have written it."""
        if not code or not written:
            return not code and not written
        digits = _digits(written)
        shown = code.ljust(UNIT, "0") if self._is_padded else code
        if digits.isdecimal():
            return digits.lstrip("0") == shown.lstrip("0")
        return read_code(written).code == code

    def _told_by_row(self, row: Row) -> frozenset[str]:
        """Return the codes that the other columns of a row allow; none where they do not tell."""
        source = self._cells.get(row, "source").casefold()
        first = self._cells.get(row, "candidate_1")
        has_no_candidate = "candidate_1" in self._cells and not first
        if source in SOURCES_WITHOUT_CODE or has_no_candidate:
            return frozenset({""})
        candidate = _code(first, UNIT)
        if source == CodeSource.CORRECTION or (first and not candidate):
            return frozenset(filter(None, [candidate or _code(first, MINOR)]))
        minor = self._minor_code(row)
        is_fallback = self._is_fallback(row)
        if (is_fallback is not True and not candidate) or not minor:
            return frozenset()
        codes = {candidate} if is_fallback is not True else set()
        if is_fallback is not False:
            codes |= self._groups_told(row, minor)
            if not source:
                codes.add("")
        return frozenset(codes)

    def _groups_told(self, row: Row, minor: str) -> set[str]:
        """Return the groups that may be the code of a row: the one that its title names, if any."""
        if "isco_title" not in self._cells:
            return {minor, *(code for code in isco08().titles if len(code) <= SUB_MAJOR)}
        title = self._cells.get(row, "isco_title").casefold()
        groups = groups_by_title().get(title, ())
        named = {code for code in groups if code == minor or len(code) <= SUB_MAJOR}
        return named or {minor[:digits] for digits in range(1, MINOR + 1)}

    def _is_fallback(self, row: Row) -> bool | None:
        """Whether the code is that of a group; None where the row does not tell."""
        written = self._cells.get(row, "is_fallback") or self._cells.get(row, "needs_review")
        return truth_value(without_decimals(written))

    def _has_padded_codes(self, by_default: bool) -> bool:
        """Whether short codes have zeros at their end, by the first rows.

        A single group may have been replaced by the unit group of the same digits (231 by 2310).
        """
        padded: set[str] = set()
        for _, row in islice(self._table.rows(), CHUNK_ROWS):
            minor = self._minor_code(row)
            if minor and self._is_fallback(row):
                digits = _digits(self._written(row))
                if digits.lstrip("0") == minor.lstrip("0"):
                    return False
                if digits.zfill(UNIT) == minor.ljust(UNIT, "0"):
                    padded.add(minor)
        return len(padded) > 1 or by_default

    def _minor_code(self, row: Row) -> str:
        """Return the minor group of a row, or that of its first candidate."""
        code = _code(self._cells.get(row, "minor_code"), MINOR)
        return code or _code(self._cells.get(row, "candidate_1"), UNIT)[:MINOR]

    def _written(self, row: Row) -> str:
        return self._cells.get(row, CODE_COLUMN)


def _digits(written: str) -> str:
    return without_decimals(plain_text(written))


@lru_cache(maxsize=4096)
def _code(written: str, n_digits: int) -> str:
    """Return a code of a known level from a cell of ours; a spreadsheet drops leading zeros."""
    digits = _digits(written)
    if digits.isdecimal():
        digits = digits.zfill(n_digits)
        return digits if len(digits) == n_digits and digits in isco08() else ""
    code = read_code(written).code
    return code if len(code) == n_digits else ""
