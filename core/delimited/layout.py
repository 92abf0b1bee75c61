"""How a delimited text file is laid out: its delimiter, its header, and what is no record.

Read where it is certain: a first line ``sep=;`` of Excel, lines above the header, the second and
third header row of survey programs, the row names of R. The first delimiter and line whose names
fit the columns asked for are taken; without any, the error names the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.columns.column_choice import Aliases, match_names
from core.columns.header_names import Match
from core.columns.value_kinds import is_no_name
from core.delimited.format_errors import DELIMITERS, answers_in_rows, no_column, no_header
from core.delimited.group_names import (
    header_below_groups,
    names_below_groups,
    refuse_names_of_others,
)
from core.delimited.header_rows import (
    further_headers,
    is_rule_line,
    names_columns_twice,
    note_on,
)
from core.delimited.label_rows import LabelRow, asks_for_the_job, label_row
from core.delimited.later_header import later_header, list_below_title
from core.delimited.line_ends import refuse_other_line_ends
from core.delimited.parsed_lines import (
    HEAD_LINES,
    first_rows,
    head_lines,
    is_list,
    is_table,
    n_filled,
    parsed_leniently,
    parsed_rows,
)
from core.delimited.spaced_lines import refuse_spaced_lines
from core.delimited.undivided_lines import are_undivided
from core.encoding import open_text
from core.errors import InputError
from core.formats.source import Row, Source
from core.languages.message import Message
from core.settings_file.text_columns import JOB_TITLE

_MAX_PREAMBLE_LINES = 30
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?[,;\t|]*\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """Where the records are.

    ``header`` is as long as a record. ``n_lines_above`` physical lines stand before it.
    ``further_headers`` are the rows of names after it. Every record has ``n_surplus`` empty fields
    more than the header. ``may_begin_with_labels``: the first record may be a row of names.
    ``has_rules``: lines of dashes without a delimiter stand below the header and the records.
    ``is_list``: the only column has texts that may have the delimiter in them.
    """

    delimiter: str
    header: Row
    n_lines_above: int = 0
    has_separator_line: bool = False
    further_headers: tuple[Row, ...] = ()
    has_row_names: bool = False
    n_surplus: int = 0
    may_begin_with_labels: bool = False
    has_rules: bool = False
    is_list: bool = False

    @property
    def n_rows_above_records(self) -> int:
        """The lines above the header, and the rows of names."""
        return self.n_lines_above + 1 + len(self.further_headers)

    @property
    def notes(self) -> list[str]:
        """Return what of the file was read as no record, in words."""
        notes: list[str] = []
        n_preamble = self.n_lines_above - self.has_separator_line
        notes += Message.notes_of(
            n_preamble,
            "{n} line above the header was left out",
            "{n} lines above the header were left out",
        )
        if self.further_headers:
            notes.append(note_on(self.further_headers))
        if self.has_rules:
            notes.append(Message("the lines of dashes were left out"))
        if self.may_begin_with_labels:
            notes.append(
                Message(
                    "the first record is unlike the others: if it holds names, types or numbers "
                    "of the columns, remove it"
                )
            )
        if self.has_row_names:
            notes.append(Message("the first column has no name: it holds the names of rows"))
        return notes


_Fit = tuple[Layout, dict[str, Match]]
"""A layout, and how well each of our columns fits."""


def find_layout(path: Source, encoding: str, aliases: Aliases, required: Sequence[str]) -> Layout:
    """Return the layout of a text that fits the columns best.

    Raises InputError where the header cannot be read, or lacks a required column.
    """
    lines = head_lines(path, encoding)
    refuse_other_line_ends(path, lines)
    return layout_of_lines(path, lines, aliases, required)[0]


def layout_of_lines(
    path: Source,
    lines: Sequence[str],
    aliases: Aliases,
    required: Sequence[str],
    delimiters: Sequence[str] = tuple(DELIMITERS),
) -> _Fit:
    """Return the layout that fits the columns best, for the first lines of a file. As above."""
    separator = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if separator and len(lines) > 1:
        delimiters = [separator[1]] if separator[1] in DELIMITERS else delimiters
    n_first = int(separator is not None and len(lines) > 1)
    refuse_spaced_lines(path, lines, n_first)
    fits: list[_Fit] = []
    errors: list[InputError] = []
    for delimiter in delimiters:
        try:
            fits.append(_first_line(path, lines, delimiter, n_first, aliases))
        except InputError as error:  # a quoted name is followed by another delimiter
            errors.append(error)
    if required and not any(_has_all(matches, required) for _, matches in fits):
        lower = (_lower_line(lines, each, n_first, aliases, required) for each in delimiters)
        fits += filter(None, lower)
    if JOB_TITLE in required and not any(JOB_TITLE in matches for _, matches in fits):
        places = ((each, list_below_title(lines, each, n_first, aliases)) for each in delimiters)
        fits += [_at(lines, each, n, n_first, aliases) for each, n in places if n is not None]
    if not fits:
        raise errors[0]
    # max() keeps the first of equals: a file with one column is read as comma-separated.
    layout, matches = max(fits, key=lambda fit: _score(fit, required))
    missing = next((column for column in required if column not in matches), None)
    if missing is not None:
        tables = [each for each, _ in fits if is_table(lines[each.n_lines_above :], each.delimiter)]
        raise _no_column(path, lines, tables[0] if tables else layout, aliases, missing)
    n_above, is_single = layout.n_lines_above, len(layout.header) == 1
    may_hide_others = is_single and JOB_TITLE in required and matches[JOB_TITLE] != Match.SET
    if may_hide_others and are_undivided(lines, n_above, layout.delimiter, aliases):
        raise no_column(path, layout.header, aliases, JOB_TITLE, n_above + 1)
    if is_single and len(delimiters) > 1:  # no cell of a sheet, no "sep=;"
        layout = replace(layout, is_list=is_list(lines[layout.n_rows_above_records :], delimiters))
    if JOB_TITLE in required and not names_columns_twice(layout.header, layout.further_headers):
        return _below_other_names(path, lines, (layout, matches), aliases)
    return layout, matches


def _no_column(
    path: Source, lines: Sequence[str], layout: Layout, aliases: Aliases, column: str
) -> InputError:
    """Return the error of a file without a header that has the column."""
    for n_above, line in enumerate(lines[1:_MAX_PREAMBLE_LINES], start=1):
        for delimiter in DELIMITERS:
            row = next(parsed_leniently([line], delimiter), [])
            is_other = len(row) > 1 and row not in layout.further_headers
            if is_other and _is_named(match_names([row], {column: aliases[column]}), column):
                if any(map(is_no_name, row)):
                    return answers_in_rows(path, layout.header, row, n_above + 1)
                refuse_names_of_others(path, lines, delimiter, n_above, aliases)
                in_column = is_table(lines, delimiter) and column in match_names([row[:1]], aliases)
                return no_header(path, row, n_above + 1, is_transposed=in_column)
    return no_column(path, layout.header, aliases, column, layout.n_lines_above + 1)


def _first_line(
    path: Source, lines: Sequence[str], delimiter: str, n_first: int, aliases: Aliases
) -> _Fit:
    """Return the layout with the header in the first line."""
    header, *rows = first_rows(path, lines[n_first:], delimiter, n_first) or [[]]
    layout = _layout_of(Layout(delimiter, header, n_first, bool(n_first)), rows, lines, aliases)
    return layout, match_names([layout.header, *layout.further_headers], aliases)


def _layout_of(
    layout: Layout, rows: Sequence[Row], lines: Sequence[str], aliases: Aliases
) -> Layout:
    """Return the layout with what the rows below the header tell; ``lines`` begin with it."""
    if len(layout.header) > 1 and rows and is_rule_line(rows[0]):
        records = [row for row in rows if not is_rule_line(row)]
        return _fitted(replace(layout, has_rules=True), records, lines)
    further = further_headers(layout.header, rows, aliases)
    signs = label_row(layout.header, rows, aliases) or names_below_groups(layout.header, rows)
    is_doubtful = not further and signs != LabelRow.NO
    layout = replace(layout, further_headers=further, may_begin_with_labels=is_doubtful)
    return _fitted(layout, rows[len(further) :], lines)


def _lower_line(
    lines: Sequence[str], delimiter: str, n_first: int, aliases: Aliases, required: Sequence[str]
) -> _Fit | None:
    """Return the layout with other lines above the header, None if there is no sure one.

    The header has the required names, and more of them than any line above it has fields. The text
    of a question is such a name, too, among names alone.
    """
    n_most = 1
    for n_above in range(n_first, min(n_first + _MAX_PREAMBLE_LINES, len(lines))):
        row = next(parsed_leniently(lines[n_above:], delimiter), [])
        n_here = n_filled(row)
        if n_above > n_first and n_here > n_most:
            matches = match_names([row], aliases)
            if _has_all(matches, required) or (
                asks_for_the_job(row) and matches.keys() >= {*required}
            ):
                return _at(lines, delimiter, n_above, n_first, aliases)
        n_most = max(n_most, n_here)
    return None


def _at(lines: Sequence[str], delimiter: str, n_above: int, n_first: int, aliases: Aliases) -> _Fit:
    """Return the layout with the header below so many lines."""
    header, *rows = islice(parsed_leniently(lines[n_above:], delimiter), HEAD_LINES)
    layout = Layout(delimiter, header, n_above, bool(n_first))
    layout = _layout_of(layout, rows, lines[n_above:], aliases)
    return layout, match_names([layout.header, *layout.further_headers], aliases)


def _below_other_names(path: Source, lines: Sequence[str], fit: _Fit, aliases: Aliases) -> _Fit:
    """Return the layout with a later line as the header, where the names found are none."""
    layout = fit[0]
    delimiter, n_first = layout.delimiter, layout.n_lines_above
    places = range(n_first, min(_MAX_PREAMBLE_LINES, len(lines)))
    n_later = later_header(path, lines, delimiter, layout.header, places, aliases)
    is_known = bool(layout.further_headers) or n_later is not None
    n_below = header_below_groups(path, lines, delimiter, n_first, aliases, is_known=is_known)
    n_above = n_below if n_later is None else n_later
    refuse_names_of_others(path, lines, delimiter, n_first if n_above is None else n_above, aliases)
    if n_above is None:
        return fit
    return _at(lines, delimiter, n_above, layout.has_separator_line, aliases)


def _has_all(matches: Mapping[str, Match], required: Sequence[str]) -> bool:
    return all(_is_named(matches, column) for column in required)


def _is_named(matches: Mapping[str, Match], column: str) -> bool:
    return matches.get(column, Match.CONTAINED) < Match.CONTAINED


def _score(fit: _Fit, required: Sequence[str]) -> tuple[int, ...]:
    layout, matches = fit
    return (
        sum(column in matches for column in required),
        sum(_is_named(matches, column) for column in required),
        -layout.n_lines_above,
        len(matches),
        len(layout.header),
    )


def _fitted(layout: Layout, rows: Sequence[Row], lines: Sequence[str]) -> Layout:
    """Return the layout for rows that all are longer than the header, where that is certain.

    Some programs end every row with a delimiter. The rows of R begin with their names "1", "2", ….
    """
    records = [row for row in rows if row]
    n = len(layout.header)
    widths = {len(row) for row in records}
    n_surplus = widths.pop() - n if len(widths) == 1 else 0
    if n_surplus < 1:
        return layout
    if len(records) > 1 and not any(cell.strip() for row in records for cell in row[n:]):
        return replace(layout, n_surplus=n_surplus)
    has_row_names = n_surplus == 1 and any(line.startswith('"1"') for line in lines)
    if has_row_names and [row[0] for row in records] == [str(i + 1) for i in range(len(records))]:
        further_headers = tuple(["", *row] for row in layout.further_headers)
        header = ["", *layout.header]
        return replace(layout, header=header, further_headers=further_headers, has_row_names=True)
    return layout


def read_records(path: Source, encoding: str, layout: Layout) -> Iterator[tuple[int, Row]]:
    """Yield (first line, fields) of every record after the header; a blank line has no fields."""
    with open_text(path, encoding) as file:
        for _ in range(layout.n_lines_above):
            file.readline()
        records = parsed_rows(path, file, layout.delimiter, layout.n_lines_above)
        for line, row in islice(records, 1 + len(layout.further_headers), None):
            row = [layout.delimiter.join(row)] if layout.is_list and row else row
            yield line, [] if layout.has_rules and is_rule_line(row) else row
