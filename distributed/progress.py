"""The progress of a distributed run in the log: rows, rows per second and the time left."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from core.row_counts import quantity

_LOG = logging.getLogger(__name__)
_INTERVAL_S = 10.0


class RunProgress:
    """Count the records, and log the progress at most once in ten seconds.

    The number of records of a file is known once it was checked; that of the other files is
    estimated from their sizes.
    """

    def __init__(self, n_bytes: int) -> None:
        """Start to count; ``n_bytes`` is the size of all files together."""
        self._n_bytes = n_bytes
        self._n_bytes_read = 0
        self._n_records_read = 0
        self._n_coded = 0
        self._n_resumed = 0
        self._start_s = time.monotonic()
        self._logged_s = self._start_s

    def add_read(self, n_bytes: int, n_records: int) -> None:
        """Count a file that was checked: its size and its records."""
        self._n_bytes_read += n_bytes
        self._n_records_read += n_records

    def add_resumed(self, n_records: int) -> None:
        """Count the records of a shard of an earlier run."""
        self._n_resumed += n_records

    def add_coded(self, n_records: int) -> None:
        """Count the records of a shard that was written."""
        self._n_coded += n_records
        now_s = time.monotonic()
        if now_s - self._logged_s >= _INTERVAL_S:
            self._logged_s = now_s
            _LOG.info("%s", self.describe(now_s - self._start_s))

    def describe(self, elapsed_s: float) -> str:
        """Return the progress after ``elapsed_s`` seconds, in one line."""
        rows_per_s = self._n_coded / elapsed_s
        about = "" if self._n_bytes_read == self._n_bytes else "about "
        n_records = self._n_records_read * self._n_bytes / max(self._n_bytes_read, 1)
        n_done = self._n_coded + self._n_resumed
        rows = quantity(round(n_records), "row")
        so_far = f"{n_done:,} of {about}{rows}, {rows_per_s:,.0f} rows/s"
        if not rows_per_s:  # so far only files without records
            return so_far
        left = timedelta(seconds=round(max(n_records - n_done, 0) / rows_per_s))
        return f"{so_far}, {left} left"
