"""A real server in a process of its own, with the model that ships."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from isco import Coder
from tests.cli.processes import MAIN, environment

_ADDRESS = re.compile(r"serving at http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server and its project."""

    port: int
    project: Path
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            if isinstance(body, str):
                body = body.encode()
            if body:
                names.setdefault("Content-Type", "application/json")
            connection.request(method, path, body or None, names)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def code(self, records: Any) -> Answer:
        return self.ask("POST", "/code", json.dumps(records))


def started(config: Path) -> Server:
    """Start a server of a project and return it once it listens."""
    command = [*MAIN, "serve", "--port", "0", "--requests-per-s", "100000"]
    process = subprocess.Popen(
        [*command, "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if address := _ADDRESS.search(line):
            return Server(int(address[1]), config.parent, process)
    raise AssertionError(f"the server ended with {process.wait()}")


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = tmp_path_factory.mktemp("project")
    (project / "config.yaml").write_text("output: {derived: [isei08]}\n", encoding="utf-8")
    server = started(project / "config.yaml")
    with server.process:
        yield server
        server.process.terminate()


@pytest.fixture(scope="package")
def coder(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    config = tmp_path_factory.mktemp("coder") / "config.yaml"
    config.touch()
    return Coder(config)
