"""``review.xlsx``: the review items in a workbook in which only the decisions can be changed.

Every cell is text or a number, never a formula. The column names are those of ``review.csv``: saved
as CSV, the first sheet is a corrections file. The second sheet lists the 436 unit groups, the third
is the help.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from core.corrections.correction import NOT_CODABLE, WITHDRAWN
from core.csv_writer import neutralise
from core.isco_titles.group_titles import titles_in
from core.languages.message import Message
from core.languages.page_language import PageLanguage, page_language
from core.review_contract import (
    CHOICE_COLUMNS,
    CODED_AT,
    CODED_LIKE,
    CODER,
    COMMENT,
    CONFIDENCE,
    CONTEXT_MARK,
    CORRECTED,
    MAX_SHOWN_CHARS,
    N_RECORDS,
    N_REVIEW_CANDIDATES,
    PREDICTED,
    PREDICTED_TITLE,
    SAMPLED,
    SEVERAL,
    TEXT,
)
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from results.review.lookup_sheets import (
    CODE_COLUMNS,
    CODES_SHEET,
    links_to_groups,
    write_codes,
    write_help,
)
from results.review.presentation import Display
from results.review.review_item import ReviewItem
from results.review.sheet_rows import Cell, SheetRows, n_lines, write_with_rows

_CHOICE_WIDTH = 34
_HIDDEN = 0
_CONTEXT_WIDTH = 22
# The columns and their widths in characters. Those of the context stand behind the duties.
_WIDTHS = {
    JOB_TITLE: 34,
    DUTIES: 46,
    N_RECORDS: 11,
    SAMPLED: 20,
    PREDICTED: 15,
    PREDICTED_TITLE: 34,
    CONFIDENCE: 11,
    CODED_LIKE: 34,
    CORRECTED: 40,
    CODER: 14,
    CODED_AT: 18,
    COMMENT: 34,
    **dict.fromkeys(CHOICE_COLUMNS[:N_REVIEW_CANDIDATES], _CHOICE_WIDTH),
    **dict.fromkeys(CHOICE_COLUMNS[N_REVIEW_CANDIDATES:], _HIDDEN),
    TEXT: _HIDDEN,
    SEVERAL: _HIDDEN,
}
_NOT_CODABLE = Message("not codable")
_ANSWER = {CORRECTED, CODER, CODED_AT, COMMENT}
# What the header cells of the columns say when they are chosen.
_HEADER_HELP = {
    JOB_TITLE: Message("The job title, as the respondent gave it."),
    DUTIES: Message("The duties, as the respondent gave them."),
    N_RECORDS: Message("So many records have this text. The decision is valid for all of them."),
    SAMPLED: Message("A batch stands here where the record was autocoded and drawn at random."),
    PREDICTED: Message("The code that the model gave: 4 digits, or fewer where it was unsure."),
    PREDICTED_TITLE: Message("The title of the predicted code."),
    CONFIDENCE: Message("The probability that the best unit group is right."),
    CODED_LIKE: Message("Texts like this one that a coder decided, and their codes."),
    CORRECTED: Message("Your decision: choose from the list, or type a code of the sheet “codes”."),
    CODER: Message("Your name or your initials, in one row at least."),
    CODED_AT: Message("When you decided; it may stay empty."),
    COMMENT: Message("A remark; it may stay empty."),
}
_HELP = (
    Message("Fill in the column corrected_isco_code. Only the coloured columns can be changed."),
    Message(
        "Write your name or your initials once, into any row of the column coder. A comment may "
        "say why."
    ),
    Message(
        "Choose a value of the drop-down list: the candidates, their group, or “not codable”. Or "
        "type any code of the sheet “codes”."
    ),
    Message(
        "Type a code of 3 digits if the text does not say more. Type “not codable” if no code "
        "fits. A row without a decision changes nothing."
    ),
    Message(
        "Type “withdraw” to take back whatever was answered about this text before, by whomever: "
        "the model codes it again."
    ),
    Message("A decision that turns red is not a code of ISCO-08."),
    Message(
        "A row with a batch in the column “sampled” was autocoded and drawn at random. Please "
        "decide it, too. Its code is not shown, and the candidates stand in the order of their "
        "codes: the agreement rate is estimated from these rows."
    ),
    Message("Save the workbook, or its first sheet as CSV. Put the file into the inbox."),
)


def write_workbook(items: Sequence[ReviewItem], path: Path, display: Display) -> None:
    """Write ``items`` in their order, with what ``display`` has for them.

    What is read back is the same in every language. Raises OSError.
    """
    spoken = page_language(display.language)
    widths = _widths(display.context)
    without_rows = BytesIO()
    with xlsxwriter.Workbook(without_rows, {"in_memory": True}) as book:
        header_format = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#E8EDF2"}
        )
        text_format = book.add_format({"text_wrap": True, "valign": "top"})
        code_format = book.add_format({"num_format": "@", "valign": "top"})
        decision_format = book.add_format(
            {
                "num_format": "@",
                "valign": "top",
                "locked": False,
                "bg_color": "#FFF8DC",
                "border": 1,
                "border_color": "#C3CAD2",
            }
        )
        link_format = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#14507F"})
        invalid_format = book.add_format({"bg_color": "#F6C4BA"})
        percent_format = book.add_format({"num_format": "0%", "valign": "top"})
        formats = {
            PREDICTED: code_format,
            SAMPLED: code_format,
            TEXT: code_format,
            **dict.fromkeys(_ANSWER, decision_format),
            CONFIDENCE: percent_format,
            **dict.fromkeys(CHOICE_COLUMNS[:N_REVIEW_CANDIDATES], link_format),
        }
        sheet = book.add_worksheet("review")
        _lay_out(sheet, widths, len(items))
        words = {NOT_CODABLE, spoken.gettext(_NOT_CODABLE), WITHDRAWN}
        _add_decision_rules(sheet, widths, len(items), sorted(words), invalid_format)
        sheet.write_row(0, 0, widths, header_format)
        _add_header_help(sheet, widths, spoken)
        rows = _rows(items, widths, display)
        rows.reserve(sheet, [formats.get(name, text_format) for name in widths])
        codes = write_codes(
            book.add_worksheet(CODES_SHEET), display, header_format, code_format, text_format
        )
        lines = (*display.notes, *_HELP, display.group_notes.source)
        write_help(
            book.add_worksheet("help"), [spoken.gettext(line) for line in lines], text_format
        )
    write_with_rows(without_rows, path, {1: rows, 2: codes})


def _rows(items: Sequence[ReviewItem], widths: Mapping[str, int], display: Display) -> SheetRows:
    """Return the row of each item, with links from its candidates to their unit groups."""
    rows = SheetRows()
    links, titles = links_to_groups(display), titles_in(display.language)
    labels = {code: f"{code} {title}" for code, title in titles.items()}
    for item in items:
        codes = [code for code, _ in item.shown_candidates]
        cells = _cells(item, [labels[code] for code in codes], labels, titles, display.coder)
        rows.add(cells, n_lines(cells, widths.values()))
        for column, code in enumerate(codes, _first_choice(widths)):
            rows.add_link(column, links[code])
    return rows


def _widths(context: Sequence[str]) -> dict[str, int]:
    """Return the columns in their order, each with its width."""
    texts = {name: _WIDTHS[name] for name in (JOB_TITLE, DUTIES)}
    return {**texts, **{CONTEXT_MARK + name: _CONTEXT_WIDTH for name in context}, **_WIDTHS}


def _first_choice(widths: Mapping[str, int]) -> int:
    """Return the position of the first choice of the drop-down list."""
    return list(widths).index(CHOICE_COLUMNS[0])


def _lay_out(sheet: Worksheet, widths: Mapping[str, int], n_rows: int) -> None:
    """Set the widths, the frozen header, the filter, the protection and the print layout."""
    for column, width in enumerate(widths.values()):
        options = {"hidden": True} if width == _HIDDEN else {}
        sheet.set_column(column, column, width or None, None, options)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(n_rows, 1), len(widths) - 1)
    # Protection against mistakes, not against people: there is no password.
    allowed = ("autofilter", "format_columns", "format_rows", "sort")
    sheet.protect("", dict.fromkeys(allowed, True))
    sheet.set_landscape()
    sheet.print_area(0, 0, n_rows, _first_choice(widths) - 1)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _add_header_help(sheet: Worksheet, widths: Mapping[str, int], language: PageLanguage) -> None:
    """Say what a column is when its header is chosen: its name stays, because it is read back."""
    for column, name in enumerate(widths):
        if name in _HEADER_HELP:
            text = language.gettext(_HEADER_HELP[name])
            sheet.data_validation(
                0,
                column,
                0,
                column,
                {"validate": "any", "input_title": name, "input_message": text},
            )


def _add_decision_rules(
    sheet: Worksheet,
    widths: Mapping[str, int],
    n_rows: int,
    words: Iterable[str],
    invalid_format: Format,
) -> None:
    """Add the drop-down list of each row, and the red of a decision that is no code or word."""
    if not n_rows:
        return
    decision = list(widths).index(CORRECTED)
    first_choice = xl_col_to_name(_first_choice(widths))
    last_choice = xl_col_to_name(_first_choice(widths) + len(CHOICE_COLUMNS) - 1)
    choices = {
        "validate": "list",
        "source": f"=${first_choice}2:${last_choice}2",
        "show_error": False,  # any other code may be typed
    }
    sheet.data_validation(1, decision, n_rows, decision, choices)
    cell = f"${xl_col_to_name(decision)}2"
    is_no_word = ",".join(f'LOWER({cell})<>"{word}"' for word in ("", *words))
    # Not by COUNTIF, which takes "22*" for every code that begins so.
    first_word = f'LEFT({cell},FIND(" ",{cell}&" ")-1)'
    codes = "+".join(f"({CODES_SHEET}!${x}$2:${x}$437={first_word})" for x in CODE_COLUMNS)
    is_invalid = f"=AND({is_no_word},SUMPRODUCT({codes})=0)"
    rule = {"type": "formula", "criteria": is_invalid, "format": invalid_format}
    sheet.conditional_format(1, decision, n_rows, decision, rule)


def _cells(
    item: ReviewItem,
    candidates: Sequence[str],
    labels: Mapping[str, str],
    titles: Mapping[str, str],
    coder: str,
) -> list[Cell]:
    """Return the values of a row in the order of the columns; the answer has empty cells."""
    # The minor group is that of the best candidate.
    groups = [] if item.is_blind else [labels[item.prediction.minor_code]]
    choices: list[Cell] = [*candidates, *groups, NOT_CODABLE]
    similar = [f"{one.shown_text}: {labels[one.code]}" for one in item.shown_similar]
    return [
        _shortened(item.job_title) or None,
        _shortened(item.duties_description) or None,
        *(_shortened(value) or None for value in item.context),
        item.n_records,
        item.sampled or None,
        item.shown_code or None,
        titles.get(item.shown_code),
        None if item.is_blind else round(item.prediction.confidence, 4),
        "\n".join(map(_shortened, similar)) or None,
        "",
        coder,
        "",
        "",
        *choices,
        *[None] * (len(CHOICE_COLUMNS) - len(choices)),
        item.text,
        item.several_occupations or None,
    ]


def _shortened(text: str) -> str:
    """Return a field of the input so that it fits a screen, and runs in no spreadsheet."""
    cut = text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + " …"
    return neutralise(cut)
