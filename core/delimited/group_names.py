"""Tell names of groups of columns from a header: "Person,,Main job," above "Id,Age,Title,Duties".

The row below is the header where it names every column and the titles are in the group that has a
name of the titles. Where names in it are alike, or none is one of the titles, the file is refused.
So it is where the header has a line of groups above it that has none of our names, and the titles
or the duties in it are those of somebody else: "About your father" above "Name,Job title".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from core.columns.column_choice import Aliases, best_position
from core.columns.header_names import Match, column_key, match, names_another_below
from core.columns.shown_names import listed
from core.columns.value_kinds import is_number_or_code, is_text
from core.delimited.format_errors import TwoHeadersError
from core.delimited.label_rows import LabelRow, columns_of_numbers
from core.delimited.parsed_lines import n_filled, parsed_leniently, parsed_rows
from core.errors import LINE
from core.formats.source import Row, Source
from core.isco_codes.code_column import may_hold_isco_08
from core.isco_codes.words_beside import classification_in
from core.settings_file.text_columns import JOB_TITLE, TEXT_COLUMNS

_MIN_SIGNS = 2  # so many signs tell that a row has names


def header_below_groups(
    path: Source,
    lines: Sequence[str],
    delimiter: str,
    n_above: int,
    aliases: Aliases,
    *,
    is_known: bool,
) -> int | None:
    """Return how many lines are above the header, where the line taken for it names groups.

    ``n_above`` lines are above that line. ``is_known``: a row below it is known to have names, too;
    it is then read in any case. None: that line is no row of groups. Raises TwoHeadersError where
    the names of the columns are in both rows.
    """
    header, *rows = parsed_leniently(lines[n_above:], delimiter)
    groups = _each_once(header)
    rows = [row for row in rows if n_filled(row)]
    if names_below_groups(groups, rows) != LabelRow.YES:
        return None
    names = rows[0]
    keys = [column_key(name) for name in names]
    is_complete = all(keys[1:]) and len(set(keys)) == len(keys)
    title, group = (best_position([row], JOB_TITLE, aliases) for row in (names, groups))
    starts = _starts(groups, len(names))
    numbered = parsed_rows(path, lines[n_above:], delimiter, n_above)  # cells may have line breaks
    n_above_names = next(line for line, row in numbered if row == names) - 1
    if is_complete and None not in (title, group) and starts[title or 0] == starts[group or 0]:
        return n_above_names
    if is_known and not (title is not None and _is_of_others(groups, starts[title], names[title])):
        return None
    raise _in_two_rows(path, groups, names, starts, (n_above + 1, n_above_names + 1))


def refuse_names_of_others(
    path: Source, lines: Sequence[str], delimiter: str, n_above: int, aliases: Aliases
) -> None:
    """Raise TwoHeadersError where the line above a header says that it is about somebody else.

    ``n_above`` lines are above the header. A line with numbers, with colons, or with its first cell
    alone is about the file, and no groups. Lines with the same columns filled are a codebook.
    """
    above = list(enumerate(parsed_leniently(lines[:n_above], delimiter), start=1))
    filled = [(line, row) for line, row in above if n_filled(row)]
    names = next(parsed_leniently(lines[n_above:], delimiter), [])
    if not filled:
        return
    line, groups = filled[-1]
    if _filled_places(groups) in (_filled_places(row) for _, row in filled[:-1]):
        return
    cells = [cell.strip() for cell in groups]
    is_of_file = not any(cells[1:]) or any(cell.endswith(":") for cell in cells)
    if is_of_file or len(groups) < len(names) or not all(map(is_text, filter(None, cells))):
        return
    starts = _starts(groups, len(names))
    for column in TEXT_COLUMNS:
        position = best_position([names], column, aliases)
        if position is None:
            continue
        if names_another_below(cells[starts[position]], names[position], column):
            raise _in_two_rows(path, groups, names, starts, (line, n_above + 1))


def _filled_places(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row) if is_text(cell)]


def _is_of_others(groups: Row, start: int, name: str) -> bool:
    """Whether a name of the titles stands below a group of another job or person ("Partner")."""
    group = groups[start].strip() if start < len(groups) else ""
    names_titles = [match(text, JOB_TITLE) is not None for text in (name, f"{group} {name}")]
    return names_titles == [True, False]


def names_below_groups(header: Row, rows: Sequence[Row]) -> LabelRow:
    """Return whether the first row below a header has the names of columns, and that of groups.

    The row has text alone, also in all columns that the header leaves without a name. Signs are
    a name of titles or duties, and a column in which all records have numbers, dates or ids. The
    first column may have no name at all, as the index of pandas.
    """
    first, *records = [row for row in rows if len(row) == len(rows[0])] or [[]]
    if not records:
        return LabelRow.NO
    pairs = list(zip_longest(_each_once(header), first, fillvalue=""))
    first_name = next((place for place, name in enumerate(header) if name.strip()), len(pairs))
    if len(pairs) > len(first) or all(name.strip() for name, _ in pairs[first_name:]):
        return LabelRow.NO
    if any(not cell.strip() and not name.strip() for name, cell in pairs[1:]):
        return LabelRow.NO
    if not all(map(_may_be_name, filter(str.strip, first))):
        return LabelRow.NO
    if any(cell.strip() and cell == row[n] for row in records for n, cell in enumerate(first)):
        return LabelRow.NO
    n_names = sum(map(_is_usual_name, first))
    unlike = {first[n] for n in columns_of_numbers(records) if not is_number_or_code(first[n])}
    n_signs = n_names + len(unlike)
    return LabelRow.YES if n_signs >= _MIN_SIGNS else LabelRow(min(n_signs, LabelRow.MAYBE))


def _each_once(groups: Row) -> Row:
    """Return names of groups above the first column of each alone; pandas has them above all."""
    return [name if name not in groups[max(n - 1, 0) : n] else "" for n, name in enumerate(groups)]


def _may_be_name(cell: str) -> bool:
    """Whether a cell is text or an identifier, or a classification: "ISCO-08" looks like an id."""
    if is_text(cell) or cell.strip().isidentifier():
        return True
    return may_hold_isco_08(cell) or classification_in(cell) is not None


def _is_usual_name(cell: str) -> bool:
    fits = [fit[0] for column in TEXT_COLUMNS if (fit := match(cell, column))]
    return min(fits, default=Match.CONTAINED) < Match.CONTAINED


def _starts(groups: Row, width: int) -> list[int]:
    """Return for each column where its group begins; a column left of all groups is its own."""
    starts: list[int] = []
    for place in range(width):
        is_named = place < len(groups) and bool(groups[place].strip())
        starts.append(place if is_named or not starts else starts[-1])
    return starts


def _in_two_rows(
    path: Source, groups: Row, names: Row, starts: Sequence[int], lines: tuple[int, int]
) -> TwoHeadersError:
    joined = [
        " ".join(dict.fromkeys(part.strip() for part in (groups[start], name) if part.strip()))
        if start < len(groups)
        else name.strip()
        for start, name in zip(starts, names, strict=True)
    ]
    keys = [column_key(name) for name in names]
    twice = [place for place, key in enumerate(keys) if key and keys.count(key) > 1]
    found = (
        f"names of groups of columns in {LINE} {lines[0]} ({listed(list(filter(None, groups)))}), "
    )
    found += f"and names of the columns in {LINE} {lines[1]} ({listed(names)})"
    if twice:
        found += f", of which {names[twice[0]].strip()!r} stands there twice"
    shown = [joined[place] for place in twice if keys[place] == keys[twice[0]]] or joined
    return TwoHeadersError(
        path,
        found,
        expected=f"one {LINE} with a name of its own for each column",
        remedy=f"Put both {LINE}s into one, with names such as {listed(shown[:3])}, and call the "
        "column with the job titles 'job_title'.",
        line=lines[1],
    )
