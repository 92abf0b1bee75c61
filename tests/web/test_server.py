"""The address at which the server listens."""

from __future__ import annotations

import socket

import pytest

from core.errors import IscoError
from web.server import listen


def test_answers_are_not_held_back() -> None:
    """asyncio sends without delay where a socket says that it is of TCP."""
    with listen("localhost", 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_an_address_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(IscoError, match=rf"127\.0\.0\.1, port {port}: Address already in use"):
            listen("127.0.0.1", port)
    with pytest.raises(IscoError, match=r"no\.such\.host\.invalid, port 80: "):
        listen("no.such.host.invalid", 80)
