"""The sheets of ``review.xlsx`` beside the review: the unit groups, and the help."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.isco_titles.group_notes import NOTE_PARTS, GroupNote
from core.isco_titles.group_titles import titles_in
from core.languages.message import Message
from core.languages.page_language import page_language
from core.taxonomy import MINOR, isco08
from results.review.follow_up import cut
from results.review.presentation import Display
from results.review.sheet_rows import LINE_POINTS, SheetRows, link_to, n_lines

CODES_SHEET = "codes"
CODE_COLUMNS = "AC"
"""The columns of that sheet that have codes of unit groups, and of their minor groups."""
_HEADER = (Message("code"), Message("title"), Message("group"), Message("title of the group"))
_WIDTHS = (8, 62, 8, 62)
_PART_HEADERS = dict(
    zip(
        NOTE_PARTS,
        (
            Message("what the group is"),
            Message("tasks"),
            Message("belongs here"),
            Message("is elsewhere"),
            Message("job titles"),
        ),
        strict=True,
    )
)
_PART_WIDTH = 70
_HELP_WIDTH = 90
_MAX_TIP_CHARS = 255  # of a spreadsheet


def links_to_groups(display: Display) -> dict[str, str]:
    """Return the link from a candidate to the row of its unit group, by the unit group.

    The tip of the link is what is said about the group.
    """
    titles, notes = titles_in(display.language), display.group_notes.by_code
    return {
        unit: link_to(
            f"'{CODES_SHEET}'!A{row}",
            f"{unit} {titles[unit]}",
            cut(notes.get(unit, GroupNote()).description, _MAX_TIP_CHARS),
        )
        for row, unit in enumerate(isco08().units, start=2)
    }


def write_codes(
    sheet: Worksheet,
    display: Display,
    header_format: Format,
    code_format: Format,
    text_format: Format,
) -> SheetRows:
    """Write the header, and return the 436 unit groups with titles and what is said about them."""
    titles, spoken = titles_in(display.language), page_language(display.language)
    units = isco08().units
    notes = [display.group_notes.by_code.get(unit, GroupNote()) for unit in units]
    parts = [name for name in NOTE_PARTS if any(getattr(note, name) for note in notes)]
    header = [*_HEADER, *(_PART_HEADERS[name] for name in parts)]
    sheet.write_row(0, 0, [spoken.gettext(name) for name in header], header_format)
    widths = (*_WIDTHS, *(_PART_WIDTH for _ in parts))
    rows = SheetRows()
    for unit, note in zip(units, notes, strict=True):
        minor = unit[:MINOR]
        texts = (unit, titles[unit], minor, titles[minor], *(getattr(note, p) for p in parts))
        rows.add([text or None for text in texts], n_lines(texts, widths))
    rows.reserve(sheet, [code_format, text_format] * 2 + [text_format] * len(parts))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(units), len(header) - 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return rows


def write_help(sheet: Worksheet, lines: Sequence[str], text_format: Format) -> None:
    """Write the notes and the help, a line in each row."""
    sheet.set_column(0, 0, _HELP_WIDTH)
    for row, line in enumerate(lines):
        sheet.set_row(row, LINE_POINTS * n_lines([line], [_HELP_WIDTH]))
        sheet.write_string(row, 0, line, text_format)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.protect()
