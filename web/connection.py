"""Close connections over which no request comes: whoever keeps them open shuts others out."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.guard import ARRIVAL_LIMIT_S


class Connection(H11Protocol):
    """A connection of HTTP that is closed unless the head of a request comes in time.

    uvicorn limits how long a connection rests after an answer, but not how long it waits for the
    first request, nor for the rest of a head. The guard sees a request when its head is there.
    """

    _head_limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Hand on what came, and expect the rest of a head that is not complete."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        else:
            self._stop_expecting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_expecting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        """Start the time for a head. What comes bit by bit does not start it anew."""
        if self._head_limit is None:
            limit = self.loop.call_later(ARRIVAL_LIMIT_S, self.timeout_keep_alive_handler)
            self._head_limit = limit

    def _stop_expecting(self) -> None:
        if self._head_limit is not None:
            self._head_limit.cancel()
            self._head_limit = None
