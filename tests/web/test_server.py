"""The address at which the server listens."""

from __future__ import annotations

import json
import signal
import socket
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from core.errors import IscoError
from tests.web.conftest import Server, started
from web.server import listen, url_of


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


def test_only_an_address_of_ipv6_has_brackets() -> None:
    """Where localhost is ::1 first, [localhost] would be no address."""
    hosts = ("localhost", "127.0.0.1", "::1")
    urls = ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]
    assert [url_of(host, 8000) for host in hosts] == urls


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


def asked_for_a_list(server: Server, name: str) -> HTTPConnection:
    """Return a connection over which codes were asked for that take seconds."""
    duties = "cleans the rooms and the halls " * 30
    records = [{"job_title": f"{name} {n}", "duties_description": duties} for n in range(1000)]
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/code", json.dumps(records), {"Content-Type": "application/json"})
    return connection


def wait_until_it_stops(server: Server) -> None:
    """Return once the server takes no connection any more."""
    with suppress(ConnectionError):
        while True:
            socket.create_connection(("127.0.0.1", server.port), timeout=60).close()


@pytest.mark.slow
def test_who_waits_for_a_server_that_is_stopped_is_told_so(tmp_path: Path) -> None:
    """The second Ctrl-C ends it at once, as 15 s after SIGTERM do: no answer is an error of it."""
    (tmp_path / "config.yaml").touch()
    server = started(tmp_path / "config.yaml")
    connections = [asked_for_a_list(server, name) for name in ("cook", "nurse", "baker")]
    assert server.ask("GET", "/health").status == 200  # what was asked before has arrived
    server.process.send_signal(signal.SIGINT)
    wait_until_it_stops(server)
    server.process.send_signal(signal.SIGINT)
    for connection in connections:
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert b"the server is being stopped; ask again once" in answer.read()
        connection.close()
    _, errors = server.process.communicate(timeout=60)
    assert server.process.returncode == 130
    assert errors.endswith(" stopped\n") and "Traceback" not in errors
