"""The file in ``data/corrections/`` that keeps the decisions of one batch."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from core.corrections.correction import Correction
from core.corrections.corrections_folder import KEPT_COLUMNS, next_sequence
from core.corrections.signature import YES
from core.csv_writer import Writer
from core.files.whole_file import open_atomic
from core.timestamps import utc_now
from results.intake_check import IntakeCheck

ID_DIGITS = 12


def kept_name(sha256: str, batch_id: str) -> str:
    """Return the name of the file that keeps the decisions of a batch."""
    content_id = sha256[:ID_DIGITS]
    return f"{content_id}.csv" if batch_id == content_id else f"{content_id}.{batch_id}.csv"


class KeptCorrections:
    """Writes the decided corrections to the file that keeps them."""

    def __init__(self, file: TextIO, order: tuple[str, str]) -> None:
        self._writer = Writer(file, KEPT_COLUMNS)
        self._order = order
        self.n = 0

    def add(self, correction: Correction, check: IntakeCheck) -> None:
        """Write a correction if it decides about its text, or takes that back."""
        if correction.is_kept:
            self.n += 1
            self._writer.write([[*_kept_cells(correction, check), *self._order]])


@contextmanager
def open_kept(path: Path) -> Iterator[KeptCorrections]:
    """Open the file that keeps a batch's decisions; it appears whole when the block ends.

    Without decisions there is no file, and an existing file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    order = str(next_sequence(path.parent)), utc_now()
    with suppress(_NothingToKeepError), open_atomic(path, is_durable=True) as part:
        file = io.TextIOWrapper(part, encoding="utf-8", newline="", write_through=True)
        kept = KeptCorrections(file, order)
        yield kept
        file.flush()
        file.detach()
        if not kept.n or path.exists():
            raise _NothingToKeepError


class _NothingToKeepError(Exception):
    """There are no decisions, or they are kept already."""


def _kept_cells(correction: Correction, check: IntakeCheck) -> list[str]:
    """Return the values of ``KEPT_COLUMNS`` but the order.

    How many records were drawn is what the list says; the predicted code is that which the file
    showed to the coder, none if the coder was to answer blind.
    """
    sample = ["", "", ""]
    if check.drawn is not None:
        sample = [correction.predicted, str(check.drawn.n_records), correction.sampled]
    elif check.has_no_list:
        sample = [correction.predicted, str(correction.n_drawn), correction.sampled]
    several = YES if correction.is_of_several else ""
    return [correction.text, correction.code, *sample, several, *correction.signature.cells]
