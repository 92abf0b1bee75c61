"""Code the records of many requests with one model: what waits is coded together.

A model codes one batch at a time, and a batch several times as fast as its records one by one. So
while one batch is coded, requests queue up, and then share the next one: each gives some records in
the order of arrival, so that one record passes a long list, and what nobody waits for any more is
left out. One thread does it, and takes in new models and corrections between two batches.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from typing import TypeVar

from core.corrections.presence import CorrectionsAwayError
from core.errors import IscoError
from core.row_counts import quantity
from inference.decision import Prediction
from isco import Coder
from web.guard import ANSWER_LIMIT_S
from web.payloads import MAX_RECORDS, Record

_LOG = logging.getLogger(__name__)
_REFRESH_S = 1.0
# A batch is short, so that what comes meanwhile waits little: larger ones are hardly faster.
_MAX_BATCH_RECORDS = 256
# So many of one request, before the next one has its turn.
_SHARE_RECORDS = 64
# Of the memory, however fast the model is.
_MAX_WAITING_RECORDS = 10 * MAX_RECORDS
# What the last batches weigh in the speed, each against the one after it.
_DECAY = 0.8
_T = TypeVar("_T")


class BusyError(IscoError):
    """More records wait than can be coded in time, or the corrections cannot be read."""


@dataclass
class _Request:
    """A request, how many of its records are in a batch, and the predictions it has."""

    records: Sequence[Record]
    future: asyncio.Future[tuple[list[Prediction], str]]
    n_taken: int = 0
    predictions: list[Prediction] = field(default_factory=list)

    @property
    def n_left(self) -> int:
        """How many records wait for a batch."""
        return len(self.records) - self.n_taken


class _Speed:
    """How many records a second the last batches had."""

    def __init__(self) -> None:
        self._n_records = 0.0
        self._time_s = 0.0

    def add(self, n_records: int, time_s: float) -> None:
        self._n_records = self._n_records * _DECAY + n_records
        self._time_s = self._time_s * _DECAY + time_s

    def n_records_in(self, time_s: float) -> int:
        """Return how many records are coded in ``time_s``, the most that may wait at first."""
        if not self._time_s:
            return _MAX_WAITING_RECORDS
        return min(_MAX_WAITING_RECORDS, int(time_s * self._n_records / self._time_s))


@dataclass(frozen=True)
class _Part:
    """Records of a request that are in a batch."""

    request: _Request
    records: Sequence[Record]


class CodingQueue:
    """The waiting requests of one event loop, and the thread that codes them."""

    def __init__(self, coder: Coder) -> None:
        self.coder = coder
        self._waiting: deque[_Request] = deque()
        self._speed = _Speed()
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
        self._refuse_too_many(len(records))
        request = _Request(records, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
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

    def _refuse_too_many(self, n_records: int) -> None:
        """Raise BusyError where the answer would come too late, or too many records wait."""
        waiting = [request.n_left for request in self._waiting if not request.future.done()]
        n_waiting = sum(waiting)
        # The requests take turns: a long one is not done before the last turn of a short one.
        n_turns = ceil(n_records / _SHARE_RECORDS)
        n_before = sum(min(n_left, n_turns * _SHARE_RECORDS) for n_left in waiting)
        n_possible = self._speed.n_records_in(ANSWER_LIMIT_S)
        if not n_waiting:  # one alone is always tried
            return
        if n_before + n_records > n_possible or n_waiting + n_records > _MAX_WAITING_RECORDS:
            raise BusyError(
                f"{quantity(n_waiting, 'record waits', 'records wait')} already, {n_before:,} "
                f"before the last of yours; expected at most {n_possible:,} with yours, which is "
                f"what this machine codes in {ANSWER_LIMIT_S:g} s. Try again in some seconds, or "
                "send fewer at once"
            )

    def _refuse_if_unable(self) -> None:
        if self._refusal:
            raise BusyError(self._refusal)

    async def _work(self) -> None:
        """Code what waits, batch by batch, until nothing waits."""
        loop = asyncio.get_running_loop()
        while parts := self._take():
            records = [record for part in parts for record in part.records]
            start_s = time.monotonic()
            try:
                predictions, version = await loop.run_in_executor(self._thread, self._code, records)
            except Exception as error:  # each of them is told, and the next batch is coded
                for part in parts:
                    if not part.request.future.done():
                        part.request.future.set_exception(error)
                continue
            self._speed.add(len(records), time.monotonic() - start_s)
            start = 0
            for part in parts:
                end = start + len(part.records)
                _give(part.request, predictions[start:end], version)
                start = end

    def _take(self) -> list[_Part]:
        """Return the next batch: a share of each request in turn, as long as there is room."""
        parts: list[_Part] = []
        room = _MAX_BATCH_RECORDS
        while self._waiting and room:
            request = self._waiting.popleft()
            if request.future.done():  # whoever asked has gone
                continue
            start = request.n_taken
            request.n_taken += min(_SHARE_RECORDS, request.n_left, room)
            room -= request.n_taken - start
            parts.append(_Part(request, request.records[start : request.n_taken]))
            if request.n_left:
                self._waiting.append(request)
        return parts

    def _code(self, records: Sequence[Record]) -> tuple[list[Prediction], str]:
        texts = [
            (record.job_title, record.duties_description, record.context) for record in records
        ]
        return self.coder.code_all(texts), self.coder.model_version


def _give(request: _Request, predictions: Sequence[Prediction], version: str) -> None:
    """Add predictions to a request, and answer it with its last ones."""
    request.predictions += predictions
    if len(request.predictions) == len(request.records) and not request.future.done():
        request.future.set_result((request.predictions, version))
