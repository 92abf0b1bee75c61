"""A connection over which no request comes does not stay open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import uvicorn

from web import connection
from web.connection import Connection
from web.server import listen

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

LIMIT_S = 0.1
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def late_application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer after more than the time in which the head of a request must come."""
    assert scope["type"] == "http"
    await asyncio.sleep(2 * LIMIT_S)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """Serve the application, and give the port."""
    config = uvicorn.Config(late_application, http=Connection, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listener:
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


def received(client: Client) -> bytes:
    """Return what ``client`` receives until the server closes the connection."""

    async def talk() -> bytes:
        async with served() as port, asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            answer = await client(reader, writer)
            writer.close()
            return answer

    return asyncio.run(talk())


@pytest.fixture(autouse=True)
def _short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ARRIVAL_LIMIT_S", LIMIT_S)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\n"])
def test_a_silent_client_does_not_hold_a_connection(begun: bytes) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(begun)
        return await reader.read()

    assert received(silent) == b""


def test_a_head_that_comes_bit_by_bit_gets_no_more_time() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        while not reader.at_eof():
            writer.write(b"X")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), LIMIT_S / 4)
        return b"closed"

    assert received(slow) == b"closed"


def test_an_answer_may_take_longer_and_a_second_request_may_follow() -> None:
    async def patient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        answers = b""
        for _ in range(2):
            writer.write(REQUEST)
            answers += await reader.readuntil(b"\r\n\r\n")
        return answers

    assert received(patient).count(b"HTTP/1.1 204 No Content") == 2


def test_the_head_of_a_second_request_must_come_in_time_too() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(REQUEST)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REQUEST[:9])
        return await reader.read()

    assert received(half) == b""
