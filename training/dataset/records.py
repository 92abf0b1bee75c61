"""Labelled records → distinct, cleaned, valid training texts.

The columns are ``job_title``, ``duties_description``, ``isco_code`` and, if a file has them,
``weight`` (trust in the label, 0 to 1), ``source``, ``group`` (rows of one group mean the same
and are never on two sides of a split) and ``language`` (ISO 639-1). Nothing is dropped silently:
what cannot train is counted by reason and listed in ``invalid_labels.csv``, texts with several
codes in ``conflicts.csv``, and a file of a folder that cannot be read is named in the log.
"""

from __future__ import annotations

import errno
import logging
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from core.columns.record_text import row_duties
from core.csv_table import Table
from core.csv_writer import Writer, neutralise
from core.errors import SETTINGS_FILE, InputError
from core.formats.file_names import is_litter, reason_to_hold, suffix_of
from core.formats.source import Row
from core.isco_codes.code_column import CODE_COLUMN
from core.non_answers.known_texts import NonAnswers
from core.non_answers.stated_text import stated_text
from core.own_tables.list_columns import INVALID_LABEL_COLUMNS
from core.own_tables.table_kind import TableKind
from core.row_counts import quantity
from core.settings import DataSettings, Settings
from core.settings_file.text_columns import JOB_TITLE
from core.text import join
from inference.autocoder import non_answers_of
from training.dataset.coded_table import CodedTable
from training.dataset.title_forms import title_forms
from training.dataset.unusable_records import (
    in_words,
    none_is_valid,
    reason_in_words,
)
from training.written_list import write_list

_LOG = logging.getLogger(__name__)
_RECORDS = "a table, or a folder with such files, with job_title and isco_code"
_PUT_THERE = f"Put your coded records there, or set data.raw_dir in {SETTINGS_FILE}."
_DECIMALS = 9  # of a sum of weights that is compared
TEXT_COLUMNS = ["text", "label", "weight", "source", "group", "language", "forms"]
"""Columns of every table of training texts."""


@dataclass(frozen=True)
class OwnRecords:
    """The labelled records of the user.

    ``records`` has one row per record that can train: ``text`` (cleaned ``title | duties``),
    ``label`` (4-digit code), ``weight`` (float), ``source``, ``group`` (``""`` where there is
    none), ``language`` (ISO 639-1, ``""`` where it is not known), ``forms`` (lines, the text under
    other forms of its title: ``training/dataset/title_forms.py``), and ``file`` and ``line``.
    ``n_left_out`` counts the other records by reason. ``unread_files`` are the files of the folder
    that could not be read.
    """

    records: pd.DataFrame
    n_left_out: dict[str, int]
    unread_files: list[str]

    @property
    def n_records(self) -> int:
        """How many records were read, with those that are left out."""
        return len(self.records) + sum(self.n_left_out.values())


def find_files(raw: Path) -> list[Path]:
    """Return the files of records: ``raw`` itself, or those of a folder that are read, by name.

    Raises InputError if there is none.
    """
    files: list[Path] = []
    found = "no such file or folder:"
    if os.path.lexists(raw):
        files = [raw] if raw.is_file() else [p for p in _entries(raw) if suffix_of(p.name)]
        found = "no file of labelled records in"
    if not files:
        raise InputError(
            raw, f"{found} {str(raw.absolute())!r}", expected=_RECORDS, remedy=_PUT_THERE
        )
    return files


def own_files(settings: Settings) -> list[Path]:
    """Return the files of labelled records in ``data.raw_dir``; there may be none."""
    try:
        return find_files(settings.data.raw_dir)
    except InputError:
        return []


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder, but for what systems put there; nothing if there is none."""
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in paths if not is_litter(path.name))


def read_records(raw: Path, data: DataSettings) -> OwnRecords:
    """Read every labelled record under ``raw``.

    Records without one of the 436 unit groups, or without an answer, are listed in
    ``invalid_labels.csv`` in ``data.processed_dir`` with file, line and reason. A file of a folder
    that cannot be read is left out as a whole and named in the log. Raises InputError where ``raw``
    is such a file, and where no record has a valid code.
    """
    data.processed_dir.mkdir(parents=True, exist_ok=True)
    non_answers = non_answers_of(data)
    rows: list[_Record] = []
    n_left_out: Counter[str] = Counter()
    unread: dict[str, Exception] = {}
    invalid_path = data.processed_dir / TableKind.INVALID_LABELS
    with invalid_path.open("w", encoding="utf-8", newline="") as file:
        invalid = Writer(file, INVALID_LABEL_COLUMNS)
        files = find_files(raw)
        for path in _entries(raw):
            if path not in files and not path.is_dir():
                _LOG.warning("%s is left out: %s", path, reason_to_hold(path.name))
        for path in files:
            try:
                if not path.is_file():
                    raise OSError(errno.EINVAL, "not a regular file")  # a pipe would never end
                read = _read_file(path, data, non_answers)
            except (InputError, OSError) as error:
                if path == raw:
                    raise
                _LOG.warning("%s is left out, it cannot be read: %s", path, error)
                unread[str(path)] = error
                continue
            rows += read.records
            n_left_out.update(read.reasons)
            invalid.write(read.invalid)
    own = OwnRecords(
        pd.DataFrame(rows, columns=[*TEXT_COLUMNS, "file", "line"]),
        dict(n_left_out),
        list(unread),
    )
    _report(raw, own, unread)
    return own


_Record = tuple[str, str, float, str, str, str, str, str, str]


@dataclass
class _FileRecords:
    """The records of one file: those that can train, and the lines of ``invalid_labels.csv``."""

    records: list[_Record]
    reasons: list[str]
    invalid: list[list[str]]


def _read_file(path: Path, data: DataSettings, non_answers: NonAnswers) -> _FileRecords:
    coded = CodedTable(path, data)
    table = coded.table
    for note in table.notes:
        _LOG.info("%s: %s", path, note)
    for note in filter(None, [coded.warning(), *table.row_notes]):
        _LOG.warning("%s: %s", path, note)
    read = _FileRecords([], [], [])
    for line, row, text, code, reason in coded.records(non_answers):
        if reason is None:
            weight = _weight(table, row, line)
            source, group = table.get(row, "source"), table.get(row, "group")
            language = language_of(table.get(row, "language")) or data.language
            forms = other_forms(table.get(row, JOB_TITLE), row_duties(table, row))
            origin = source, group, language, forms, path.name, str(line)
            read.records.append((stated_text(text), code.code, weight, *origin))
            continue
        read.reasons.append(reason)
        title, written = table.get(row, JOB_TITLE), table.get(row, CODE_COLUMN)
        cells = [path.name, str(line), title, written, reason_in_words(reason, code)]
        read.invalid.append([neutralise(cell) for cell in cells])
    return read


def language_of(written: str) -> str:
    """Return the ISO 639-1 code of "de", "DE" or "de-AT", and ``""`` for anything else."""
    code = re.split(r"[-_]", written.strip().lower())[0]
    code = "no" if code in ("nb", "nn") else code
    return code if re.fullmatch("[a-z]{2}", code) else ""


def other_forms(title: str, duties: str) -> str:
    """Return the cleaned texts of a record under the other forms of its title, one a line."""
    forms = title_forms(title)
    return "" if forms == [title] else "\n".join(join(form, duties) for form in forms)


def _report(raw: Path, own: OwnRecords, unread: Mapping[str, Exception]) -> None:
    """Say in the log what is left out. Raises InputError where nothing is left."""
    if not len(own.records):
        raise none_is_valid(raw, own.n_records, own.n_left_out, unread)
    if own.n_left_out:
        n = sum(own.n_left_out.values())
        words = in_words(own.n_left_out)
        _LOG.warning("%s of %s left out: %s", f"{n:,}", quantity(own.n_records, "record"), words)


def _weight(table: Table, row: Row, line: int) -> float:
    written = table.get(row, "weight")
    try:
        weight = float(written.replace(",", ".")) if written else 1.0  # no number to 1 has marks
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= 1:
        raise InputError(
            table.path,
            f"the weight {written!r}",
            expected="a number from 0 to 1",
            remedy="Correct it, or leave the field empty for 1.",
            line=line,
        )
    return weight


def resolve_conflicts(
    records: pd.DataFrame, processed_dir: Path, rule: Literal["majority", "drop"]
) -> pd.DataFrame:
    """Return one row per distinct text, with the code that has the largest total weight.

    Returns the ``TEXT_COLUMNS`` in order of first appearance; ``weight`` is the
    largest of the winning code. Texts with several codes are listed in
    ``processed_dir/conflicts.csv``: the text, each code, its number of records and weight. The
    rule ``drop`` leaves these texts out.
    """
    votes = records.groupby(["text", "label"], sort=False).agg(
        n_records=("label", "size"),
        total=("weight", "sum"),
        weight=("weight", "max"),
        source=("source", "first"),
        language=("language", "first"),
        forms=("forms", "first"),
    )
    votes = votes.reset_index()
    is_disputed = votes.duplicated("text", keep=False)
    listed = votes[is_disputed][["text", "label", "n_records", "total"]]
    write_list(listed.rename(columns={"total": "weight"}), processed_dir / "conflicts.csv")
    if rule == "drop":
        votes = votes[~is_disputed]
    # Ties go to the lower code, so that the result does not depend on the order of the files. Nor
    # may the last digit of a sum, which does.
    ranked = votes.assign(rounded=votes["total"].round(_DECIMALS))
    ranked = ranked.sort_values(["rounded", "label"], ascending=[False, True], kind="stable")
    winners = ranked.drop_duplicates("text").sort_index()
    # The first that is stated: without its group a text could stand on another side than the rest.
    grouped = records[records["group"] != ""].drop_duplicates("text")
    groups = winners["text"].map(grouped.set_index("text")["group"]).fillna("")
    winners = winners.assign(group=groups)
    return winners[TEXT_COLUMNS].reset_index(drop=True)
