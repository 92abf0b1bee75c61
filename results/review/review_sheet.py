"""The sheet of the review in its workbook, whose rows are written as XML and not cell by cell.

xlsxwriter checks, keeps and formats each cell on its own, which takes longer than all other files
of a result. The rows of a review have the same columns and formats: here each is one text. All that
surrounds the rows is xlsxwriter's.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_MAX_UNITS = 32_767  # of UTF-16, in a cell
_LINE_POINTS = 15
Cell = str | float | None
"""A text, a number, ``""`` for an empty cell that has a format, or None for no cell."""


class ReviewSheet(Worksheet):
    """A worksheet whose rows below the header are added whole."""

    def __init__(self) -> None:
        super().__init__()
        self._formats: Sequence[Format] = ()
        self._letters: list[str] = []
        self._added_rows: list[tuple[int, list[Cell]]] = []
        self._added_links: list[str] = []
        self._is_written = False

    def set_formats(self, formats: Sequence[Format]) -> None:
        """Set the format of each column, that of its cells below the header."""
        self._formats = formats
        self._letters = [xl_col_to_name(column) for column in range(len(formats))]

    def add_row(self, cells: Sequence[Cell], n_lines: int) -> None:
        """Add a row below the others, as high as so many lines; ``cells`` has all columns."""
        # As xlsxwriter does: a text is kept once in the workbook, and a cell has its number.
        number_of = self.str_table._get_shared_string_index
        numbered: list[Cell] = [
            str(number_of(_within_cell(cell))) if isinstance(cell, str) and cell else cell
            for cell in cells
        ]
        self._added_rows.append((n_lines, numbered))
        self._check_dimensions(len(self._added_rows), len(cells) - 1)

    def link_to(self, place: str, text: str, tip: str) -> str:
        """Return a link to a place in the workbook, for a cell that has this text.

        ``tip`` is shown beside the pointer; it may be empty.
        """
        attributes = {"location": place, "tooltip": tip, "display": text}
        return "".join(
            f' {name}="{self._escape_attributes(value)}"'
            for name, value in attributes.items()
            if value
        )

    def add_link(self, column: int, link: str) -> None:
        """Add a link, see ``link_to``, to a cell of the row that was added last."""
        cell = f"{self._letters[column]}{len(self._added_rows) + 1}"
        self._added_links.append(f'<hyperlink ref="{cell}"{link}/>')

    @property
    def is_written(self) -> bool:
        """Whether the rows are in the workbook: xlsxwriter calls what is overridden here."""
        return self._is_written

    def _write_rows(self) -> None:
        super()._write_rows()  # the header
        # An index of a format is known once the workbook is put together.
        starts = [f'<c r="{letters}' for letters in self._letters]
        ends = [f'" s="{cell_format._get_xf_index()}"' for cell_format in self._formats]
        spans = f"1:{len(self._formats)}"
        for row, (n_lines, cells) in enumerate(self._added_rows, start=2):
            points = _LINE_POINTS * n_lines
            height = f' ht="{points}" customHeight="1"' if n_lines > 1 else ""
            parts = [f'<row r="{row}" spans="{spans}"{height}>']
            for start, end, cell in zip(starts, ends, cells, strict=True):
                if cell:
                    kind = ' t="s"' if isinstance(cell, str) else ""
                    value = cell if isinstance(cell, str) else f"{cell:.16G}"
                    parts.append(f"{start}{row}{end}{kind}><v>{value}</v></c>")
                elif cell is not None:
                    blank = "/>" if cell == "" else "><v>0</v></c>"
                    parts.append(f"{start}{row}{end}{blank}")
            parts.append("</row>")
            self.fh.write("".join(parts))
        self._is_written = True

    def _write_hyperlinks(self) -> None:
        if self._added_links:
            self._xml_start_tag("hyperlinks")
            self.fh.write("".join(self._added_links))
            self._xml_end_tag("hyperlinks")


def _within_cell(text: str) -> str:
    """Return a text without what a cell of a workbook cannot hold: its end."""
    if len(text) <= _MAX_UNITS // 2:
        return text
    return text.encode("utf-16-le")[: 2 * _MAX_UNITS].decode("utf-16-le", "ignore")
