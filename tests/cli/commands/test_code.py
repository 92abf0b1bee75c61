"""``isco code``: one title, and the lines of the standard input."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

from cli.commands.code import _LINES_PER_BATCH
from core.settings import Settings
from tests.cli.processes import (
    SCRIPT,
    config_of,
    environment,
    run_here,
    run_in_shell,
    run_script,
)
from tests.conftest import ROOT


@pytest.mark.slow
def test_each_line_is_a_record_and_an_answer(settings: Settings) -> None:
    lines = "\ufeffPlumber\tfits pipes\nNurse\r\n\nPflegekräfte".encode()
    done = run_script("code", *config_of(settings), "-", stdin=lines)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    single = [
        run_script("code", *config_of(settings), "Plumber", "--duties", "fits pipes"),
        run_script("code", *config_of(settings), "Nurse"),
    ]
    expected = [json.loads(one.stdout) for one in single]
    assert len(answers) == 4
    for answer, alone in zip(answers, expected, strict=False):
        assert list(answer) == list(alone)
        assert answer["candidates"][0]["isco_code"] == alone["candidates"][0]["isco_code"]
    assert answers[2]["isco_code"] is None and answers[2]["candidates"] == []
    assert answers[2]["needs_review"] is True


@pytest.mark.skipif(not [*distributions(name="openvino")], reason="no accelerator is installed")
def test_for_one_title_no_accelerator_is_opened(settings: Settings, tmp_path: Path) -> None:
    arguments = ["code", *config_of(settings), "Nurse"]
    program = f"import main, sys; main.main({arguments}); assert 'openvino' not in sys.modules"
    # OpenVINO is hidden from other tests; no earlier start has said which provider is the fastest.
    variables = environment(PYTHONPATH=str(ROOT), XDG_CACHE_HOME=str(tmp_path))
    done = subprocess.run([SCRIPT[0], "-c", program], env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_pipe_is_answered_in_batches(settings: Settings) -> None:
    """So much input is answered while more may come, and memory is bounded."""
    process = subprocess.Popen(
        [*SCRIPT, "code", *config_of(settings), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"nurse\n" * (_LINES_PER_BATCH + 1))
    process.stdin.flush()
    answers = [process.stdout.readline() for _ in range(_LINES_PER_BATCH)]
    assert len(set(answers)) == 1
    rest, _ = process.communicate()
    assert rest == answers[0] and process.returncode == 0


@pytest.mark.slow
def test_a_terminal_is_answered_line_by_line(settings: Settings) -> None:
    terminal, program_end = pty.openpty()
    process = subprocess.Popen(
        [*SCRIPT, "code", *config_of(settings), "-"],
        stdin=program_end,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    os.close(program_end)
    assert process.stdout is not None
    for title in (b"nurse\n", b"cook\n"):
        os.write(terminal, title)
        assert "isco_code" in json.loads(process.stdout.readline())
    os.write(terminal, b"\x04")  # Ctrl-D
    assert process.wait() == 0
    process.stdout.close()
    os.close(terminal)


def test_a_line_that_is_not_utf8_is_named(settings: Settings) -> None:
    done = run_script("code", *config_of(settings), "-", stdin=b"nurse\nKr\xe4ne\n")
    assert done.returncode == 1 and b"line 2" in done.stderr and done.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_the_settings_of_a_project_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The code is that of predictions.csv, and what cannot be given is not left out in silence."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "output: {pad_codes: true}\nmodel: {confidence_threshold: 1.0}\n"
        "data: {context_in_duties: [industry]}\n",
        encoding="utf-8",
    )
    done = run_here(capsys, "--config", str(config), "code", "nurse")
    assert json.loads(done.stdout)["isco_code"] == "2220"
    assert "data.context_in_duties: coded without 'industry'" in done.stderr


def test_a_line_with_more_than_two_fields_is_named(settings: Settings) -> None:
    """A third field is no part of the duties: somebody has cut one column too many."""
    done = run_script("code", *config_of(settings), "-", stdin=b"cook\tbakes\n17\tcook\tbakes\n")
    assert done.returncode == 1 and b"line 2: found 3 fields" in done.stderr


@pytest.mark.slow
def test_a_title_keeps_its_letters_whatever_the_locale(settings: Settings) -> None:
    """Python keeps the bytes that a locale does not know as half letters, which name no job."""
    command = [*map(os.fsencode, SCRIPT), b"code", *map(os.fsencode, config_of(settings))]
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    answers = [
        subprocess.run(
            [*command, "Köchin".encode(), b"--duties", "Soßen".encode()],
            capture_output=True,
            env=environment(**variables),
            check=True,
        ).stdout
        for variables in ({}, ascii_alone)
    ]
    assert answers[0] == answers[1]
    for arguments in ((b"K\xf6chin",), (b"cook", b"--duties", b"So\xdfen")):
        done = subprocess.run(
            [*command, *arguments], capture_output=True, env=environment(), check=False
        )
        assert done.returncode == 2 and b"found bytes that are not UTF-8" in done.stderr


@pytest.mark.slow
def test_duties_stand_behind_the_tab(settings: Settings) -> None:
    done = run_script("code", *config_of(settings), "-", "--duties", "x", stdin=b"nurse\n")
    assert done.returncode == 2 and b"tab" in done.stderr


@pytest.mark.slow
def test_a_closed_standard_input_is_one_line(settings: Settings) -> None:
    done = run_in_shell(f"isco code {' '.join(config_of(settings))} - <&-")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("isco: the standard input is closed")
    lost = run_in_shell(f"echo x | isco code {' '.join(config_of(settings))} - >&-")
    assert lost.returncode == 1 and lost.stderr.count("\n") == 1
    assert lost.stderr.startswith("isco: 'standard output': it is closed")
