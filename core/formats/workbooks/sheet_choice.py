"""Choose the sheet of a workbook, or the table of a page, that has the records.

A better header name does not decide: two contacts in a column "Job title" are not the records
beside 200 answers in a column "Occupation". Where two sheets may have the records, none is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest

from core.columns.column_choice import Aliases, NoTitlesError, choose_columns
from core.columns.header_names import Match, column_key, has_usual_names
from core.columns.header_words import phrases, plain_words
from core.errors import SETTINGS_FILE, InputError
from core.formats.source import Source
from core.isco_codes.code_column import CODE_NAMES, CORRECTED_NAMES, may_hold_isco_08
from core.isco_codes.code_titles import is_title_of
from core.isco_codes.written_code import read_code
from core.languages.message import Message
from core.taxonomy import UNIT, isco08

_SAMPLE_ROWS = 1_000
_MIN_LIST_ROWS = 10  # fewer rows with a code, its title and other cells may be records
_LIST_SHARE = 0.8
_MAX_NAMED_SHEETS = 8


@dataclass(frozen=True)
class SheetWithColumns:
    """A sheet whose header has the required columns.

    ``headers`` are the header and further rows of names. ``records`` returns the rows below them.
    """

    name: str
    headers: Sequence[Sequence[str]]
    matches: Mapping[str, Match]
    records: Callable[[], Iterable[Sequence[str]]]


def choose_sheet(
    path: Source,
    sheets: Sequence[SheetWithColumns],
    unclear: Mapping[str, InputError],
    aliases: Aliases,
    required: Sequence[str],
) -> int:
    """Return the place of the sheet with the records.

    A sheet without a value in the first required column has none, nor has one whose column of a
    general name ("title") holds no titles, nor a codebook of another, nor a list of the groups of
    ISCO-08 or of codes: beside a review alone it belongs to one in which nothing is asked. Of the
    others that one is taken whose names the settings have. ``unclear`` has, by name, the errors of
    sheets with such columns and no sure header. Raises InputError where several sheets are left.
    """
    if not required:  # the first sheet with the first of our columns
        has_ours = [[column in sheet.matches for column in aliases] for sheet in sheets]
        return has_ours.index(max(has_ours))
    places = list(range(len(sheets)))
    if len(sheets) + len(unclear) > 1:
        places = [n for n in places if _has_records(path, sheets[n], aliases, required)]
        headers = [sheet.headers[0] for sheet in sheets]
        places = [n for n in places if not any(describes(sheets[n], each) for each in headers)]
        not_lists = [n for n in places if not is_list(sheets[n], required)]
        reviews = [n for n, sheet in enumerate(sheets) if is_of_review(sheet.headers[0])]
        places = not_lists or reviews or places
        n_set = [_n_set(sheet, required) for sheet in sheets]
        most = max((n_set[n] for n in places), default=0)
        places = [n for n in places if n_set[n] == most]
        unclear = {} if places and most else unclear
    if len(places) + len(unclear) > 1:
        names = [*(sheets[n].name for n in places), *unclear]
        raise _several(path, names, required[0])
    if places:
        return places[0]
    for error in unclear.values():
        raise error
    ranks = [[sheet.matches[column] for column in required] for sheet in sheets]
    return ranks.index(min(ranks))


def _has_records(
    path: Source, sheet: SheetWithColumns, aliases: Aliases, required: Sequence[str]
) -> bool:
    width = len(sheet.headers[0])
    sample = [[*row, *[""] * (width - len(row))] for row in islice(sheet.records(), _SAMPLE_ROWS)]
    try:
        columns = choose_columns(path, sheet.headers, sample, aliases, required).columns
    except NoTitlesError:
        return False
    except InputError:  # two columns are equally good
        return True
    place = slice(columns[required[0]], columns[required[0]] + 1)
    if not has_usual_names(required[0]):  # a column for corrections may be empty
        place = slice(width)
    return any(cell.strip() for row in sheet.records() for cell in row[place])


def describes(sheet: SheetWithColumns, header: Sequence[str]) -> bool:
    """Whether a sheet is the codebook of a table: a column has nothing but names of its header.

    What is taken for the header of a codebook may be a row of it that names the titles.
    """
    names = {column_key(name) for name in header if name.strip()}
    rows = [*sheet.headers, *islice(sheet.records(), _SAMPLE_ROWS)]
    for column in zip_longest(*rows, fillvalue=""):
        listed = [column_key(cell) for cell in column if cell.strip()]
        if len(names.intersection(listed)) > 1 and names.issuperset(listed[1:]):
            return True
    return False


def is_of_review(header: Sequence[str]) -> bool:
    """Whether a header has a column for corrections, as that of a review."""
    return not set(CORRECTED_NAMES).isdisjoint(map(column_key, header))


def _n_set(sheet: SheetWithColumns, required: Sequence[str]) -> int:
    """Return how many names of a sheet decide between sheets.

    For titles and duties only the settings have such names; those of a column of codes are built in
    and say nothing about which sheet has the records.
    """
    is_text = has_usual_names(required[0])
    return sum(
        match == Match.SET and (has_usual_names(column) or not is_text)
        for column, match in sheet.matches.items()
    )


def is_list(sheet: SheetWithColumns, required: Sequence[str]) -> bool:
    """Whether the rows are groups of ISCO-08, or codes with a title each, and no answers.

    Where a column of codes is required, titles with a code each are the records. A review has a
    predicted code with its title in each row, and is none.
    """
    if is_of_review(sheet.headers[0]):
        return False
    rows = [row for row in islice(sheet.records(), _SAMPLE_ROWS) if any(map(str.strip, row))]
    may_list_codes = all(map(has_usual_names, required))
    return _lists_groups(rows) or (may_list_codes and _lists_codes(sheet.headers[0], rows))


def _lists_codes(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether every row has a code that no other row has, a title behind it, and nothing else.

    A number that may be an id, such as 1 or 11, is a code only with the title of its group: half of
    the rows must have four digits or that title.
    """
    pairs = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    places = {next(place for place, cell in enumerate(row) if cell.strip()) for row in rows}
    if len(places) != 1 or any(len(pair) != 2 for pair in pairs):
        return False
    if not _names_codes(header[places.pop()]):
        return False
    codes = [read_code(written).code for written, _ in pairs]
    if not all(codes) or len(set(codes)) < len(codes):
        return False
    n_sure = sum(
        len(code) == UNIT or is_title_of(code, title)
        for code, (_, title) in zip(codes, pairs, strict=True)
    )
    return 2 * n_sure >= len(codes)


def _names_codes(name: str) -> bool:
    """Whether the name of a column says that it has codes: "isco_code", "Kód"."""
    if column_key(name) in CODE_NAMES or may_hold_isco_08(name):
        return True
    return plain_words(name) in phrases("names_a_code")


def _lists_groups(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows are groups of ISCO-08: a code that no other row has, and its title.

    They stand in order, by code, also level by level, or by title; those of records do not.
    """
    groups = [group for row in rows if (group := _listed_group(row))]
    if len(groups) < max(_MIN_LIST_ROWS, _LIST_SHARE * len(rows)):
        return False
    codes, titles = zip(*groups, strict=True)
    return len(set(codes)) == len(codes) and (_are_in_order(codes) or _are_in_order(titles))


def _are_in_order(texts: Sequence[str]) -> bool:
    """Whether at most a tenth of the texts are followed by a lesser one, or a greater one."""
    n_down = sum(text > following for text, following in pairwise(texts))
    n_up = sum(text < following for text, following in pairwise(texts))
    return 10 * min(n_down, n_up) <= len(texts)


def _listed_group(row: Sequence[str]) -> tuple[str, str] | None:
    """Return the code and the title of the group whose code and title a row has."""
    cells = [cell.strip() for cell in row]
    codes = [cell for cell in cells if cell in isco08().titles]
    pairs = ((code, cell.casefold()) for code in codes for cell in cells)
    return next((pair for pair in pairs if is_title_of(*pair)), None)


def _several(path: Source, names: Sequence[str], column: str) -> InputError:
    remedy = "Save the one with the records as a file of its own, or remove the others. "
    if has_usual_names(column):
        remedy += f"If its column has another name, name it in data.columns.{column} in "
        remedy += f"{SETTINGS_FILE}. "
    return InputError(
        path,
        f"{len(names)} sheets with records: {listed_sheets(names)}",
        expected="one sheet with records",
        remedy=f"{remedy}To code all of them, put the records into one sheet.",
    )


def listed_sheets(names: Sequence[str]) -> str:
    """Return the names of sheets for an error or a note, the first ones of many."""
    shown = ", ".join(map(repr, names[:_MAX_NAMED_SHEETS]))
    n_more = len(names) - _MAX_NAMED_SHEETS
    if n_more <= 0:
        return shown
    return Message("{names} and {n} more", names=shown, n=n_more)
