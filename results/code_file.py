"""One input file → a complete folder of results.

``code_file`` streams the input in chunks of 10,000 records and writes, in a folder that nobody
looks at yet: ``predictions.csv`` (the input's columns, untouched, then ours), ``review.csv`` (one
row per distinct text under the threshold, highest gain first, and a random sample of the others),
the same questions as ``review.xlsx`` and ``review.html``, and ``report.html``. Its receipt is
written by ``outbox.complete``, last. Memory is bounded by a chunk and by the distinct texts under
the threshold.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from core import html
from core.csv_table import CHUNK_ROWS, DELIMITERS, Writer, open_table
from core.settings import Settings
from core.text import row_text
from inference.autocoder import Autocoder, settings_that_matter
from inference.bundle import file_hash
from inference.output_columns import as_cells, counts, free_names, output_values
from results.agreement import GIVEN, compared
from results.explanations import ask
from results.receipt import Receipt, now
from results.report import REPORT, write_report
from results.review.page import REVIEW_PAGE, write_review
from results.review.queue import ReviewQueue
from results.review.workbook import REVIEW_WORKBOOK, write_workbook
from results.statistics import BatchStatistics

PREDICTIONS, REVIEW = "predictions.csv", "review.csv"


def batch_id(sha256: str, autocoder: Autocoder, settings: Settings) -> str:
    """Same bytes, model, corrections and settings: same id (12 hexadecimal digits)."""
    parts = [
        sha256,
        autocoder.version,
        settings_that_matter(settings, autocoder.corrections_lookup),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def prepare_pages() -> None:
    """Do once what else the first file of a process would wait for."""
    html.prepare("base.html", "plots.html", REPORT, REVIEW_PAGE)


def code_file(
    path: Path,
    out_dir: Path,
    autocoder: Autocoder,
    settings: Settings,
    progress: Callable[[int], None] = lambda n_done: None,
    n_explained: int = 0,
) -> Receipt:
    """Code every record of ``path`` into the existing folder ``out_dir``.

    ``progress`` is told how many more records are done; ``n_explained`` of them are left to be
    explained. Raises InputError where the file is not what it should be; ``out_dir`` then holds an
    incomplete result.
    """
    clock = time.monotonic()
    sha256 = file_hash(path)
    aliases = {**settings.data.columns.model_dump(), GIVEN: (GIVEN,)}
    table = open_table(path, aliases, required=("job_title",))
    receipt = Receipt(
        input=path.name,
        sha256=sha256,
        batch_id=batch_id(sha256, autocoder, settings),
        encoding=table.encoding,
        delimiter=DELIMITERS[table.delimiter],
        model_version=autocoder.version,
        settings=settings_that_matter(settings, autocoder.corrections_lookup),
        started=now(),
    )
    provider = autocoder.classifier.provider
    review = ReviewQueue(receipt.batch_id)
    tally = BatchStatistics(autocoder.training_profile, settings.model.confidence_threshold)
    with (
        (out_dir / PREDICTIONS).open("w", encoding="utf-8", newline="") as file,
        compared(out_dir, table) as comparison,
    ):
        writer = Writer(file, [*table.header, *free_names(table.header)])
        for chunk in table.chunks(CHUNK_ROWS):
            texts = [row_text(table, row) for row in chunk]
            predictions = autocoder.code(texts, progress)
            receipt.n_rows_in += len(chunk)
            receipt.add(counts(predictions))
            writer.write(
                [*row, *as_cells(output_values(prediction, autocoder.version))]
                for row, prediction in zip(chunk, predictions, strict=True)
            )
            first = receipt.n_rows_in - len(chunk) + 1
            for n, (row, text, prediction) in enumerate(
                zip(chunk, texts, predictions, strict=True), first
            ):
                if prediction.source == "model":
                    duties = table.get(row, "duties_description")
                    review.add(text, table.get(row, "job_title"), duties, prediction, n)
            is_seen = tally.add(texts, predictions)
            if comparison is not None:
                comparison.add(table, chunk, predictions, is_seen, first)
    if (providers := {provider, autocoder.classifier.provider}) != {"cpu"}:
        receipt.notes.append(f"computed by {' and '.join(sorted(providers))}")
    receipt.n_review_texts, receipt.n_sampled = len(review), review.n_sampled
    receipt.notes += _write_review(review, out_dir, table.delimiter, receipt)
    explained = review.explained(n_explained)
    if explained:
        ask(explained, out_dir, receipt.input, receipt.batch_id, receipt.model_version)
    receipt.n_blank_lines = table.n_blank_lines
    if not receipt.n_rows_in:
        receipt.notes.append("the file has a header and no records")
    if "duties_description" not in table.columns:
        receipt.notes.append("no column with duties: coded from the titles alone")
    found = (table, tally, review, comparison)
    write_report(out_dir, receipt, *found, is_explained=bool(explained))
    receipt.finished, receipt.seconds = now(), round(time.monotonic() - clock, 3)
    return receipt


def _write_review(
    review: ReviewQueue, out_dir: Path, delimiter: str, receipt: Receipt
) -> list[str]:
    """The questions as a table, a workbook and a page; what the last two leave out, in words."""
    n_rows = review.write(out_dir / REVIEW, delimiter)
    shown = review.shown()
    n_left_out = n_rows - len(shown)
    where = (
        f"{n_left_out:,} of {n_rows:,} questions, the last or very long ones, are in {REVIEW} alone"
    )
    notes = [where] if n_left_out else []
    write_workbook(shown, out_dir / REVIEW_WORKBOOK, notes)
    write_review(shown, out_dir / REVIEW_PAGE, receipt.input, receipt.batch_id, notes)
    return notes
