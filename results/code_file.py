"""One input file → a complete folder of results, but for its receipt.

``code_file`` reads the input in chunks of 10,000 records. Into a folder that nobody sees yet it
writes ``predictions.csv`` (the columns of the input, unchanged, then ours), ``review.csv`` (one row
per uncertain text, highest expected gain first, and a random sample of the autocoded records),
``review.xlsx`` and ``review.html`` with the same rows, and ``report.html``. The receipt is
returned; ``watcher/delivery/publish.py`` writes it last. Memory is bounded by a chunk and by the
distinct uncertain texts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core import html
from core.columns.header_names import match
from core.columns.other_jobs import spoken_name
from core.columns.record_text import row_duties, row_text
from core.corrections.coded_texts import has_lists, keep_text_list, mark_incomplete
from core.corrections.published_columns import text_columns
from core.corrections.text_list import ListHead
from core.csv_table import CHUNK_ROWS, Table, open_table
from core.csv_writer import Writer, has_formula, row_writer
from core.files.own_files import RECEIPT, REPORT
from core.files.whole_file import sha256_of
from core.formats.source import Row
from core.isco_codes.code_column import CODE_COLUMN, CODE_NAMES
from core.isco_codes.compared_column import choose_compared_column
from core.isco_scores.derived_variables import derived_of
from core.languages.message import Message
from core.own_tables.output_contract import free_names, output_columns
from core.own_tables.table_kind import TableKind, refuse_own_table
from core.row_counts import Progress, no_progress
from core.settings import DataSettings, Settings
from core.settings_file.text_columns import DUTIES, JOB_TITLE, TEXT_COLUMNS
from core.timestamps import utc_now
from inference.autocoder import NEUTRALISE_FORMULAS, PAD_CODES, Autocoder, result_settings
from inference.decision import Prediction
from inference.doubt.several_occupations import code_records
from inference.output_columns import as_cells, counts, output_values
from inference.providers import CPU
from results.agreement import open_agreement
from results.batch import Batch
from results.explanations.requests import request_explanations
from results.input_columns import review_context, weighted_shares
from results.input_notes import note_input, note_providers, unread_notes
from results.own_format import write_own_format
from results.receipt import Receipt
from results.report import write_report
from results.reporting.contested_codes import ContestedCodes
from results.review.page import REVIEW_PAGE
from results.review.queue import ReviewQueue
from results.review.review_files import write_review
from results.statistics import BatchStatistics

PREDICTIONS = TableKind.PREDICTIONS

_LOG = logging.getLogger(__name__)


def batch_id(sha256: str, autocoder: Autocoder, settings: Settings) -> str:
    """Return the id of a batch: the same for the same bytes, model, corrections and settings.

    Accelerators compute slightly other numbers than the CPU, so their batches have other ids.

    It has 12 hexadecimal digits; ``sha256`` is the hash of the input.
    """
    parts = [
        sha256,
        autocoder.version,
        result_settings(settings, autocoder.corrections_lookup),
    ]
    if (provider := autocoder.classifier.provider) != CPU:
        parts.append({"provider": provider})
    if (reading := settings.data.reading) != DataSettings().reading:
        parts.append(reading)
    if settings.output.same_format:
        parts.append("same_format")
    if settings.review.context:
        parts.append(settings.review.context)
    if settings.review.coders:
        parts.append({"coders": settings.review.coders, "share": settings.review.double_share})
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def prepare_process(language: str) -> None:
    """Prepare a process of our own for files: load the names of columns, compile the templates."""
    for column in TEXT_COLUMNS:
        match("no usual name", column)
    html.prepare("base.html", "plots.html", "tables.html", REPORT, REVIEW_PAGE, language=language)


def code_file(
    path: Path,
    out_dir: Path,
    autocoder: Autocoder,
    settings: Settings,
    progress: Progress = no_progress,
    n_explained: int = 0,
) -> Receipt:
    """Code every record of ``path`` into the existing folder ``out_dir``, and return the receipt.

    Parameters
    ----------
    progress : called with the number of records that were coded since the last call.
    n_explained : for so many records explanations are requested.

    Raises InputError if the file cannot be read; ``out_dir`` then holds an incomplete result.
    """
    start_s = time.monotonic()
    table = _open_input(path, settings)
    receipt = _start_receipt(path, table, autocoder, settings)
    autocoder.learn_corrections(progress)
    calibration = autocoder.calibration
    receipt.calibration = calibration.summary()
    missing: list[str] = []
    with open_agreement(out_dir, table, settings.output.language) as agreement:
        batch = Batch(
            table=table,
            receipt=receipt,
            calibration=calibration,
            statistics=BatchStatistics(
                autocoder.training_profile, calibration.threshold, calibration.wanted_threshold
            ),
            review=ReviewQueue(receipt.batch_id),
            agreement=agreement,
            contested=ContestedCodes(autocoder.corrections_lookup.decisions),
            context=review_context(table, settings.review.context, missing),
            weighted=weighted_shares(table, settings.data.columns.weight, missing),
        )
        _write_predictions(batch, out_dir / PREDICTIONS, autocoder, progress)
    if settings.output.same_format:
        columns = output_columns(settings.output.derived)
        receipt.notes += filter(None, [write_own_format(table, out_dir / PREDICTIONS, columns)])
    write_review(batch, out_dir, settings)
    _list_texts(batch, settings)
    items = batch.review.items_to_explain(n_explained)
    if items:
        request_explanations(items, out_dir, receipt)
    note_input(batch, missing)
    write_report(out_dir, batch, is_explained=bool(items))
    receipt.finished = utc_now()
    receipt.seconds = round(time.monotonic() - start_s, 3)
    return receipt


def _open_input(path: Path, settings: Settings) -> Table:
    aliases = {**settings.data.read_columns.aliases, CODE_COLUMN: CODE_NAMES}
    table = open_table(path, aliases, (JOB_TITLE,), settings.data.encoding)
    refuse_own_table(path, table.header, table.sample())
    choose_compared_column(table)
    return table


def _start_receipt(path: Path, table: Table, autocoder: Autocoder, settings: Settings) -> Receipt:
    sha256 = sha256_of(path)
    names = [table.header, *table.layout.further_headers]
    return Receipt(
        input=path.name,
        sha256=sha256,
        batch_id=batch_id(sha256, autocoder, settings),
        encoding=table.encoding,
        delimiter=table.delimiter_name,
        format=str(table.format),
        model_version=autocoder.version,
        settings=result_settings(settings, autocoder.corrections_lookup),
        started=utc_now(),
        columns={
            column: spoken_name(names, position) for column, position in table.columns.items()
        },
        other_columns=table.other_columns,
        notes=[*table.notes, *unread_notes(autocoder.corrections_lookup.unread, settings.file)],
    )


def _write_predictions(batch: Batch, path: Path, autocoder: Autocoder, progress: Progress) -> None:
    """Code the input chunk by chunk into ``path``, and count every record in the batch."""
    first_provider = autocoder.classifier.provider
    pads_codes = batch.receipt.settings[PAD_CODES]
    as_written = row_writer(batch.receipt.settings[NEUTRALISE_FORMULAS])
    derived = derived_of(batch.receipt.settings)
    header = batch.table.header

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = Writer(file, as_written(header) + free_names(header, derived))
        for chunk in batch.table.chunks(CHUNK_ROWS):
            texts = [row_text(batch.table, row) for row in chunk]
            titles = [batch.table.get(row, JOB_TITLE) for row in chunk]
            predictions = code_records(autocoder.code, titles, texts, progress)
            writer.write(
                as_written(row)
                + as_cells(
                    output_values(
                        prediction, autocoder.version, pads_codes, batch.language, derived
                    )
                )
                for row, prediction in zip(chunk, predictions, strict=True)
            )
            batch.receipt.n_truncated += autocoder.n_truncated(texts)
            _add_texts(batch, texts, predictions)
            _count(batch, chunk, texts, predictions)
            batch.several_titles.add(titles, predictions)
    batch.receipt.n_blank_lines = batch.table.n_blank_lines
    note_providers(batch.receipt, {first_provider, autocoder.classifier.provider})


def _count(
    batch: Batch, chunk: Sequence[Row], texts: Sequence[str], predictions: Sequence[Prediction]
) -> None:
    """Count one coded chunk in the receipt, the review, the statistics and the agreement."""
    first_record = batch.receipt.n_rows_in + 1
    batch.receipt.n_rows_in += len(chunk)
    batch.damage.add(chunk)
    batch.answers_beside.add(chunk)
    batch.other_periods.add(chunk)
    batch.stray_rows.add(chunk)
    batch.receipt.n_formulas += sum(map(has_formula, chunk))
    batch.receipt.add(counts(predictions))
    for record, (row, text, prediction) in enumerate(
        zip(chunk, texts, predictions, strict=True), first_record
    ):
        job_title = batch.table.get(row, JOB_TITLE)
        batch.unread_formulas.add((job_title, batch.table.get(row, DUTIES)))
        if prediction.needs_review or not prediction.isco_code:
            batch.repeated_titles.add(job_title)
        if prediction.is_by_model:
            duties = row_duties(batch.table, row)
            context = tuple(row[position] for position in batch.context.values())
            batch.review.add(text, job_title, duties, prediction, record, context)
    batch.contested.add(texts, predictions)
    is_seen = batch.statistics.add(texts, predictions)
    if batch.weighted is not None:
        batch.weighted.add(chunk, predictions)
    if batch.agreement is not None:
        batch.agreement.add(batch.table, chunk, predictions, is_seen, first_record)


def _add_texts(batch: Batch, texts: Sequence[str], predictions: Sequence[Prediction]) -> None:
    """Add the texts of one coded chunk to the list of the batch."""
    by_model = (text for text, p in zip(texts, predictions, strict=True) if p.is_by_model)
    codes: dict[str, str] = {}
    for text, prediction in zip(texts, predictions, strict=True):
        codes[text] = codes.get(text) or prediction.isco_code
    batch.texts.add(codes, Counter(by_model))


def _list_texts(batch: Batch, settings: Settings) -> None:
    """Keep the list of the texts and of what was drawn, so that what comes back can be checked."""
    receipt, folder = batch.receipt, settings.data.corrections_dir
    columns = text_columns(batch.table)
    head = ListHead(receipt.batch_id, receipt.model_version, text_columns=columns)
    try:
        if not has_lists(folder):
            _note_earlier_batches(folder, settings)
        batch.texts.count_asked(batch.review.asked())
        keep_text_list(folder, head, batch.texts, batch.review.drawn())
    except OSError as error:  # the codes are right without it
        receipt.notes.append(
            Message(
                "the list of its texts cannot be kept ({error}): answers to its random sample will "
                "not count",
                error=error.strerror or "",
            )
        )
        _LOG.warning("%r: %s", receipt.input, receipt.notes[-1])


def _note_earlier_batches(folder: Path, settings: Settings) -> None:
    """Note that earlier batches have no lists: of old versions, or deleted. Raises OSError."""
    # Somebody may have moved the predictions of a batch away. The other results are of corrections.
    receipts = settings.watcher.outbox.glob(f"*/{RECEIPT}")
    has_batches = not all((path.parent / TableKind.CORRECTIONS).exists() for path in receipts)
    if has_batches or any(folder.glob("*.csv")):
        mark_incomplete(folder, "earlier")
    if has_batches:
        _LOG.warning(
            "%s has no lists of the batches that were coded before: answers to their random "
            "samples will not count, and what they asked is not known. If somebody deleted the "
            "folder, put it back from a backup",
            folder,
        )
