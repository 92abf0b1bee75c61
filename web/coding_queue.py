"""Code the records of many requests with one model: what waits is coded together.

A model codes one batch at a time, and a batch several times as fast as its records one by one. So
while one batch is coded, requests queue up, and then share the next one: each gives some records in
the order of arrival, so that one record passes a long list, and what nobody waits for any more is
left out. A batch is bounded by the characters in it, because long texts take longer. One thread
does it, and takes in new models and corrections between two batches.
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
from web.guard import ANSWER_LIMIT_S, STOPPING
from web.payloads import MAX_RECORDS, Record

_LOG = logging.getLogger(__name__)
_REFRESH_S = 1.0
# The time of a record grows with its characters between these: a title alone takes as long as one
# of 60, and the model reads 128 tokens, which are some 900.
_LEAST_CHARS = 60
_MOST_CHARS = 900
# A batch is short, so that what comes meanwhile waits little: larger ones are hardly faster.
_MAX_BATCH_CHARS = 256 * _LEAST_CHARS
# So many of one request, before the next one has its turn.
_SHARE_CHARS = 64 * _LEAST_CHARS
# Of the memory, however fast the model is.
_MAX_WAITING_RECORDS = 10 * MAX_RECORDS
# What the last batches weigh in the speed, each against the one after it.
_DECAY = 0.8
_T = TypeVar("_T")


class BusyError(IscoError):
    """Too many records wait, the corrections cannot be read, or the server is being stopped."""


@dataclass
class _Request:
    """A request, how many of its records are in a batch, and the predictions it has.

    ``n_chars_left`` are those of the records that wait for a batch, each as ``_n_chars`` counts it.
    """

    records: Sequence[Record]
    future: asyncio.Future[tuple[list[Prediction], str]]
    n_chars_left: int
    n_taken: int = 0
    predictions: list[Prediction] = field(default_factory=list)

    @property
    def n_left(self) -> int:
        """How many records wait for a batch."""
        return len(self.records) - self.n_taken

    def take(self, max_chars: int) -> _Part:
        """Return the next records of so many characters, one at least: they are in a batch now."""
        start, n_chars = self.n_taken, 0
        while self.n_left:
            more = _n_chars(self.records[self.n_taken])
            if n_chars and n_chars + more > max_chars:
                break
            n_chars += more
            self.n_taken += 1
        self.n_chars_left -= n_chars
        return _Part(self, self.records[start : self.n_taken], n_chars)


class _Speed:
    """How many characters a second the last batches had that were not small."""

    def __init__(self) -> None:
        self._n_chars = 0.0
        self._time_s = 0.0

    def add(self, n_chars: int, time_s: float) -> None:
        self._n_chars = self._n_chars * _DECAY + n_chars
        self._time_s = self._time_s * _DECAY + time_s

    def time_s(self, n_chars: int) -> float:
        """Return how long so many characters take, 0 before the first batch."""
        return n_chars * self._time_s / self._n_chars if self._n_chars else 0.0


@dataclass(frozen=True)
class _Part:
    """Records of a request that are in a batch, and their characters."""

    request: _Request
    records: Sequence[Record]
    n_chars: int


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

        Raises BusyError where too many records wait, corrections cannot be read, or after
        ``close``.
        """
        self._refuse_if_unable()
        n_chars = sum(map(_n_chars, records))
        self._refuse_too_many(len(records), n_chars)
        request = _Request(records, asyncio.get_running_loop().create_future(), n_chars)
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
            except Exception as error:  # whatever it is: else nothing new counts, without a word
                refusal = f"the corrections cannot be read: {error}"
                if refusal != self._refusal:
                    is_foreseen = isinstance(error, OSError | IscoError)
                    _LOG.error("%s", refusal, exc_info=not is_foreseen)
                self._refusal = refusal
            else:
                if self.warning:
                    _LOG.info("the corrections are there again")
                self._refusal = self.warning = ""

    def close(self) -> None:
        """End the thread; what waits for it and what comes is refused."""
        self._refusal = STOPPING
        for request in self._waiting:
            if not request.future.done():
                request.future.set_exception(BusyError(STOPPING))
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _refuse_too_many(self, n_records: int, n_chars: int) -> None:
        """Raise BusyError where the answer would come too late, or too many records wait."""
        waiting = [request for request in self._waiting if not request.future.done()]
        n_waiting = sum(request.n_left for request in waiting)
        if not n_waiting:  # one alone is always tried
            return
        found = f"{quantity(n_waiting, 'record waits', 'records wait')} already"
        remedy = "Try again in some seconds, or send fewer at once"
        if n_waiting + n_records > _MAX_WAITING_RECORDS:
            raise BusyError(
                f"{found}; expected at most {_MAX_WAITING_RECORDS:,} with yours. {remedy}"
            )
        # The requests take turns: a long one is not done before the last turn of a short one.
        n_chars_in_turns = ceil(n_chars / _SHARE_CHARS) * _SHARE_CHARS
        n_before = sum(min(request.n_chars_left, n_chars_in_turns) for request in waiting)
        wait_s = self._speed.time_s(n_before + n_chars)
        if wait_s > ANSWER_LIMIT_S:
            raise BusyError(
                f"{found}, and the answer to yours would take {wait_s:.0f} s; expected at most "
                f"{ANSWER_LIMIT_S:g} s. {remedy}"
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
            n_chars = sum(part.n_chars for part in parts)
            if n_chars >= _SHARE_CHARS:  # a smaller batch takes long for its size
                self._speed.add(n_chars, time.monotonic() - start_s)
            start = 0
            for part in parts:
                end = start + len(part.records)
                _give(part.request, predictions[start:end], version)
                start = end

    def _take(self) -> list[_Part]:
        """Return the next batch: a share of each request in turn, as long as there is room."""
        parts: list[_Part] = []
        room = _MAX_BATCH_CHARS
        while self._waiting and room >= _LEAST_CHARS:
            request = self._waiting.popleft()
            if request.future.done():  # whoever asked has gone
                continue
            part = request.take(min(_SHARE_CHARS, room))
            room -= part.n_chars
            parts.append(part)
            if request.n_left:
                self._waiting.append(request)
        return parts

    def _code(self, records: Sequence[Record]) -> tuple[list[Prediction], str]:
        texts = [
            (record.job_title, record.duties_description, record.context) for record in records
        ]
        return self.coder.code_all(texts), self.coder.model_version


def _n_chars(record: Record) -> int:
    """Return the characters of a record, as far as they decide how long it takes."""
    texts = (record.job_title, record.duties_description, *record.context.values())
    return min(max(sum(len(text or "") for text in texts), _LEAST_CHARS), _MOST_CHARS)


def _give(request: _Request, predictions: Sequence[Prediction], version: str) -> None:
    """Add predictions to a request, and answer it with its last ones."""
    request.predictions += predictions
    if len(request.predictions) == len(request.records) and not request.future.done():
        request.future.set_result((request.predictions, version))
