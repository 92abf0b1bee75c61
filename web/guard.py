"""Refuse what is too large, too often, too slow, or not allowed, before anything else sees it."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2 << 20
# Whoever sends a little too much is heard out, because many clients read no answer before.
_MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES
ARRIVAL_LIMIT_S = 10.0
# Long enough for a list of 1,000 records on a machine that others use, too.
ANSWER_LIMIT_S = 30.0
STOPPING = "the server is being stopped; ask again once it has started"
_RESTART_S = 5  # a server that is started again loads its model first
_OPEN_PATHS = frozenset({"/", "/openapi.json", "/health"})  # they hold nothing about records
_MAX_CLIENTS = 10_000
_ABSOLUTE_FORM = re.compile(r"https?://([^/]*)(.*)", re.IGNORECASE | re.DOTALL)
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class RefusalError(Exception):
    """A status of HTTP, the reason in one line, and after how many seconds to try again."""

    def __init__(self, status: int, reason: str, retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s


class RateLimit:
    """A bucket of tokens for each client: one second's worth may come at once."""

    def __init__(self, requests_per_s: float) -> None:
        self._rate = requests_per_s
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, client: str, now_s: float) -> bool:
        """Count a request of ``client`` at ``now_s`` seconds, and return whether it is allowed."""
        tokens, then_s = self._buckets.pop(client, (self._rate, now_s))
        tokens = min(self._rate, tokens + (now_s - then_s) * self._rate)
        is_allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if is_allowed else tokens, now_s)
        if len(self._buckets) > _MAX_CLIENTS:  # the one that was silent for longest
            del self._buckets[next(iter(self._buckets))]
        return is_allowed


class Guard:
    """The outermost layer of the server."""

    def __init__(self, app: ASGIApp, token: str, requests_per_s: float) -> None:
        """Guard ``app``.

        Parameters
        ----------
        token : what requests must carry; without one only this machine's own names are answered,
            so that no page of the web reaches the server under a name of its own.
        requests_per_s : how many requests of one address are answered.
        """
        self._app = app
        self._token = token
        self._rate = RateLimit(requests_per_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, _end_of_server(receive), send)
            return
        scope = _in_origin_form(scope)
        has_started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        if scope["method"] == "HEAD":  # the server sends no body; monitors ask so
            scope = {**scope, "method": "GET"}
        refusal = RefusalError(408, f"the request did not arrive within {ARRIVAL_LIMIT_S:g} s")
        try:
            self._check(scope)
            async with asyncio.timeout(ARRIVAL_LIMIT_S):
                body = await _read_body(scope, receive)
            refusal = RefusalError(
                503,
                f"no answer within {ANSWER_LIMIT_S:g} s: the machine is too busy. Send fewer "
                "records at once, or try again later",
                1,
            )
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await self._answer(scope, body, receive, send_with_headers)
        except TimeoutError:
            if not has_started:
                await _refuse(refusal, send_with_headers)
        except asyncio.CancelledError:  # by nobody but the server, which stops and waits no longer
            if not has_started:
                await _refuse(RefusalError(503, STOPPING, _RESTART_S), send_with_headers)
        except RefusalError as error:
            await _refuse(error, send_with_headers)

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Let the application answer, until whoever asked has gone: others wait for their turn."""
        answer = asyncio.ensure_future(self._app(scope, _replay(body, receive), send))
        after_body = asyncio.ensure_future(receive())  # nothing but the end of the connection
        try:
            await asyncio.wait((answer, after_body), return_when=asyncio.FIRST_COMPLETED)
            has_gone = after_body.done() and after_body.result()["type"] == "http.disconnect"
            if answer.done() or not has_gone:
                await answer
        finally:
            answer.cancel()
            after_body.cancel()
            await asyncio.gather(answer, after_body, return_exceptions=True)

    def _check(self, scope: Scope) -> None:
        """Raise RefusalError for a request that is not allowed."""
        headers = dict(scope["headers"])
        if self._token:
            if scope["path"] not in _OPEN_PATHS:
                self._check_token(headers.get(b"authorization", b""))
        elif b"host" not in headers and scope["http_version"] == "1.0":
            pass  # no page of the web: browsers name the host, and HTTP/1.1 must
        elif not is_this_machine(_host(headers.get(b"host", b""))):
            host = headers.get(b"host", b"").decode("latin-1")
            raise RefusalError(
                421,
                f"found the host {host[:100]!r}; expected 127.0.0.1 or localhost, because other "
                "names need a token",
            )
        client = scope["client"][0] if scope.get("client") else ""
        if not self._rate.allows(client, time.monotonic()):
            raise RefusalError(429, "too many requests from this address; send lists of records", 1)

    def _check_token(self, header: bytes) -> None:
        """Raise RefusalError unless ``header`` has the token; its scheme may have any case."""
        scheme, _, given = header.strip().partition(b" ")
        if scheme.lower() != b"bearer":
            found = "another header 'Authorization'" if header else "no header 'Authorization'"
            raise RefusalError(401, f"found {found}; expected 'Authorization: Bearer TOKEN'")
        if not hmac.compare_digest(given.strip(), self._token.encode()):
            raise RefusalError(401, "found another token; expected the one of the server")


def is_this_machine(host: str) -> bool:
    """Whether nobody but this machine can ask under a name or an address."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_origin_form(scope: Scope) -> Scope:
    """Return the scope of a request for a whole address, as through a proxy, with its path alone.

    The host of the address is the one that counts, whatever the header says (RFC 9112, 3.2.2).
    """
    address = _ABSOLUTE_FORM.fullmatch(scope["path"])
    if address is None:
        return scope
    host, path = address.groups()
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "path": path or "/", "headers": [*headers, (b"host", host.encode())]}


def _host(header: bytes) -> str:
    """Return the name in the header ``Host``, without its port and the brackets of IPv6."""
    text = header.decode("latin-1")
    name, colon, port = text.rpartition(":")
    name = name if colon and port.isdecimal() else text
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


def _end_of_server(receive: Receive) -> Receive:
    """Return a ``receive`` that tells of the end, too, where the server is stopped at once."""

    async def receive_end() -> Message:
        try:
            return await receive()
        except asyncio.CancelledError:  # after Ctrl-C twice; else its traceback is logged
            return {"type": "lifespan.shutdown"}

    return receive_end


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """Return the whole body. Raises RefusalError for one that is too large."""
    too_large = RefusalError(413, f"found more than {MAX_BODY_BYTES:,} bytes; send fewer records")
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > _MAX_DISCARDED_BYTES:
        raise too_large
    body = bytearray()
    n_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusalError(400, "the request ended before its body")
        part = message.get("body", b"")
        n_bytes += len(part)
        if n_bytes <= MAX_BODY_BYTES:
            body += part
        elif n_bytes > _MAX_DISCARDED_BYTES:
            raise too_large
        if not message.get("more_body"):
            break
    if n_bytes > MAX_BODY_BYTES:
        raise too_large
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body that was read, then what comes after it."""
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(refusal: RefusalError, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.retry_after_s:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    body = json.dumps({"detail": refusal.reason}).encode()
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
