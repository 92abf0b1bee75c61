"""How far a census is: rows, rows per second and the time left, a line now and then."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

_LOG = logging.getLogger(__name__)
_EVERY_S = 10.0


class Progress:
    """Counts what comes in and says how it stands, at most once in ten seconds.

    How many records a file holds is known once it was checked; of the others it is estimated from
    their sizes.
    """

    def __init__(self, n_bytes: int) -> None:
        """``n_bytes``: of all files together."""
        self._n_bytes = n_bytes
        self._n_bytes_read = self._n_records_read = 0
        self._n_coded = self._n_kept = 0
        self._started = self._said = time.monotonic()

    def read(self, n_bytes: int, n_records: int) -> None:
        """A file was checked: so many bytes are so many records."""
        self._n_bytes_read += n_bytes
        self._n_records_read += n_records

    def kept(self, n_records: int) -> None:
        """Records of a shard that was there already."""
        self._n_kept += n_records

    def coded(self, n_records: int) -> None:
        """Records of a shard that was written."""
        self._n_coded += n_records
        now = time.monotonic()
        if now - self._said >= _EVERY_S:
            self._said = now
            _LOG.info("%s", self.line(now - self._started))

    def line(self, seconds: float) -> str:
        """How it stands after so many seconds."""
        speed = self._n_coded / seconds
        about = "" if self._n_bytes_read == self._n_bytes else "about "
        n_records = self._n_records_read * self._n_bytes / max(self._n_bytes_read, 1)
        n_done = self._n_coded + self._n_kept
        left = timedelta(seconds=round(max(n_records - n_done, 0) / max(speed, 1e-9)))
        return f"{n_done:,} of {about}{n_records:,.0f} rows, {speed:,.0f} rows/s, {left} left"
