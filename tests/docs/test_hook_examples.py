"""The examples of hooks in docs/operations.md work, with a real server of each kind."""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from watcher.hooks.hook_command import HookFailedError, run_command

_EVENT = {
    "event": "on_rejected",
    "event_id": "c1",
    "input": "Bäcker.csv",
    "path": "/data/rejected/b.csv.why.txt",
    "summary": "no column of titles",
}


def example(language: str) -> str:
    """Return the code block of a language below the heading of the hooks."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.partition("## When something happens")[2].partition("\n## ")[0]
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return str(code)


class Web(BaseHTTPRequestHandler):
    received: list[dict[str, object]]
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


class Mail(socketserver.StreamRequestHandler):
    received: list[str]

    def handle(self) -> None:
        self.say("220 test")
        lines: list[str] = []
        for line in iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ""):
            lines.append(line)
            self.say({"data": "354 go on", "quit": "221 bye"}.get(line.lower(), "250 ok"))
            if line == "data":
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    lines.append(text)
                self.say("250 ok")
            if line.lower() == "quit":
                break
        self.received.append("\n".join(lines))

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def run(*command: str) -> None:
    path = Path(str(_EVENT["path"]))
    run_command(command, path, json.dumps(_EVENT).encode(), 60, threading.Event())


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_webhook(tmp_path: Path) -> None:
    script = tmp_path / "webhook.sh"
    script.write_text(example("sh"), encoding="utf-8")
    script.chmod(0o755)
    Web.received = []
    with served(HTTPServer(("127.0.0.1", 0), Web)) as port:
        run(str(script), f"http://127.0.0.1:{port}/hook")
        assert Web.received == [_EVENT]
        Web.status = 500
        with pytest.raises(HookFailedError, match="500"):
            run(str(script), f"http://127.0.0.1:{port}/hook")


def test_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "mail.py"
    script.write_text(example("python"), encoding="utf-8")
    Mail.received = []
    with served(socketserver.TCPServer(("127.0.0.1", 0), Mail)) as port:
        monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("SMTP_PORT", str(port))
        run(sys.executable, str(script), "a@example.org", "b@example.org")
    (mail,) = Mail.received
    commands = mail.lower()  # as Python 3.13 writes them
    assert "rcpt to:<a@example.org>" in commands and "rcpt to:<b@example.org>" in commands
    assert "Message-ID: <c1@isco-coder>" in mail and "no column of titles" in mail
