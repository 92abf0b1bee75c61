"""Code the records of many requests with one model: what waits is coded together.

A model codes one batch at a time, and a batch several times as fast as its records one by one. So
while one batch is coded, requests queue up, and then all that wait become the next batch. One
thread does it, and takes in new models and corrections between two batches.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from core.corrections.presence import CorrectionsAwayError
from core.errors import IscoError
from inference.decision import Prediction
from isco import Coder
from web.payloads import MAX_RECORDS, Record

_LOG = logging.getLogger(__name__)
_REFRESH_S = 1.0
# So many records are coded in about a quarter of a minute; more would wait past the time limit.
_MAX_WAITING_RECORDS = 10 * MAX_RECORDS
_T = TypeVar("_T")


class BusyError(IscoError):
    """More records wait than can be coded in time, or the corrections cannot be read."""


@dataclass(frozen=True)
class _Request:
    records: Sequence[Record]
    future: asyncio.Future[tuple[list[Prediction], str]]


class CodingQueue:
    """The waiting requests of one event loop, and the thread that codes them."""

    def __init__(self, coder: Coder) -> None:
        self.coder = coder
        self._waiting: deque[_Request] = deque()
        self._n_waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="coding")
        self._worker: asyncio.Task[None] | None = None
        self._refusal = ""
        self.warning = ""
        """Why the corrections that were read last are used; empty while those on disk are."""

    async def code(self, records: Sequence[Record]) -> tuple[list[Prediction], str]:
        """Return the prediction of each record, and the version of the model.

        Raises BusyError where too many records wait, or corrections cannot be read.
        """
        self._refuse_if_unable()
        if self._n_waiting + len(records) > _MAX_WAITING_RECORDS:
            raise BusyError(f"{self._n_waiting:,} records wait already; try again in some seconds")
        request = _Request(records, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._n_waiting += len(records)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await request.future

    async def run(self, function: Callable[[], _T]) -> _T:
        """Return what ``function`` returns in the thread of the model. Raises BusyError."""
        self._refuse_if_unable()
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def keep_fresh(self) -> None:
        """Take in promoted models and new corrections once a second, until it is cancelled."""
        loop = asyncio.get_running_loop()
        version = ""
        while True:
            if version != self.coder.model_version:
                version = self.coder.model_version
                _LOG.info("serving model %s", version)
            await asyncio.sleep(_REFRESH_S)
            try:
                await loop.run_in_executor(self._thread, self.coder.refresh)
            except CorrectionsAwayError as error:
                self._refusal = ""
                if not self.warning:
                    _LOG.warning("the corrections read last go on counting: %s", error)
                self.warning = str(error)
            except (OSError, IscoError) as error:
                refusal = f"the corrections cannot be read: {error}"
                if refusal != self._refusal:
                    _LOG.error("%s", refusal)
                self._refusal = refusal
            else:
                if self.warning:
                    _LOG.info("the corrections are there again")
                self._refusal = self.warning = ""

    def close(self) -> None:
        """End the thread; what waits is not coded."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _refuse_if_unable(self) -> None:
        if self._refusal:
            raise BusyError(self._refusal)

    async def _work(self) -> None:
        """Code what waits, batch by batch, until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            requests = self._take()
            records = [record for request in requests for record in request.records]
            try:
                predictions, version = await loop.run_in_executor(self._thread, self._code, records)
            except Exception as error:  # each of them is told, and the next batch is coded
                for request in requests:
                    if not request.future.done():
                        request.future.set_exception(error)
                continue
            start = 0
            for request in requests:
                end = start + len(request.records)
                if not request.future.done():
                    request.future.set_result((predictions[start:end], version))
                start = end

    def _take(self) -> list[_Request]:
        """Return the requests of the next batch: at least one, and at most 1,000 records."""
        requests: list[_Request] = []
        n_records = 0
        while self._waiting and n_records + len(self._waiting[0].records) <= MAX_RECORDS:
            request = self._waiting.popleft()
            self._n_waiting -= len(request.records)
            if not request.future.done():  # whoever asked has not gone
                requests.append(request)
                n_records += len(request.records)
        return requests

    def _code(self, records: Sequence[Record]) -> tuple[list[Prediction], str]:
        texts = [(record.job_title, record.duties_description) for record in records]
        return self.coder.code_all(texts), self.coder.model_version
