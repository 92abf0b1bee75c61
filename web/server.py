"""Run the HTTP server until a signal ends it."""

from __future__ import annotations

import logging
import signal
import socket
from types import FrameType
from typing import NoReturn

import uvicorn

from core.errors import IscoError
from isco import Coder
from web.api import make_app
from web.connection import Connection
from web.guard import is_this_machine

TOKEN_VARIABLE = "ISCO_TOKEN"
_MIN_TOKEN_CHARS = 16
# A connection that is open but silent costs little; this many are enough for a whole office.
_MAX_CONNECTIONS = 1000
_BACKLOG = 1024
_STOP_LIMIT_S = 15  # service managers often kill what has not ended in 30
_LOG = logging.getLogger(__name__)


def check_token(host: str, token: str) -> None:
    """Raise IscoError for a token that can be guessed, and for an open address without one."""
    if token and (len(token) < _MIN_TOKEN_CHARS or not token.isascii() or " " in token):
        raise IscoError(
            f"{TOKEN_VARIABLE}: expected at least {_MIN_TOKEN_CHARS} characters without spaces; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"
        )
    if not token and not is_this_machine(host):
        raise IscoError(
            f"--host {host}: other machines may ask there, so a token is needed; set the variable "
            f"{TOKEN_VARIABLE}, or leave --host out"
        )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises IscoError where the address cannot be used."""
    listener = None
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio switches Nagle's algorithm off, by which an answer comes 40 ms late, only where it
        # sees that the protocol is TCP: 0, the default, says nothing.
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise IscoError(f"{host}, port {port}: {error.strerror or error}; choose another") from None
    return listener


def url_of(host: str, port: int) -> str:
    """Return the address of a server; ``host`` may be a name that stands for one of IPv6."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(coder: Coder, host: str, port: int, token: str, requests_per_s: float) -> None:
    """Answer requests at ``host`` and ``port`` (0 for a free one) until a signal comes.

    Requests in progress are answered before it ends; those that take too long are refused (503).
    Raises IscoError where the address cannot be used.
    """
    check_token(host, token)
    listener = listen(host, port)
    config = uvicorn.Config(
        make_app(coder, token, requests_per_s),
        http=Connection,
        log_config=None,
        access_log=False,  # words of respondents stand in the addresses
        proxy_headers=False,  # anybody could write them
        server_header=False,
        ws="none",  # else the guard does not see who asks for a web socket
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_graceful_shutdown=_STOP_LIMIT_S,
    )
    signal.signal(signal.SIGTERM, _leave)
    try:
        _LOG.info("serving at %s", url_of(host, listener.getsockname()[1]))
        with listener:
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        _LOG.info("stopped")


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End in an orderly way: uvicorn sends itself the signal again once requests are answered."""
    raise SystemExit(0)
