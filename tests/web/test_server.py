"""The address at which the server listens."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from core.errors import IscoError
from tests.web.conftest import started
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


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_an_orderly_way(number: int, code: int, tmp_path: Path) -> None:
    """A service manager and a container take a process that a signal killed for one that failed."""
    (tmp_path / "config.yaml").touch()
    process = started(tmp_path / "config.yaml").process
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert errors.endswith(" stopped\n") and "Traceback" not in errors
