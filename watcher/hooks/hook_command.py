"""Run one command of the office within limits: time, output, and the end of the daemon."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from watcher.hooks.start_errors import start_error
from watcher.processes.background import ended_with, start_in_background

MAX_OUTPUT_BYTES = 1 << 20
_GRACE_S = 5.0  # for a command that runs when the daemon stops, and after SIGTERM before SIGKILL
_LOOK_EVERY_S = 0.05
_N_SHOWN = 300


class HookFailedError(Exception):
    """The command could not be started, failed, or was ended at a limit; the message says which."""


class HookInterruptedError(Exception):
    """The daemon stops: the command was ended, which is no failure of it."""


def run_command(
    command: Sequence[str],
    record: Path,
    content: bytes,
    time_limit_s: float,
    stop: threading.Event,
) -> None:
    """Run ``command`` with ``record`` as its last argument and ``content`` as its input.

    Its processes are ended after ``time_limit_s``, at more than 1 MB of output, and 5 s after
    ``stop`` is set. Raises HookFailedError and HookInterruptedError.
    """
    # From a file and not a pipe: a command that reads nothing blocks nobody.
    try:
        with tempfile.TemporaryFile() as given:
            given.write(content)
            given.seek(0)
            child = start_in_background(
                lambda: subprocess.Popen(
                    [*command, str(record)],
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
    except (OSError, ValueError) as error:
        raise HookFailedError(start_error(command[0], error)) from None
    with child:
        try:
            output = _watch(child, time_limit_s, stop)
        finally:
            _end(child)
    if child.returncode:
        last = output[-_N_SHOWN:].decode("utf-8", "replace").strip()
        said = f", after the words {last!r}" if last else ", without a word"
        raise HookFailedError(
            f"found {ended_with(child.returncode)}{said}; expected exit status 0. Try the command "
            "in a terminal"
        )


def _watch(child: subprocess.Popen[bytes], time_limit_s: float, stop: threading.Event) -> bytes:
    """Return the output of a child that has ended by itself. Raises as ``run_command``."""
    deadline_s = time.monotonic() + time_limit_s
    assert child.stdout is not None
    os.set_blocking(child.stdout.fileno(), False)
    output, end_s = b"", float("inf")
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        is_open = True
        while child.poll() is None:
            now_s = time.monotonic()
            if now_s > deadline_s:
                raise HookFailedError(
                    f"found that it still ran after {time_limit_s:g} s, and ended it; expected a "
                    "command that ends before. Let it do less, or raise hooks.time_limit_s"
                )
            if stop.is_set():
                end_s = min(end_s, now_s + _GRACE_S)
            if now_s > end_s:
                raise HookInterruptedError
            if is_open:
                selector.select(_LOOK_EVERY_S)
                is_open, output = _read(child.stdout.fileno(), output)
            else:
                with suppress(subprocess.TimeoutExpired):
                    child.wait(_LOOK_EVERY_S)
        _, output = _read(child.stdout.fileno(), output)
    return output


def _read(descriptor: int, output: bytes) -> tuple[bool, bytes]:
    """Return whether the output is still open, and what was written so far."""
    try:
        more = os.read(descriptor, MAX_OUTPUT_BYTES)
    except BlockingIOError:
        return True, output
    if len(output) + len(more) > MAX_OUTPUT_BYTES:
        raise HookFailedError(
            f"found more than {MAX_OUTPUT_BYTES:,} bytes that it wrote, and ended it; expected few "
            "words. Let it write into a file"
        )
    return bool(more), output + more


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, with all processes of its group."""
    if child.poll() is not None:
        return
    _signal_group(child, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE_S)
    _signal_group(child, signal.SIGKILL)
    child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
