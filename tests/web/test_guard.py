"""Requests that are too often, too slow or not allowed do not reach the application."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from core.errors import IscoError
from web import guard
from web.guard import Guard, RateLimit
from web.server import check_token

TOKEN = "a-token-of-many-letters"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200 with the length of the body; a body of five bytes takes for ever."""
    message = await receive()
    if len(message["body"]) == 5:
        await asyncio.Event().wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % len(message["body"])})


def ask(
    server: Guard, *parts: bytes | None, path: str = "/code", **headers: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send the parts of a body; after None nothing comes any more."""
    start, body = messages(server, *parts, path=path, **headers)
    return start["status"], dict(start["headers"]), body["body"]


def messages(
    server: Guard,
    *parts: bytes | None,
    path: str = "/code",
    leaves: bool = False,
    http_version: str = "1.1",
    **headers: str,
) -> list[Any]:
    """Return what the server sends; whoever ``leaves`` closes the connection after the body."""
    sent: list[Any] = []
    names = {"host": "localhost:8000", **headers}
    if not names["host"]:
        del names["host"]
    scope = {
        "type": "http",
        "http_version": http_version,
        "method": "POST",
        "path": path,
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in names.items()],
    }
    waiting = list(parts or [b""])

    async def receive() -> Any:
        if not waiting and leaves:
            return {"type": "http.disconnect"}
        part = waiting.pop(0) if waiting else None
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(server(scope, receive, send))
    return sent


def test_a_request_passes_with_its_body_and_safe_headers() -> None:
    status, headers, body = ask(Guard(application, "", 10), b"abc", b"defg")
    assert (status, body) == (200, b"7")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "found no header 'Authorization'; expected 'Authorization: Bearer TOKEN'"),
        (TOKEN, "found another header 'Authorization'; expected 'Authorization: Bearer TOKEN'"),
        ("Bearer wrong", "found another token"),
        (f"Bearer {TOKEN}x", "found another token"),
    ],
)
def test_a_server_with_a_token_asks_for_it(given: str, words: str) -> None:
    server = Guard(application, TOKEN, 10)
    status, headers, body = ask(server, authorization=given)
    assert status == 401 and headers[b"www-authenticate"] == b"Bearer"
    assert words in json.loads(body)["detail"]
    assert ask(server, authorization=f"bearer  {TOKEN}")[0] == 200
    assert ask(server, authorization=f"Bearer {TOKEN}", host="isco.example")[0] == 200
    assert ask(server, path="/health")[0] == 200


def test_too_many_requests_wait_a_second() -> None:
    server = Guard(application, "", 2)
    statuses = [ask(server)[0] for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert ask(server)[1][b"retry-after"] == b"1"


def test_each_client_has_a_rate_of_its_own() -> None:
    limit = RateLimit(2)
    assert [limit.allows("a", now) for now in (0, 0, 0, 0.4, 0.5, 0.5)] == [True] * 2 + [
        False,
        False,
        True,
        False,
    ]
    assert limit.allows("b", 0.5)


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_MAX_CLIENTS", 3)
    limit = RateLimit(1)
    for number in range(10):
        limit.allows(str(number), 0)
    assert list(limit._buckets) == ["7", "8", "9"]


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ARRIVAL_LIMIT_S", 0.05)
    monkeypatch.setattr(guard, "ANSWER_LIMIT_S", 0.05)
    server = Guard(application, "", 10)
    assert ask(server, b"abc", None)[0] == 408
    status, headers, body = ask(server, b"12345")
    assert status == 503 and headers[b"retry-after"] == b"1" and b"too busy" in body


def test_who_has_gone_gets_no_answer_and_costs_no_time() -> None:
    """The application is ended at once: what it would code waits in the queue of all others."""
    assert messages(Guard(application, "", 10), b"12345", leaves=True) == []


@pytest.mark.parametrize(
    ("host", "token", "words"),
    [
        ("0.0.0.0", "", "a token is needed"),
        ("isco.example", "", "a token is needed"),
        ("::", "", "a token is needed"),
        ("127.0.0.1", "short", "at least 16 characters"),
        ("0.0.0.0", "with space in the token", "without spaces"),
    ],
)
def test_an_open_address_needs_a_good_token(host: str, token: str, words: str) -> None:
    with pytest.raises(IscoError, match=words):
        check_token(host, token)


@pytest.mark.parametrize(
    ("host", "header"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "[::1]"),
        ("localhost", "LocalHost"),
        ("Localhost", "localhost"),
        ("127.1.2.3", "127.1.2.3"),
        ("0:0:0:0:0:0:0:1", "[0:0:0:0:0:0:0:1]"),
    ],
)
def test_this_machine_needs_none(host: str, header: str) -> None:
    """Wherever a server starts without a token, it answers who asks under its address."""
    check_token(host, "")
    for name in (header, f"{header}:8000"):
        assert ask(Guard(application, "", 10), b"abc", host=name)[0] == 200
    check_token("0.0.0.0", TOKEN)


@pytest.mark.parametrize(
    "header",
    [
        "isco.example",
        "192.0.2.1:8000",
        "[::2]",
        "",
        "127.0.0.1.example",
        "localhost.example",
        "::1",
    ],
)
def test_without_a_token_no_other_name_is_answered(header: str) -> None:
    assert ask(Guard(application, "", 10), b"abc", host=header)[0] == 421


def test_a_program_that_speaks_http_1_0_need_not_name_the_host() -> None:
    server = Guard(application, "", 10)
    versions = {"1.0": 200, "1.1": 421}
    for version, status in versions.items():
        assert messages(server, http_version=version, host="")[0]["status"] == status
    assert messages(server, http_version="1.0", host="isco.example")[0]["status"] == 421


@pytest.mark.parametrize(
    ("address", "header", "status"),
    [
        ("http://localhost:8000/code", "isco.example", 200),
        ("HTTP://[::1]/code", "", 200),
        ("http://127.0.0.1", "localhost", 200),
        ("http://isco.example/code", "localhost", 421),
        ("http://localhost@isco.example/code", "localhost", 421),
        ("http://\u4f8b.example/code", "localhost", 421),
        ("http:///code", "localhost", 421),
    ],
)
def test_the_host_of_a_whole_address_is_the_one_that_counts(
    address: str, header: str, status: int
) -> None:
    assert ask(Guard(application, "", 10), path=address, host=header)[0] == status
