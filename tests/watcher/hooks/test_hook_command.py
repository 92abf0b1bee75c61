"""A command of the office may do anything: nothing of it outlives its limits."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from watcher.hooks import hook_command
from watcher.hooks.hook_command import HookFailedError, HookInterruptedError, run_command

_FOR_EVER = "import time; time.sleep(1000)"


def run(
    program: str,
    *arguments: str,
    content: bytes = b"{}\n",
    limit_s: float = 20.0,
    stop: threading.Event | None = None,
) -> None:
    command = [sys.executable, "-c", program, *arguments]
    run_command(command, Path("/a/receipt.json"), content, limit_s, stop or threading.Event())


def test_it_gets_the_path_as_its_last_argument_and_json_as_its_input(tmp_path: Path) -> None:
    program = "import sys; open(sys.argv[1], 'w').write(sys.argv[2] + ' ' + sys.stdin.read())"
    content = json.dumps({"input": "Bäcker.csv"}).encode()
    run(program, str(tmp_path / "told"), content=content)
    assert (tmp_path / "told").read_text("utf-8") == f"/a/receipt.json {content.decode()}"


def test_one_that_reads_nothing_of_much_ends_well() -> None:
    run("pass", content=bytes(1 << 21))


def test_one_that_closes_its_output_and_goes_on_is_waited_for(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; os.close(1); os.close(2); time.sleep(0.3);"
        "open(sys.argv[1], 'w').close()"
    )
    run(program, str(tmp_path / "done"))
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "import sys; print('no route to host'); sys.exit(7)",
            "status 7, after the words 'no rou",
        ),
        ("import os; os.kill(os.getpid(), 9)", "found signal SIGKILL, without a word; expected"),
        ("while True: print('x' * 65536)", "more than 1,048,576 bytes that it wrote"),
    ],
)
def test_a_failure_is_named(program: str, words: str) -> None:
    with pytest.raises(HookFailedError, match=words):
        run(program)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("/no/such/program", "found no program '/no/such/program'; expected the path of a"),
        ("no-such-program", "found no program 'no-such-program'; expected the path of a"),
        ("/dev/null/hook.sh", "found no program '/dev/null/hook.sh'; expected the path of a"),
        ("/dev/null", "found '/dev/null', which this user may not execute; expected a program"),
        ("a\0b", "cannot be started .embedded null byte.; expected a program that this user"),
    ],
)
def test_one_that_cannot_be_started_is_named(program: str, words: str) -> None:
    with pytest.raises(HookFailedError, match=words):
        run_command([program], Path("/a"), b"", 20.0, threading.Event())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo hello\n", "which does not say what runs it; expected a first line such as #!/bin"),
        ("#!/no/such/shell\n", "the program '/no/such/shell' in the first line of '.*hook.sh', wh"),
        ("#!/bin/sh\r\necho\r\n", "a first line of '.*hook.sh' that ends as in Windows .CR LF."),
        ("#!\n", "the program '' in the first line"),
    ],
)
def test_a_script_that_nothing_runs_is_named(tmp_path: Path, script: str, words: str) -> None:
    hook = tmp_path / "hook.sh"
    hook.write_text(script, encoding="utf-8")
    hook.chmod(0o755)
    with pytest.raises(HookFailedError, match=words):
        run_command([str(hook)], Path("/a"), b"", 20.0, threading.Event())


@pytest.mark.parametrize("ignores", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN); "])
def test_one_that_hangs_is_ended_with_its_children(
    tmp_path: Path, ignores: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_command, "_GRACE_S", 0.2)
    program = (
        f"import pathlib, signal, subprocess, sys, time; {ignores}"
        f"child = subprocess.Popen([sys.executable, '-c', {_FOR_EVER!r}]);"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(1000)"
    )
    with pytest.raises(HookFailedError, match="still ran after 1 s, and ended it"):
        run(program, str(tmp_path / "pid"), limit_s=1)
    child = int((tmp_path / "pid").read_text())
    deadline_s = time.monotonic() + 10
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline_s, "a child outlives the limit"
        time.sleep(0.01)


def test_the_end_of_the_daemon_is_no_failure_and_gives_it_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    stop.set()
    run("import time; time.sleep(0.2)", stop=stop)  # it ends within the time
    monkeypatch.setattr(hook_command, "_GRACE_S", 0.2)
    with pytest.raises(HookInterruptedError):
        run(_FOR_EVER, stop=stop)
