"""Tell the header of a table from a line above it that has a name of the titles, too.

Such lines are a filter ("Job title:", "all"), the head of a few key figures, or the names of groups
of columns. If it is not certain which line is the header, the file is refused: a wrong choice
codes another column, or loses records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.columns.column_choice import Aliases, best_position, match_names
from core.columns.header_names import Match, column_key, keys_of
from core.columns.value_kinds import is_no_name, is_number_or_code
from core.delimited.format_errors import two_headers
from core.delimited.parsed_lines import n_filled, parsed_leniently
from core.formats.source import Row, Source
from core.settings_file.text_columns import JOB_TITLE

_MAX_KEY_FIGURES = 5  # more rows are the records of a table of their own
_MAX_TITLE_LINES = 5  # more are the titles of a list without a name


@dataclass(frozen=True)
class _First:
    """The line that was taken for the header, the rows between it and a later line, and our names.

    ``title`` is the position of its name of the titles.
    """

    header: Row
    between: Sequence[Row]
    title: int | None
    matches: Mapping[str, Match]

    @property
    def is_filter(self) -> bool:
        """Whether each second cell is a name with a colon: "Job title:", "all"."""
        marked = [_is_marked(cell) for cell in self.header if cell.strip()]
        return len(marked) > 1 and all(marked[::2]) and not any(marked[1::2])

    @property
    def is_apart(self) -> bool:
        """Whether an empty row follows."""
        return bool(self.between) and not n_filled(self.between[-1])

    @property
    def has_records(self) -> bool:
        """Whether a row that may be a record stands between."""
        figures = [row for row in self.between if not _is_of_a_filter(row)]
        return len(figures) > _MAX_KEY_FIGURES or not all(map(_is_of_figures, figures))

    def is_caption(self, row: Row, aliases: Aliases) -> bool:
        """Whether it may be a name and a value above a header: "Title", "Staff of 2026".

        It begins with the name, which tells less of the titles than the name in the next line.
        """
        if self.between or self.title != 0:
            return False
        return match_names([row], aliases)[JOB_TITLE] < self.matches[JOB_TITLE]

    def goes_on(self, row: Row) -> bool:
        """Whether a row has two names of this line, as a table has that is continued."""
        names = {column_key(name) for name in self.header if name.strip()}
        return len(names & {column_key(cell) for cell in row}) > 1


def later_header(
    path: Source,
    lines: Sequence[str],
    delimiter: str,
    header: Row,
    places: range,
    aliases: Aliases,
) -> int | None:
    """Return how many lines stand above a later line that is the header, None if the first one is.

    ``places`` are the numbers of lines above ``header``, and above each later line to be looked at.
    Raises TwoHeadersError where both lines may be the header.
    """
    title, matches = best_position([header], JOB_TITLE, aliases), match_names([header], aliases)
    between: list[Row] = []
    for n_above in places[1:]:
        rows = list(parsed_leniently(lines[n_above:], delimiter))
        row = rows[0] if rows else []
        first = _First(header, tuple(between), title, matches)
        if _may_be_header(first, row, aliases):
            below = [later for later in rows[1:] if n_filled(later)]
            is_certain = _is_header(first, row, below, aliases)
            if is_certain:
                return n_above
            if is_certain is not None:
                raise two_headers(path, header, places[0] + 1, row, n_above + 1)
        between.append(row)
    return None


def list_below_title(
    lines: Sequence[str], delimiter: str, n_first: int, aliases: Aliases
) -> int | None:
    """Return how many lines stand above the name of a list of titles, None where that is not sure.

    It is alone in its row, the first one below the first empty row: "Report 2026", "", "Job title".
    """
    is_apart = False
    for n_above in range(n_first, min(n_first + _MAX_TITLE_LINES + 1, len(lines))):
        row = next(parsed_leniently(lines[n_above:], delimiter), [])
        if is_apart and n_filled(row):
            fit = match_names([row], aliases).get(JOB_TITLE, Match.CONTAINED)
            return n_above if n_filled(row) == 1 and fit < Match.CONTAINED else None
        is_apart = is_apart or not n_filled(row)
    return None


def _may_be_header(first: _First, row: Row, aliases: Aliases) -> bool:
    """Whether a row has the name of a title column and other names, and nothing that is none."""
    cells = [cell for cell in row if cell.strip()]
    if len(cells) < 2 or len(set(map(str.casefold, cells))) < len(cells):
        return False
    if any(map(_is_marked, cells)) or any(map(is_no_name, cells)):
        return False
    if keys_of(" ".join(cells)) & keys_of(" ".join(first.header)):  # a header that is repeated
        return False
    fit = match_names([row], aliases).get(JOB_TITLE, Match.CONTAINED)
    # A name that is used for other things may be a value of a record.
    is_expected = first.is_filter or first.is_apart
    return fit <= Match.SPECIFIC or (fit == Match.GENERIC and is_expected)


def _is_header(first: _First, row: Row, below: Sequence[Row], aliases: Aliases) -> bool | None:
    """Return whether a later line is the header; False where it may be, None where it is none."""
    if not below or not all(_is_covered(later, row, first.header) for later in below):
        return None
    title = best_position([row], JOB_TITLE, aliases)
    is_moved = title != first.title
    is_wider = n_filled(row) > max(map(n_filled, (first.header, *first.between)))
    n_beyond = sum(not _is_covered(later, first.header) for later in below)
    has_more_names = is_wider and 2 * n_beyond > len(below)
    has_more_of_ours = len(match_names([row], aliases)) > len(first.matches)
    is_below_filter = first.is_filter and (is_moved or first.is_apart)
    if has_more_names or has_more_of_ours or is_below_filter:
        return not (first.has_records or (first.goes_on(row) and any(map(n_filled, first.between))))
    if is_moved and first.is_caption(row, aliases):
        return False
    if not (is_moved and first.is_apart):
        return None
    if first.has_records:
        is_specific = match_names([row], aliases)[JOB_TITLE] <= Match.SPECIFIC
        return False if is_specific else None
    return _are_ids(first, below)


def _are_ids(first: _First, below: Sequence[Row]) -> bool:
    """Whether the records have numbers or ids where the first line has the titles."""
    place = first.title
    values = [row[place] for row in below if place is not None and place < len(row)]
    return all(is_number_or_code(value) for value in values if value.strip())


def _is_covered(row: Row, *headers: Row) -> bool:
    """Whether every filled cell of a row has a name above it."""
    named = {place for names in headers for place, name in enumerate(names) if name.strip()}
    return named.issuperset(place for place, cell in enumerate(row) if cell.strip())


def _is_marked(cell: str) -> bool:
    return cell.rstrip().endswith((":", "\uff1a"))


def _is_of_a_filter(row: Row) -> bool:
    """Whether a row is empty, a line of text, or a filter."""
    return n_filled(row) < 2 or any(map(_is_marked, row))


def _is_of_figures(row: Row) -> bool:
    """Whether a row has a name and behind it at least two numbers, and nothing else.

    A record has its number before the title: "1", "nurse", "33".
    """
    _, *others = [cell for cell in row if cell.strip()]
    return len(others) > 1 and all(map(is_number_or_code, others))
