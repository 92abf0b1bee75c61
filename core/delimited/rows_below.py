"""Tell notes below the records of a table, such as "Source: …", from records.

They are no records where that is sure: at the end, after an empty row, with text in the first
column alone, where every record has a number or an id, or none has anything. What is not sure stays
a record, and a note says so. A total, with text there and numbers beside it, stays a record, and a
note names it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from core.columns.shown_names import first_listed
from core.columns.value_kinds import is_number_or_code, is_text
from core.formats.source import Row
from core.languages.message import Message
from core.non_answers.unread_formulas import shown_by_formula

_MAX_HELD = 1_000  # so many rows are held back until it is known whether a record follows
_MAX_LEFT_OUT = 20  # more rows are no notes
_MIN_EMPTY = 10  # fewer may be records without an answer


class RowsBelow:
    """The rows at the end of one table that have text in the first column, or that and numbers.

    ``n_left_out`` and ``notes`` are those of the last time that the rows were read to their end:
    the first records may be looked at before and after it.
    """

    def __init__(self, sample: Sequence[Row] = (), positions: Container[int] = ()) -> None:
        """Take the first records, and the positions of our columns. Without records all stay."""
        is_ours = 0 in positions
        sample = sample if is_ours else without_rows_below(sample)
        self._may_have_totals = not is_ours and not any(map(_is_total, sample))
        is_filled = [any(map(str.strip, row[1:])) for row in sample]
        values = [
            row[0]
            for row, filled in zip(sample, is_filled, strict=True)
            if filled and row[0].strip()
        ]
        # A sheet that begins in column B has a note in A, where no record has anything.
        self._has_ids = any(is_filled) and not is_ours and all(map(is_number_or_code, values))
        # A list of titles, with a column of duties that some left empty.
        n_before = max((n for n, filled in enumerate(is_filled, start=1) if filled), default=0)
        self._is_usual = not n_before or any(map(_is_text_alone, sample[:n_before]))
        self.n_left_out = 0
        self.notes: list[str] = []

    def divide(self, rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """Yield the records, each with its line; a row without fields is none.

        A row of empty fields is a record, as in a delimited text, and empty for what follows it.
        """
        held: list[tuple[int, Row]] = []
        totals: list[int] = []
        unnumbered: list[int] = []
        n_empty = 0
        is_after_empty = is_held_after_empty = False
        for line, row in rows:
            if not row:
                is_after_empty = True
                continue
            is_empty = _is_empty(row)
            n_empty += is_empty
            if (
                (self._has_ids or is_after_empty or held)
                and len(held) < _MAX_HELD
                and (_is_text_alone(row) or (held and is_empty))
            ):
                is_held_after_empty = is_held_after_empty if held else is_after_empty
                held.append((line, row))
                continue
            yield from held
            held.clear()
            if (self._has_ids or is_after_empty or totals) and _is_total(row):
                if len(totals) <= _MAX_LEFT_OUT:  # one more tells that they are no totals
                    totals.append(line)
            elif self._has_ids and (is_after_empty or unnumbered) and _is_signed(row):
                if len(unnumbered) <= _MAX_LEFT_OUT:
                    unnumbered.append(line)
            elif not is_empty:
                totals.clear()
                unnumbered.clear()
            is_after_empty = is_empty
            yield line, row
        notes: list[str] = []
        lines = [line for line, row in held if not _is_empty(row)]
        is_left_out = self._has_ids and is_held_after_empty and 0 < len(lines) <= _MAX_LEFT_OUT
        if is_left_out:
            notes.append(_left_out(lines))
            held = [record for record in held if _is_empty(record[1])]
        elif lines and (self._has_ids or (is_held_after_empty and not self._is_usual)):
            notes.append(_kept(lines))
        yield from held
        if self._may_have_totals and 0 < len(totals) <= _MAX_LEFT_OUT:
            notes.append(_totals(totals))
        if 0 < len(unnumbered) <= _MAX_LEFT_OUT:
            notes.append(_unnumbered(unnumbered))
        if n_empty >= _MIN_EMPTY:
            notes.append(_empty(n_empty))
        self.n_left_out, self.notes = len(lines) if is_left_out else 0, notes


def _is_empty(row: Row) -> bool:
    return not any(map(str.strip, row))


def _is_text_alone(row: Row) -> bool:
    """Whether a row has text in its first field, no number or id, and nothing in the others."""
    return not any(map(str.strip, row[1:])) and is_text(row[0])


def _is_total(row: Row) -> bool:
    """Whether a row has text in its first field, and numbers alone in the others.

    The formula of a sum that came without its result is one of them.
    """
    if not is_text(row[0]):
        return False
    others = [cell for cell in row[1:] if cell.strip()]
    return bool(others) and all(
        is_number_or_code(cell) or shown_by_formula(cell) == "" for cell in others
    )


def _is_signed(row: Row) -> bool:
    """Whether a row has no first field, and one with a colon: "", "Approved by:", "head"."""
    return not row[0].strip() and any(cell.rstrip().endswith(":") for cell in row)


def without_rows_below(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows without those at their end that may be notes or totals."""
    n = len(rows)
    while n and (_is_empty(rows[n - 1]) or _is_text_alone(rows[n - 1]) or _is_total(rows[n - 1])):
        n -= 1
    return rows[:n]


def _left_out(lines: Sequence[int]) -> str:
    return Message.counted(
        len(lines),
        "{n} row below the records was left out ({lines}): after an empty row, it has text in the "
        "first column alone",
        "{n} rows below the records were left out ({lines}): after an empty row, they have text in "
        "the first column alone",
        lines=first_listed(lines),
    )


def _kept(lines: Sequence[int]) -> str:
    return Message.counted(
        len(lines),
        "{n} row at the end has text in the first column alone ({lines}): if it is a note and no "
        "record, remove it",
        "{n} rows at the end have text in the first column alone ({lines}): if they are notes and "
        "no records, remove them",
        lines=first_listed(lines),
    )


def _totals(lines: Sequence[int]) -> str:
    return Message.counted(
        len(lines),
        "{n} row at the end has text in the first column and numbers alone beside it ({lines}): if "
        "it is a total and no record, remove it",
        "{n} rows at the end have text in the first column and numbers alone beside it ({lines}): "
        "if they are totals and no records, remove them",
        lines=first_listed(lines),
    )


def _unnumbered(lines: Sequence[int]) -> str:
    return Message.counted(
        len(lines),
        "{n} row at the end has no number or id, as the records above it have ({lines}): if it is "
        "no record, such as a signature, remove it",
        "{n} rows at the end have no number or id, as the records above them have ({lines}): if "
        "they are no records, such as signatures, remove them",
        lines=first_listed(lines),
    )


def _empty(n: int) -> str:
    return Message(
        "{n} records have no text in any column: if they are empty rows of a spreadsheet, remove "
        "them",
        n=n,
    )
