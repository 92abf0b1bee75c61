"""Choose the columns of a table by their names and by their values.

A name that ``data.columns`` gives decides. Otherwise the better name wins (``header_names.Match``),
but a column whose values are no titles (salutations, numbers, dates, …) comes after every column
whose values may be. Two columns that are equally good are an error that names both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, starmap

from core.columns.equal_columns import equal_columns
from core.columns.forms_by_sex import without_sexes
from core.columns.header_names import (
    Match,
    column_key,
    has_usual_names,
    keys_of,
    keys_of_any,
    match,
)
from core.columns.other_jobs import (
    duties_of_others,
    is_of_another,
    next_period,
    spoken_name,
    titles_of_other_jobs,
)
from core.columns.shown_names import listed, missing_column
from core.columns.value_kinds import NO_VALUES, NOT_WORKING, kind_of_values
from core.errors import SETTINGS_FILE, InputError, Named
from core.languages.message import Message
from core.settings_file.text_columns import DUTIES, IN_DUTIES, JOB_TITLE

Aliases = Mapping[str, Sequence[str]]

_MIN_VALUES = 3  # so many values that are no titles refuse a column of a name that is not specific


class NoTitlesError(InputError):
    """The only column with a name that is also used for other things holds no titles."""


@dataclass(frozen=True)
class ColumnChoice:
    """Our name of a column → its position in the header, and what was not chosen.

    ``others`` has, for each of our columns, the header names that fit it as well. ``doubts`` says
    in a sentence what the values of a chosen column look like, that a setting names a column
    that is not there, or that columns hold titles of other jobs.
    """

    columns: dict[str, int] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """Return in words what was not chosen, and what is doubtful about what was."""
        return [*starmap(note_on_others, self.others.items()), *self.doubts]


@dataclass(frozen=True)
class _Candidate:
    position: int
    match: Match
    order: int
    kind: str | None

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """The lowest is the best; equal ones are equally good."""
        return self.match != Match.SET, self.kind is not None, self.match, self.order

    @property
    def is_doubtful(self) -> bool:
        """Whether the values are of another kind than those of our column."""
        return self.kind not in (None, NO_VALUES)


@dataclass(frozen=True)
class _Header:
    """The names among which columns are chosen, and records below them."""

    file: Named
    rows: Sequence[Sequence[str]]
    sample: Sequence[Sequence[str]]
    line: int | None

    def name_of(self, candidate: _Candidate) -> str:
        """Return the name of a column without spaces around it, of whatever row has one."""
        return spoken_name(self.rows, candidate.position)


def match_names(headers: Sequence[Sequence[str]], aliases: Aliases) -> dict[str, Match]:
    """Return how well the best name for each of our columns fits; no name is used twice.

    ``headers`` are the header and further rows of names for the same columns.
    """
    taken: list[int] = []
    matches: dict[str, Match] = {}
    for column, names in aliases.items():
        if found := _candidates(headers, (), column, names, taken):
            taken.append(found[0].position)
            matches[column] = found[0].match
    return matches


def best_position(headers: Sequence[Sequence[str]], column: str, aliases: Aliases) -> int | None:
    """Return where the best name for one of our columns stands, None if no name fits."""
    names = aliases.get(column, ())
    return next((fit.position for fit in _candidates(headers, (), column, names, ())), None)


def choose_columns(
    file: Named,
    headers: Sequence[Sequence[str]],
    sample: Sequence[Sequence[str]],
    aliases: Aliases,
    required: Sequence[str],
    line: int | None = None,
) -> ColumnChoice:
    """Choose our columns by names and values; InputError where two columns are equally good.

    Parameters
    ----------
    headers : the header, then further rows of names for the same columns (the texts of questions).
    sample : records from the start of the table.
    aliases : our column name → the header names that decide, the preferred name first. Columns
        with usual names (``header_names.yaml``) are recognised by those, too.
    required : the columns without which the file is refused; NoTitlesError if they hold no titles.
    """
    header = _Header(file, headers, sample, line)
    columns: dict[str, int] = {}
    others: dict[str, list[str]] = {}
    fitting: set[int] = set()
    doubts: list[str] = _names_not_found(headers, aliases)
    for column in aliases:
        found = _candidates(headers, sample, column, aliases[column], columns.values())
        if column == DUTIES and JOB_TITLE in columns:
            usual = [fit.position for fit in found if fit.match != Match.SET]
            aside, notes = duties_of_others(
                headers, columns[JOB_TITLE], aliases[JOB_TITLE], others[JOB_TITLE], usual
            )
            found = [fit for fit in found if fit.position not in aside]
            doubts += [] if found else notes
        if not found:
            continue
        best, *rest = found
        _refuse_equal(header, column, found)
        if best.is_doubtful:
            if column in required and _is_refused(header, best):
                raise _no_titles(header, column, best)
            is_read = column in required or best.match == Match.SET
            doubts.append(_doubt(header, column, best, is_read=is_read))
            if not is_read:
                continue
        columns[column] = best.position
        others[column] = [header.name_of(other) for other in rest]
        fitting.update(candidate.position for candidate in found)
    if JOB_TITLE in columns:
        others[JOB_TITLE] += next_period(headers, sample, columns[JOB_TITLE])
        doubts += titles_of_other_jobs(headers, sample, fitting)
    taken = {spoken_name(headers, position) for position in columns.values()}
    left = {column: [n for n in names if n not in taken] for column, names in others.items()}
    return ColumnChoice(columns, {c: names for c, names in left.items() if names}, tuple(doubts))


def note_on_others(column: str, names: Sequence[str]) -> str:
    """Return the note that further columns fit one of ours."""
    return Message(
        "other columns that may be the {column}: {names}",
        column=_spoken(column),
        names=", ".join(map(repr, names)),
    )


def _names_not_found(headers: Sequence[Sequence[str]], aliases: Aliases) -> list[str]:
    """Return a note for each column of the text that the settings name and that is not there."""
    keys = keys_of_any(chain.from_iterable(headers))
    notes: list[str] = []
    for column, names in aliases.items():
        is_context = column.startswith(IN_DUTIES)
        is_named = is_context or (has_usual_names(column) and names)
        if is_named and keys.isdisjoint(keys_of_any(names)):
            setting = "data.context_in_duties" if is_context else f"data.columns.{column}"
            notes.append(missing_column(names, setting))
    return notes


def _candidates(
    headers: Sequence[Sequence[str]],
    sample: Sequence[Sequence[str]],
    column: str,
    names: Sequence[str],
    taken: Iterable[int],
) -> list[_Candidate]:
    """Return the columns that fit one of ours, the best first."""
    set_keys = [keys_of(name) for name in names]
    free = set(range(len(headers[0]))) - set(taken)
    plain = list(map(without_sexes, headers)) if has_usual_names(column) else headers
    candidates = []
    for position in sorted(free):
        written = [row[position] for row in headers if position < len(row)]
        without_sex = [row[position] for row in plain if position < len(row)]
        fits = _fits(written, without_sex, column, set_keys)
        if fits is None:
            continue
        kind = None
        if has_usual_names(column):
            if fits[0] != Match.SET and is_of_another(plain, position, column):
                continue
            if sample:
                kind = kind_of_values(row[position] for row in sample if position < len(row))
        candidates.append(_Candidate(position, *fits, kind))
    return sorted(candidates, key=lambda candidate: candidate.rank)


def _fits(
    written: Sequence[str],
    without_sex: Sequence[str],
    column: str,
    set_keys: Sequence[frozenset[str]],
) -> tuple[Match, int] | None:
    """Return the match and its order: the place in the list of names, or what was left aside."""
    for place, keys in enumerate(set_keys):
        if any(keys & keys_of(name) for name in written):
            return Match.SET, place
    if not has_usual_names(column):
        return None
    fits = [found for name in without_sex if (found := match(name, column))]
    if not fits:
        return None
    level, n_aside = min(fits)
    return level, max(n_aside, int(written != without_sex))


def _refuse_equal(header: _Header, column: str, candidates: Sequence[_Candidate]) -> None:
    """Raise InputError where several columns are the best, and their values differ."""
    best = candidates[0]
    equal = [candidate for candidate in candidates if candidate.rank == best.rank]
    names = [header.name_of(candidate) for candidate in equal]
    has_names = len(set(map(column_key, names))) == len(names)  # which tell them apart
    if len(equal) == 1 or (
        has_names
        and all(len({row[each.position].strip() for each in equal}) == 1 for row in header.sample)
    ):
        return
    values = [[row[candidate.position] for candidate in equal] for row in header.sample]
    raise equal_columns(header.file, column, _spoken(column), names, values, header.line)


def _doubt(header: _Header, column: str, candidate: _Candidate, *, is_read: bool) -> Message:
    """Return what the values of a column look like, and whether it is read all the same."""
    name, kind = header.name_of(candidate), candidate.kind
    if not is_read:
        return Message("the column {name!r} holds {kind} and was not read", name=name, kind=kind)
    return Message(
        "the column {name!r}, read as the {column}, holds {kind}",
        name=name,
        column=_spoken(column),
        kind=kind,
    )


def _is_refused(header: _Header, candidate: _Candidate) -> bool:
    if candidate.match <= Match.SPECIFIC or candidate.kind == NOT_WORKING:
        return False
    return sum(bool(row[candidate.position].strip()) for row in header.sample) >= _MIN_VALUES


def _no_titles(header: _Header, column: str, candidate: _Candidate) -> NoTitlesError:
    values = list(dict.fromkeys(row[candidate.position].strip() for row in header.sample))
    shown = ", ".join(repr(value[:20]) for value in values[:3] if value)
    return NoTitlesError(
        header.file,
        f"{candidate.kind} in the column {header.name_of(candidate)!r} ({shown}), and no other "
        f"column for the {_spoken(column)} among {listed(header.rows[0])}",
        expected=f"a column with the {_spoken(column)}",
        remedy=f"Rename the right column to {column!r}, or name it in data.columns.{column} in "
        f"{SETTINGS_FILE}.",
        line=header.line,
    )


def _spoken(column: str) -> str:
    spoken = {"job_title": Message("job titles"), "duties_description": Message("duties")}
    return spoken.get(column, column)
