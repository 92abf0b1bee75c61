"""Tell a file of corrections from records, and open it.

The input has any format that is read (``core/formats``): its columns tell that it has corrections,
or that it is a ``predictions.csv`` whose codes were changed
(``core/corrections/edited_predictions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.corrections.coded_texts import CodedTexts
from core.corrections.correction import Correction
from core.corrections.correction_table import (
    code_reader,
    open_corrections,
    read_corrections,
    refuse_second_answers,
)
from core.corrections.edited_predictions import EditedPredictions
from core.csv_table import Table, open_table
from core.errors import InputError
from core.isco_codes.code_column import CORRECTED_NAMES
from core.own_tables.output_contract import code_column
from core.own_tables.table_kind import (
    TableKind,
    is_from_predictions,
    refuse_own_table,
    table_kind,
)
from core.own_tables.trimmed_review import columns_with_codes
from core.review_contract import CORRECTED, SIGNATURE_COLUMNS
from core.row_counts import Progress, no_progress
from core.settings import Settings
from core.settings_file.coder_names import spelled_as_set
from core.settings_file.text_columns import JOB_TITLE


@dataclass
class CorrectionsSource:
    """An opened corrections file.

    ``coders`` are those of the settings; ``edited`` if it is a predictions.csv with changed codes.
    """

    table: Table
    coders: Sequence[str]
    edited: EditedPredictions | None = None

    def corrections(self) -> Iterator[Correction]:
        """Yield every row, from the first one, with its coder as the settings spell the name."""
        edited = self.edited
        rows = read_corrections(self.table) if edited is None else edited.corrections()
        for row in rows:
            coder = spelled_as_set(row.signature.coder, self.coders)
            yield replace(row, signature=replace(row.signature, coder=coder))

    def notes(self) -> list[str]:
        """Return what is to be said of the answers once they are read, in words."""
        if self.edited is not None:
            return self.edited.notes()
        return [*filter(None, [code_reader(self.table).warning()])]


def is_corrections_file(path: Path, settings: Settings, progress: Progress = no_progress) -> bool:
    """Return whether ``path`` has decisions: corrected codes, or codes of ours that were changed.

    Raises InputError for a table of ours without a decision, which is never coded as records, for
    the list of what became of decisions, and for two columns of corrected codes.
    """
    table = _with_header(path, settings, progress)
    if table_kind(table.header) is TableKind.CORRECTIONS:
        refuse_own_table(path, table.header)
    has_column = CORRECTED in table.columns
    if has_column and any(table.get(row, CORRECTED).strip() for _, row in table.answer_rows()):
        return True
    if is_from_predictions(table.header):
        source = open_source(path, settings, progress)
        if source.edited is not None and source.edited.has_edits():
            return True
    if has_column:
        raise _not_filled_in(table, _answer_columns(table, settings))
    if table_kind(table.header) is TableKind.PREDICTIONS:
        raise _not_edited(table, settings)
    refuse_own_table(path, table.header, table.sample())
    return False


def open_source(
    path: Path, settings: Settings, progress: Progress = no_progress
) -> CorrectionsSource:
    """Open a file of corrections, or edited predictions; raises InputError if it is neither."""
    data, coders = settings.data, settings.review.coders
    if not is_from_predictions(_with_header(path, settings, progress).header):
        return CorrectionsSource(open_corrections(path, data), coders)
    names = {name: (name,) for name in SIGNATURE_COLUMNS}
    aliases = {CORRECTED: CORRECTED_NAMES, **names, **data.read_columns.aliases}
    table = open_table(path, aliases, (JOB_TITLE,), data.encoding)
    coded_texts = CodedTexts(data.corrections_dir)
    edited = EditedPredictions(table, coded_texts, settings.output.pad_codes, lambda: progress(0))
    edited.refuse_other_columns()
    return CorrectionsSource(table, coders, edited)


def _with_header(path: Path, settings: Settings, progress: Progress) -> Table:
    """Open a file whose columns are not known yet; of a workbook the sheet with corrections.

    Lines above the header are left out if it has corrected codes or, failing that, titles.
    """
    aliases = {CORRECTED: CORRECTED_NAMES, **settings.data.read_columns.aliases}
    for required in ((CORRECTED,), (JOB_TITLE,)):
        with suppress(InputError):  # the last way to open it has none of it missing
            table = open_table(path, aliases, required, settings.data.encoding)
            break
        progress(0)
    else:
        table = open_table(path, aliases, (), settings.data.encoding)
    refuse_second_answers(table)
    return table


def _answer_columns(table: Table, settings: Settings) -> list[str]:
    """Return the columns that may have answers in a file whose column for them is empty."""
    with_codes = columns_with_codes(table.header, table.sample())
    return list(dict.fromkeys([*_misplaced_columns(table, settings), *with_codes]))


def _misplaced_columns(table: Table, settings: Settings) -> list[str]:
    """Return the columns in which rows without an answer have one by mistake."""
    assert isinstance(table.path, Path)
    with suppress(InputError):  # without texts there are no rows to look at
        corrections = open_source(table.path, settings).corrections()
        return list(dict.fromkeys(row.answer_column for row in corrections if row.answer_column))
    return []


def _not_filled_in(table: Table, answer_columns: Sequence[str]) -> InputError:
    column = table.header[table.columns[CORRECTED]].strip()
    found = f"no code in the column {column!r}"
    others = [name for name in table.header if name.strip() != column]
    coding = "remove that column" if table_kind(others) is None else "drop the file of the records"
    remedy = "Fill in codes, save the file, and put it into the inbox again. To have its texts "
    remedy += f"coded, {coding}."
    if answer_columns:
        names = " and in ".join(map(repr, answer_columns))
        found += f", and what may be codes in {names}"
        remedy = f"If these are the answers, move them into {column!r}, save the file, and put it "
        remedy += "into the inbox again."
    return InputError(
        table.path, found, expected="a code in at least one row", remedy=remedy
    ).in_sheet(table.content.sheet)


def _not_edited(table: Table, settings: Settings) -> InputError:
    column = code_column(table.header)
    found = "the predictions of this program, and every code as it was published"
    remedy = f"To correct codes, change them in the column {column}, save the file, and put it "
    if misplaced := _misplaced_columns(table, settings):
        names = " and in ".join(map(repr, misplaced))
        found += f", and what may be answers in {names}"
        remedy = f"If these are the answers, name their column {CORRECTED}, save the file, and put "
        remedy += "it "
    return InputError(
        table.path,
        found,
        expected=f"a changed {column} in at least one row, or a file of records",
        remedy=f"{remedy}into the inbox again. To have the records coded anew, drop the file that "
        "they came from.",
    ).in_sheet(table.content.sheet)
