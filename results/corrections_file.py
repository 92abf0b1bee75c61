"""One corrections file → a status per row, and a file of the accepted codes for the lookup.

The input has any format that is read (``core/formats``): its columns tell that it has corrections,
or that it is a ``predictions.csv`` whose codes were changed
(``core/corrections/edited_predictions.py``).
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from core.corrections.coded_texts import CodedTexts
from core.corrections.correction import Correction, open_corrections, read_corrections
from core.corrections.corrections_folder import KEPT_COLUMNS, next_sequence
from core.corrections.decisions import apply_correction
from core.corrections.edited_predictions import EditedPredictions
from core.csv_table import CHUNK_ROWS, DELIMITERS, Table, Writer, neutralise, open_table
from core.errors import InputError
from core.file_io import open_atomic, sha256_of, utc_now
from core.isco_codes.code_column import CORRECTED_NAMES
from core.own_tables.table_kind import (
    TableKind,
    is_from_predictions,
    refuse_own_table,
    table_kind,
)
from core.review_contract import CORRECTED, TEXT
from core.settings import Settings
from core.text import JOB_TITLE
from inference.corrections_lookup import CorrectionsLookup
from results.intake_check import IntakeCheck, IntakeChecks
from results.published_batches import batch_of_predictions
from results.receipt import CorrectionsReceipt

_LOG = logging.getLogger(__name__)

Progress = Callable[[int], None]

CORRECTIONS = "corrections.csv"
_ID_DIGITS = 12
_EDITED_NOTE = (
    "these are predictions of this program: the rows with a corrected code, and those whose code "
    "differs from the one that was published, are corrections; the others are skipped"
)
CORRECTIONS_COLUMNS = ("line", TEXT, CORRECTED, "isco_code", "status", "reason")


def is_corrections_file(
    path: Path, settings: Settings, progress: Progress = lambda n_done: None
) -> bool:
    """Return whether ``path`` has decisions: corrected codes, or codes of ours that were changed.

    Raises InputError for a table of ours without a decision, which is never coded as records.
    """
    table = _with_header(path, settings)
    has_column = CORRECTED in table.columns
    if has_column and any(table.get(row, CORRECTED).strip() for _, row in table.rows()):
        return True
    if is_from_predictions(table.header):
        source = _open(path, settings, progress)
        if source.edited is not None and source.edited.has_edits():
            return True
    if has_column:
        column = table.header[table.columns[CORRECTED]]
        raise _not_filled_in(path, column).in_sheet(table.content.sheet)
    if table_kind(table.header) is TableKind.PREDICTIONS:
        raise _not_edited(path, settings.watcher.outbox)
    refuse_own_table(path, table.header)
    return False


def _with_header(path: Path, settings: Settings) -> Table:
    """Open a file whose columns are not known yet; of a workbook the sheet with corrections."""
    aliases = {CORRECTED: CORRECTED_NAMES, **settings.data.columns.model_dump()}
    return open_table(path, aliases, (), settings.data.encoding)


def _not_filled_in(path: Path, column: str) -> InputError:
    return InputError(
        path,
        f"no code in the column {column.strip()!r}",
        expected="a code in at least one row",
        remedy="Fill in codes, save the file, and put it into the inbox again. To have its texts "
        "coded, remove that column.",
    )


def _not_edited(path: Path, outbox: Path) -> InputError:
    batch = batch_of_predictions(path, outbox)
    origin = f" (the file of the batch {batch!r}, unchanged)" if batch is not None else ""
    return InputError(
        path,
        f"the predictions of this program{origin}, and every code as it was published",
        expected="a changed isco_code in at least one row, or a file of records",
        remedy="To correct codes, change them in the column isco_code, save the file, and put it "
        "into the inbox again. To have the records coded anew, drop the file that they came from.",
    )


def corrections_batch_id(
    path: Path,
    sha256: str,
    corrections_lookup: CorrectionsLookup,
    settings: Settings,
    claim_id: str,
) -> str:
    """Return the id of the batch of a corrections file (12 hexadecimal digits).

    The same content has an earlier batch's id only if its corrections still hold: A, then B, then A
    again makes three batches, of which the last one holds. An attempt that ended before its results
    were published has the id of its claim, so that the next attempt goes on with the same file.

    Raises InputError if the file cannot be read.
    """
    own_id = hashlib.sha256(f"{sha256} {claim_id}".encode()).hexdigest()[:_ID_DIGITS]
    folder = settings.data.corrections_dir
    if (folder / _kept_name(sha256, own_id)).exists():
        return own_id
    content_id = sha256[:_ID_DIGITS]
    kept_names = [
        file.name
        for file in corrections_lookup.folder_state
        if file.name.startswith(f"{content_id}.")
    ]
    decisions = corrections_lookup.decisions.copy()
    source = _open(path, settings)
    if not any(correction.is_decided for correction in source.corrections()):
        return content_id
    if not kept_names:
        return own_id
    for correction in source.corrections():
        apply_correction(decisions, correction)
    if decisions.version() != corrections_lookup.version:
        return own_id
    return kept_names[-1].split(".")[-2]


def process_corrections(
    path: Path,
    out_dir: Path,
    corrections_lookup: CorrectionsLookup,
    settings: Settings,
    batch_id: str | None = None,
    progress: Progress = lambda n_done: None,
) -> CorrectionsReceipt:
    """Write the status of every row to ``out_dir``, keep what is decided, and return the receipt.

    Decisions are kept in ``data.corrections_dir``, in a file named after the content of ``path``
    and the batch (by default the content alone): the same batch a second time changes nothing.
    ``progress`` is called with 0 now and then, to show that the process is alive. Raises InputError
    if the file cannot be read; then nothing of it is kept.
    """
    sha256 = sha256_of(path)
    batch_id = batch_id or sha256[:_ID_DIGITS]
    kept_path = settings.data.corrections_dir / _kept_name(sha256, batch_id)
    if kept_path.exists():  # written by an attempt that ended before its results were published
        corrections_lookup = CorrectionsLookup.load(
            kept_path.parent,
            settings.data.columns,
            before=kept_path.name,
            legacy_encoding=settings.data.encoding,
        )
    decisions = corrections_lookup.decisions.copy()
    checks = IntakeChecks(settings.data.corrections_dir)
    source = _open(path, settings, progress)
    table = source.table
    receipt = CorrectionsReceipt(
        input=path.name,
        sha256=sha256,
        batch_id=batch_id,
        encoding=table.encoding,
        delimiter=DELIMITERS[table.delimiter],
        format=str(table.format),
    )
    if source.edited is not None:
        receipt.notes.append(_EDITED_NOTE)
    with (
        (out_dir / CORRECTIONS).open("w", encoding="utf-8-sig", newline="") as file,
        _open_kept(kept_path) as kept,
    ):
        writer = Writer(file, CORRECTIONS_COLUMNS, table.delimiter)
        rows = source.corrections()
        while chunk := list(islice(rows, CHUNK_ROWS)):
            for correction, check in zip(chunk, checks.of(chunk), strict=True):
                replaced = apply_correction(decisions, correction)
                receipt.n_rows += 1
                receipt.statuses[correction.status] += 1
                receipt.n_conflicts += replaced is not None
                writer.write([_cells(correction, check, replaced)])
                kept.add(correction, check)
            progress(0)
    checks.report(receipt)
    if source.edited is not None:
        receipt.notes += source.edited.notes()
    for note in receipt.notes:
        _LOG.info("%r: %s", receipt.input, note)
    receipt.finished = utc_now()
    return receipt


def _kept_name(sha256: str, batch_id: str) -> str:
    """Return the name of the file that keeps the decisions of a batch."""
    content_id = sha256[:_ID_DIGITS]
    return f"{content_id}.csv" if batch_id == content_id else f"{content_id}.{batch_id}.csv"


@dataclass
class _Source:
    """An opened corrections file; ``edited`` if it is a predictions.csv with changed codes."""

    table: Table
    edited: EditedPredictions | None = None

    def corrections(self) -> Iterator[Correction]:
        """Yield every row, from the first one."""
        return read_corrections(self.table) if self.edited is None else self.edited.corrections()


def _open(path: Path, settings: Settings, progress: Progress = lambda n_done: None) -> _Source:
    """Open a file of corrections, or edited predictions."""
    data = settings.data
    if not is_from_predictions(_with_header(path, settings).header):
        return _Source(open_corrections(path, data.columns, data.encoding))
    aliases = {CORRECTED: CORRECTED_NAMES, **data.columns.model_dump()}
    table = open_table(path, aliases, (JOB_TITLE,), data.encoding)
    coded_texts = CodedTexts(data.corrections_dir)
    return _Source(
        table, EditedPredictions(table, coded_texts, settings.output.pad_codes, lambda: progress(0))
    )


def _cells(correction: Correction, check: IntakeCheck, replaced: str | None) -> list[str]:
    reasons = [correction.reason] if correction.reason else []
    reasons += check.reasons
    if replaced is not None:
        reasons.append(f"replaces {replaced}: the later correction is used")
    return [
        str(correction.line),
        correction.text,
        neutralise(correction.written),
        correction.code,
        str(correction.status),
        "; ".join(reasons),
    ]


class _KeptCorrections:
    """Writes the decided corrections to the file that keeps them."""

    def __init__(self, file: TextIO, order: tuple[str, str]) -> None:
        self._writer = Writer(file, KEPT_COLUMNS)
        self._order = order
        self.n = 0

    def add(self, correction: Correction, check: IntakeCheck) -> None:
        """Write a correction if it is decided."""
        if correction.is_decided:
            self.n += 1
            self._writer.write([[*_kept_cells(correction, check), *self._order]])


@contextmanager
def _open_kept(path: Path) -> Iterator[_KeptCorrections]:
    """Open the file that keeps a batch's decisions; it appears whole when the block ends.

    Without decisions there is no file, and an existing file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    order = str(next_sequence(path.parent)), utc_now()
    with suppress(_NothingToKeepError), open_atomic(path, is_durable=True) as part:
        file = io.TextIOWrapper(part, encoding="utf-8", newline="", write_through=True)
        kept = _KeptCorrections(file, order)
        yield kept
        file.flush()
        file.detach()
        if not kept.n or path.exists():
            raise _NothingToKeepError


class _NothingToKeepError(Exception):
    """There are no decisions, or they are kept already."""


def _kept_cells(correction: Correction, check: IntakeCheck) -> list[str]:
    """Return the values of ``CORRECTION_COLUMNS``; those of the sample are what was drawn."""
    sample = ["", "", ""]
    if check.drawn is not None:
        sample = [check.drawn.code, str(check.drawn.n_records), correction.sampled]
    elif check.has_no_list:
        sample = [correction.predicted, str(correction.n_drawn), correction.sampled]
    return [correction.text, correction.code, *sample]
