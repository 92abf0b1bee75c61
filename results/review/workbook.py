"""``review.xlsx``: the questions as a workbook in which only the answers can be changed.

Every cell is text or a number, never a formula. The header's names are those of ``review.csv``:
saved as CSV, the first sheet is a corrections file. A second sheet has the 436 unit groups, a third
says what to do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.corrections import CORRECTED, N_RECORDS, NOT_CODABLE, PREDICTED, SAMPLED
from core.csv_table import neutralise
from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08
from results.review.review_item import ReviewItem

REVIEW_WORKBOOK = "review.xlsx"
# Header and width in characters; 0 is hidden. The drop-down offers all the choices of its row.
_N_CHOICES = N_REVIEW_CANDIDATES + 2
_COLUMNS = {
    "job_title": 34, "duties_description": 46, N_RECORDS: 11, SAMPLED: 20, PREDICTED: 15,
    "predicted_title": 34, "confidence": 11, CORRECTED: 40,
    **{f"choice_{k}": 34 if k <= N_REVIEW_CANDIDATES else 0 for k in range(1, _N_CHOICES + 1)},
    "text": 0,
}  # fmt: skip
_ANSWER = list(_COLUMNS).index(CORRECTED)
_MAX_WORDS_CHARS = 2_000
_LINE_POINTS, _MAX_LINES = 15, 8
_HELP = (
    "Fill in corrected_isco_code, the only column that can be changed.",
    "Choose from the drop-down, which offers the candidates, their group and 'not codable'; or "
    "type any code of the sheet 'codes'.",
    "Type 3 digits where 3 digits are all one can say, 'not codable' where no code fits. What is "
    "left empty stays as it is.",
    "An answer that turns red is no code of ISCO-08.",
    "Rows with a batch under 'sampled' were autocoded and drawn at random: please decide these "
    "too, also by choosing the code that is shown. They are how the agreement is known.",
    "Save the workbook, or its first sheet as CSV, and drop it into the inbox.",
)


def write_workbook(questions: Sequence[ReviewItem], path: Path, notes: Sequence[str]) -> None:
    """Write ``questions`` in their order; ``notes`` are put before the help. Raises OSError."""
    try:
        _write_book(questions, path, notes)
    except FileCreateError as error:  # what it wraps: a full disk is no fault of the file
        raise error.args[0] from None


def _write_book(questions: Sequence[ReviewItem], path: Path, notes: Sequence[str]) -> None:
    # Titles of groups stand there many times: kept in memory, each is written once.
    with xlsxwriter.Workbook(path, {"tmpdir": str(path.parent)}) as book:
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#E8EDF2"}
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        code = book.add_format({"num_format": "@", "valign": "top"})
        answer = book.add_format(
            {
                "num_format": "@",
                "valign": "top",
                "locked": False,
                "bg_color": "#FFF8DC",
                "border": 1,
                "border_color": "#C3CAD2",
            }
        )
        wrong = book.add_format({"bg_color": "#F6C4BA"})
        share = book.add_format({"num_format": "0%", "valign": "top"})
        sheet = book.add_worksheet("review")
        _lay_out(sheet, len(questions), wrong)
        sheet.write_row(0, 0, _COLUMNS, head)
        formats = {
            PREDICTED: code, SAMPLED: code, "text": code, CORRECTED: answer, "confidence": share,
        }  # fmt: skip
        for number, question in enumerate(questions, start=1):
            cells = _cells(question)
            sheet.set_row(number, _LINE_POINTS * _n_lines(cells))
            for column, (name, value) in enumerate(zip(_COLUMNS, cells, strict=True)):
                if value != "" or column == _ANSWER:
                    _write(sheet, number, column, value, formats.get(name, wrapped))
        _write_codes(book.add_worksheet("codes"), head, code)
        _write_help(book.add_worksheet("help"), notes, wrapped)


def _write(sheet: Worksheet, row: int, column: int, value: str | float, style: Format) -> None:
    if not isinstance(value, str):
        sheet.write_number(row, column, value, style)
    elif value:
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_blank(row, column, None, style)


def _lay_out(sheet: Worksheet, n_rows: int, wrong: Format) -> None:
    """Widths, frozen header, protection, the drop-down, and red for what is no code."""
    for column, width in enumerate(_COLUMNS.values()):
        sheet.set_column(column, column, width or None, None, {} if width else {"hidden": True})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(n_rows, 1), len(_COLUMNS) - 1)
    # Against slips, not against people: there is no password.
    allowed = ("autofilter", "format_columns", "format_rows", "sort")
    sheet.protect("", dict.fromkeys(allowed, True))
    sheet.set_landscape()
    sheet.print_area(0, 0, n_rows, _ANSWER)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if not n_rows:
        return
    first, last = (xlsxwriter.utility.xl_col_to_name(_ANSWER + k) for k in (1, _N_CHOICES))
    choices = {
        "validate": "list", "source": f"=${first}2:${last}2",
        "show_error": False,  # any other code of the 436 may be typed
    }  # fmt: skip
    sheet.data_validation(1, _ANSWER, n_rows, _ANSWER, choices)
    cell = f"${xlsxwriter.utility.xl_col_to_name(_ANSWER)}2"
    is_wrong = (
        f'=AND({cell}<>"",LOWER({cell})<>"{NOT_CODABLE}",'
        f'COUNTIF(codes!$A$2:$C$437,LEFT({cell},FIND(" ",{cell}&" ")-1))=0)'
    )
    sheet.conditional_format(
        1, _ANSWER, n_rows, _ANSWER, {"type": "formula", "criteria": is_wrong, "format": wrong}
    )


def _cells(question: ReviewItem) -> list[str | float]:
    titles, prediction = isco08().titles, question.prediction
    choices = [code for code, _ in prediction.candidates] + [prediction.minor_code]
    return [
        _words(question.job_title),
        _words(question.duties_description),
        question.n_records,
        question.sampled,
        prediction.isco_code,
        titles[prediction.isco_code],
        round(prediction.confidence, 4),
        "",
        *(f"{code} {titles[code]}" for code in choices),
        NOT_CODABLE,
        question.text,
    ]


def _n_lines(cells: Sequence[str | float]) -> int:
    """How high a row must be: not every program fits it to wrapped text when it opens the file."""
    widths = (width or math.inf for width in _COLUMNS.values())
    needed = [math.ceil(len(str(cell)) / width) for cell, width in zip(cells, widths, strict=True)]
    return min(max(needed), _MAX_LINES)


def _words(words: str) -> str:
    """What a person said, cut where it grows out of the screen, safe also when saved as CSV."""
    shown = words if len(words) <= _MAX_WORDS_CHARS else words[:_MAX_WORDS_CHARS] + " …"
    return neutralise(shown)


def _write_codes(sheet: Worksheet, head: Format, code: Format) -> None:
    sheet.write_row(0, 0, ("code", "title", "group", "title of the group"), head)
    for row, unit in enumerate(isco08().units, start=1):
        minor = unit[:3]
        for column, text in enumerate((unit, isco08().title(unit), minor, isco08().title(minor))):
            sheet.write_string(row, column, text, code)
    for column, width in enumerate((8, 62, 8, 62)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(isco08().units), 3)
    sheet.protect("", {"autofilter": True, "format_columns": True})


def _write_help(sheet: Worksheet, notes: Sequence[str], wrapped: Format) -> None:
    sheet.set_column(0, 0, 90)
    for row, line in enumerate((*notes, *_HELP)):
        sheet.write_string(row, 0, line, wrapped)
    sheet.protect()
