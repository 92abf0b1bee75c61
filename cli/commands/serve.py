"""``isco serve``: answer over HTTP."""

from __future__ import annotations

import argparse
import logging
import os
from typing import Any

from cli.options import add_command
from cli.requirements import require_extra
from core.settings import Settings

_ABOUT = """\
Codes records for interview forms and other programs, with the model and the corrections of the
project. Models that are promoted and corrections that arrive are taken in while it runs. The page
http://127.0.0.1:8000/ describes the requests. Other machines can ask only if --host is given, and
the variable ISCO_TOKEN holds the token that they must send.

  isco serve
  curl http://127.0.0.1:8000/code --json '{"job_title": "nurse"}'
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco serve``."""
    command = add_command(commands, "serve", run, "answer over HTTP", _ABOUT, needs_project=False)
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at (default: 127.0.0.1, this machine alone)",
    )
    command.add_argument(
        "--port",
        type=_port,
        default=8000,
        help="port to listen at, 0 for a free one (default: 8000)",
    )
    command.add_argument(
        "--requests-per-s",
        type=_rate,
        default=200.0,
        metavar="N",
        help="requests of one address that are answered in a second (default: 200)",
    )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Serve until a signal comes."""
    with require_extra("serve", "isco serve"):
        from web.server import TOKEN_VARIABLE, check_token, serve
    from isco import Coder

    token = os.environ.get(TOKEN_VARIABLE, "")
    check_token(parsed.host, token)  # before the model is loaded
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    coder = Coder(parsed.config)
    serve(coder, parsed.host, parsed.port, token, parsed.requests_per_s)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"found {text!r}; expected a number from 0 to 65535")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 1 <= rate <= 1e6:
        raise argparse.ArgumentTypeError(f"found {text!r}; expected a number of at least 1")
    return rate
