"""A sign of life from the steps of a training that count no texts: a log line a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LOG = logging.getLogger(__name__)
LOG_PERIOD_S = 60.0


@contextmanager
def long_step(name: str, period_s: float = LOG_PERIOD_S) -> Iterator[None]:
    """Log every ``period_s`` seconds that the step ``name`` goes on, while the block runs.

    If it took longer than that, log at its end how long it took. A short step logs nothing.
    """
    start_s = time.monotonic()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(period_s):
            _LOG.info("%s goes on, %.0f s so far", name, time.monotonic() - start_s)

    watcher = threading.Thread(target=watch, name="long-step", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        duration_s = time.monotonic() - start_s
        if duration_s >= period_s:
            _LOG.info("%s took %.0f s", name, duration_s)
