"""The errors of a delimited text file, each with its cause."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence

from core.columns.column_choice import Aliases, match_names
from core.columns.header_names import Match, names_another
from core.columns.header_words import usual_names
from core.columns.other_jobs import is_name_of_another_job
from core.columns.shown_names import listed, shown_text
from core.columns.value_kinds import is_no_name
from core.errors import LINE, SETTINGS_FILE, InputError
from core.formats.source import Source
from core.languages.message import Message
from core.settings_file.text_columns import JOB_TITLE, TEXT_COLUMNS

DELIMITERS = {
    ",": Message("comma"),
    ";": Message("semicolon"),
    "\t": Message("tab"),
    "|": Message("pipe"),
}
MAX_FIELD_CHARS = 1_000_000

_UNQUOTED = "Remove the quotes around whole lines, or export the file again."

OTHER_DELIMITERS = {
    ":": "a colon",
    "^": "^",
    "~": "~",
    "!": "!",
    "#": "#",
    "  ": "spaces",
    "،": "Arabic commas",
    "؛": "Arabic semicolons",
    "，": "full-width commas",
    "；": "full-width semicolons",
    "｜": "full-width pipes",
    "、": "ideographic commas",
}
"""Signs that some programs write between fields, and that are not read."""
_N_SHOWN_NAMES = 8
_RENAME = "Rename the column."
_RENAME_OR_NAME = f"Rename the column, or name it in data.columns in {SETTINGS_FILE}."
_WITH_QUESTIONS = (
    "Or export the answers with the texts of the questions as the names of the columns."
)
_WITHOUT_NAMES = (
    f"Write them into the first {LINE}; if the file has no records either, check that the export "
    "or copy finished."
)
# Numbers of questions and of variables: G2Q1, v716, PL051, Q12_3.
_VARIABLE = re.compile(r"[A-Za-z]{1,4}_?\d[A-Za-z0-9_\[\].]*")
_MIN_VARIABLES = 2
_PADDED = re.compile(r"\w {3,}\w")  # a field that is filled up with spaces, and the next one
_WIDELY_PADDED = re.compile(r"\w {8,}\w")  # also where a text in the line has a comma
# Quotes that are text: those with a space before them, and single ones that no other one closes.
_FOREIGN_QUOTE = re.compile(r"""\s+"|\s*'\S[^']*$""")
_FIXED_WIDTHS = (
    "no delimiter, and spaces as in data whose columns have fixed widths",
    "Export the table as text with tabs, Stata (.dta) or SPSS (.sav), with the names of the "
    "columns (in CSPro: Export Data; in Blaise: Manipula with a SEPARATOR).",
)


def csv_error(path: Source, line: int, message: str) -> InputError:
    """Return what an error of the csv module means; ``line`` is where the record starts."""
    if "unexpected end of data" in message:
        return InputError(
            path,
            f"a quote opened in the record of line {line} that is never closed",
            expected='every opening " to have its closing "',
            remedy="Close the quote, or double a quote that is part of the text.",
            line=line,
        )
    if "field larger than field limit" in message:
        return InputError(
            path,
            f"a field of more than {MAX_FIELD_CHARS:,} characters",
            expected="shorter fields",
            remedy="Check for a quote that is opened there and closed much later, or never.",
            line=line,
        )
    return InputError(
        path,
        f"a quoted field that goes on after its closing quote ({message})",
        expected="a delimiter or the end of the line after a closing quote",
        remedy="Double a quote that is part of the text, also where a backslash stands before it "
        '(\\"), and check for an unclosed one.',
        line=line,
    )


def wrong_width(
    path: Source, line: int, row: Sequence[str], header: Sequence[str], delimiter: str
) -> InputError:
    """Return the error of a record with more or fewer fields than the header."""
    found = "1 field" if len(row) == 1 else f"{len(row)} fields"
    remedy = (
        "Put a field that contains the delimiter or a line break in quotes, or export the file "
        "again."
    )
    if len(row) > len(header) and any(map(_FOREIGN_QUOTE.match, row)):
        remedy = (
            'Write " around a field that contains the delimiter, without a space before it, or '
            "export the file again."
        )
    if len(row) < len(header):
        remedy = (
            "Remove the line if it is no record, such as a total; or put a field with a line break "
            "in quotes, or export the file again."
        )
    if len(row) == 1:
        for other, name in DELIMITERS.items():
            if len(row[0].split(other)) != len(header):
                continue
            if other == delimiter:
                found += f" (the line is in quotes as a whole, with {name}s in them)"
                remedy = _UNQUOTED
            else:
                found += f" (the line has {name}s, and the header has {DELIMITERS[delimiter]}s)"
                remedy = (
                    "Use one delimiter throughout the file, or remove the line if it is no record."
                )
            break
    return InputError(
        path, found, expected=f"{len(header)} as in the header", remedy=remedy, line=line
    )


def no_column(
    path: Source,
    header: Sequence[str],
    aliases: Aliases,
    column: str,
    line: int | None,
    labels: Iterable[str] = (),
) -> InputError:
    """Return the error of a header without a column that must be there.

    ``labels`` are further names of the columns: the texts of the questions.
    """
    wanted = {column: aliases[column]}
    remedy = _RENAME_OR_NAME if column in TEXT_COLUMNS else _RENAME
    n_variables = sum(_VARIABLE.fullmatch(name.strip()) is not None for name in header)
    if n_variables >= _MIN_VARIABLES:
        remedy = f"{remedy} {_WITH_QUESTIONS}"
    is_list = column == JOB_TITLE and len(header) == 1 and line is not None
    if value := next(filter(is_no_name, header), header[0] if is_list else ""):
        remedy = (
            f"{remedy} If the first {LINE} ({shown_text(value)!r}) is a record, add a {LINE} with "
            "the names of the columns above it."
        )
    others = [
        name
        for name in [*header, *labels]
        if column == JOB_TITLE and (names_another(name, column) or is_name_of_another_job(name))
    ]
    if others:
        remedy = f"{remedy} Not read, since their names say something else: {listed(others)}."
    found = "the columns " + listed(header)
    if not any(map(str.strip, header)):
        found, remedy = "no names of columns", _WITHOUT_NAMES
    cause = _other_delimiter(header[0], wanted) if len(header) == 1 else None
    if cause is None and any(map(_WIDELY_PADDED.search, header)):
        cause = _FIXED_WIDTHS
    if cause is not None:
        found, remedy = f"{found}: {cause[0]}", cause[1]
    names = [*aliases[column], column, *usual_names(column)]
    shown = ", ".join(dict.fromkeys(names[:_N_SHOWN_NAMES]))
    more = ", …" if len(names) > _N_SHOWN_NAMES else ""
    return InputError(
        path,
        found,
        expected=f"a column {column!r}, under one of the names {shown}{more}, in the first {LINE}",
        remedy=remedy,
        line=line,
    )


def _other_delimiter(header: str, wanted: Aliases) -> tuple[str, str] | None:
    """Return the cause, and the remedy, where the one name is a line of several names."""
    line = " ".join(header.splitlines())
    for delimiter, name in DELIMITERS.items():
        inner = next(csv.reader([line], delimiter=delimiter), [])
        if len(inner) > 1 and _is_named(inner, wanted):
            return (
                f"each {LINE} is one field with {name}s in it",
                f"{_UNQUOTED} In a workbook divide the column (in Excel: Data, Text to Columns).",
            )
    for delimiter, sign in OTHER_DELIMITERS.items():
        names = [part for part in header.split(delimiter) if part.strip()]
        if len(names) > 1 and _is_named(names, wanted):
            return (
                f"fields with {sign} between them",
                "Save the file with commas, semicolons, tabs or | between the fields.",
            )
    return _FIXED_WIDTHS if _PADDED.search(line) else None


def _is_named(names: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> bool:
    return any(match < Match.CONTAINED for match in match_names([names], wanted).values())


def no_header(
    path: Source, row: Sequence[str], line: int, *, is_transposed: bool = False
) -> InputError:
    """Return the error of a header that stands below the first line, without being sure.

    ``is_transposed``: a line of the table may be a column, with its name in the first cell.
    """
    remedy = f"Remove the {LINE}s above {LINE} {line}."
    if is_transposed:
        remedy = (
            "If the names of the columns stand below one another, with a record in each column, "
            "transpose the table (in a spreadsheet: copy it, Paste Special, Transpose). Otherwise "
            f"remove the {LINE}s above {LINE} {line}."
        )
    return InputError(
        path,
        f"names of columns in {LINE} {line} ({listed(row)}), and other {LINE}s above them",
        expected=f"the header in the first {LINE}",
        remedy=remedy,
        line=line,
    )


def answers_in_rows(
    path: Source, header: Sequence[str], row: Sequence[str], line: int
) -> InputError:
    """Return the error of a table whose records name a question, as where each answer has a row."""
    return InputError(
        path,
        f"the columns {listed(header)}, and in {LINE} {line} ({listed(row)}) the name of a column "
        "beside a number",
        expected=f"a column {JOB_TITLE!r}, in the first {LINE}, and a row for each record",
        remedy="If each answer has a row of its own, give each person one row, with a column for "
        f"each question. Otherwise rename the column of the titles to {JOB_TITLE!r}.",
        line=line,
    )


class TwoHeadersError(InputError):
    """Two lines of a file may be its header."""


def two_headers(
    path: Source, first: Sequence[str], first_line: int, row: Sequence[str], line: int
) -> TwoHeadersError:
    """Return the error of two lines with the names of columns, of which neither is sure."""
    return TwoHeadersError(
        path,
        f"names of columns in {LINE} {first_line} ({listed(_filled(first))}) and in {LINE} {line} "
        f"({listed(_filled(row))})",
        expected="one header, and the records below it",
        remedy=f"If {LINE} {line} is the header, remove the {LINE}s above it. Otherwise put what "
        f"begins in {LINE} {line} into a file of its own.",
        line=line,
    )


def another_table(path: Source, row: Sequence[str], line: int) -> InputError:
    """Return the error of a line with the names of another table's columns, below the records."""
    return InputError(
        path,
        f"the names of other columns below the records ({listed(_filled(row))})",
        expected="one table",
        remedy="Put the table that begins there into a file of its own, or remove it.",
        line=line,
    )


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell.strip()]
