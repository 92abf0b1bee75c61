"""What people should know about an input and how it was coded, as notes of its receipt."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.columns.shown_names import shown_name
from core.corrections.unread_file import UnreadFile
from core.isco_codes.national_codes import national_codes
from core.isco_codes.other_code_columns import codes_not_compared, codes_without_a_name
from core.languages.message import Message
from core.settings_file.project import name_settings_file
from core.settings_file.text_columns import DUTIES
from inference.providers import CPU
from results.batch import Batch
from results.receipt import Receipt

_MAX_UNREAD = 3

_LOG = logging.getLogger(__name__)


def note_providers(receipt: Receipt, providers: set[str]) -> None:
    """Note which providers coded the file, if it was not the CPU alone.

    A provider that fails while a file is coded is replaced by the CPU: then there are two.
    """
    if providers != {CPU}:
        receipt.notes.append(_computed_by(sorted(providers)))


def _computed_by(providers: Sequence[str]) -> Message:
    if len(providers) == 1:
        return Message("computed by {provider}", provider=providers[0])
    first, second = providers
    return Message("computed by {first} and {second}", first=first, second=second)


def unread_notes(unread: Sequence[UnreadFile], settings_file: Path | None) -> list[Message]:
    """Return a note for the first corrections files that the batch was coded without."""
    notes = [
        Message(
            "its records were coded without the corrections of a file that cannot be read: {why} "
            "Mend or remove {path}, then drop this file again",
            why=name_settings_file(file.why, settings_file),
            path=repr(str(file.path)),
        )
        for file in unread[:_MAX_UNREAD]
    ]
    if (n_more := len(unread) - len(notes)) > 0:
        notes.append(
            Message.counted(
                n_more,
                "{n} more corrections file cannot be read",
                "{n} more corrections files cannot be read",
            )
        )
    return notes


def note_input(batch: Batch, missing: Sequence[str]) -> None:
    """Note what is missing, cut, damaged or unread in the input, and log how it was read.

    ``missing`` are notes on columns that the settings name and the input does not have.
    """
    receipt = batch.receipt
    of_columns = [*missing, *_notes_on_codes(batch)]
    if batch.weighted is not None:
        receipt.columns["weight"] = batch.weighted.column
        of_columns += batch.weighted.notes()
    receipt.notes += of_columns
    if not receipt.n_rows_in:
        receipt.notes.append(Message("the file has a header and no records"))
    if DUTIES not in batch.table.columns:
        receipt.notes.append(
            Message("no column with duties was recognised: only the titles were coded")
        )
    receipt.notes += Message.notes_of(
        receipt.n_truncated,
        "{n} record is longer than the model reads: only the start was read",
        "{n} records are longer than the model reads: only the start was read",
    )
    receipt.n_lost_letters = batch.damage.n_lost_letters
    receipt.n_encoded_twice = batch.damage.n_encoded_twice
    of_rows = [
        *batch.table.row_notes,
        *batch.damage.notes,
        *batch.unread_formulas.notes,
        *batch.answers_beside.notes(),
        *batch.other_periods.notes(),
        *batch.repeated_titles.notes(),
        *batch.several_titles.notes(),
        *batch.stray_rows.notes(),
        *batch.contested.notes(),
    ]
    receipt.notes += of_rows
    _log_reading(batch, [*batch.table.notes, *of_columns, *of_rows])


def _notes_on_codes(batch: Batch) -> list[str]:
    """Return notes on the codes of the input, and on columns of codes that were not compared."""
    table, agreement = batch.table, batch.agreement
    compared = agreement.column if agreement else None
    return [
        *(agreement.notes() if agreement else ()),
        *codes_not_compared(table, compared),
        *codes_without_a_name(table),
        *national_codes(table, compared),
    ]


def _log_reading(batch: Batch, notes: Iterable[str]) -> None:
    """Log which columns were read, where their names are not ours, and what is noteworthy."""
    receipt = batch.receipt
    if any(column != name for column, name in receipt.columns.items()):
        columns = ", ".join(
            f"{column} from {shown_name(name)}" for column, name in receipt.columns.items()
        )
        _LOG.info("%r: read %s", receipt.input, columns)
    for note in notes:
        _LOG.info("%r: %s", receipt.input, note)
