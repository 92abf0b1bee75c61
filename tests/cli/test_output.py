"""Pipes, Ctrl-C, colours and tables: how the output of commands behaves."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from cli.aligned_table import align_columns
from core.settings import Settings
from tests.cli.processes import (
    MAIN,
    SCRIPT,
    config_of,
    environment,
    run_here,
    run_in_shell,
    stderr_on_a_terminal,
)
from tests.volumes import FULL_DISK, needs_full_disk

COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(3[0-8]|9[0-7])[0-9;]*m")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "isco {config} --version | head -0",
        "isco models list {config} | head -0",
        "isco models list {config} --json | head -0",
        "yes nurse | isco code {config} - | head -1",
        "isco train --help | head -0",
    ],
)
def test_a_broken_pipe_is_silent(user_project: Settings, command: str) -> None:
    done = run_in_shell(command.format(config=" ".join(config_of(user_project))))
    assert done.stderr == ""
    assert done.stdout.count("\n") <= 1


@pytest.mark.slow
def test_a_closed_pipe_is_silent_and_has_its_exit_code(user_project: Settings) -> None:
    for arguments in (["--help"], ["models", "list"], ["code", "nurse"]):
        with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
            reader.wait()
            done = subprocess.run(
                [*SCRIPT, *config_of(user_project), *arguments],
                stdout=reader.stdin,
                stderr=subprocess.PIPE,
                env=environment(),
                check=False,
            )
        assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.slow
@needs_full_disk
@pytest.mark.parametrize("variables", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "direct"])
def test_output_that_cannot_be_written_is_one_line(
    user_project: Settings, variables: dict[str, str]
) -> None:
    for arguments in (["--help"], ["models", "list", "--json"]):
        with FULL_DISK.open("wb") as full:
            done = subprocess.run(
                [*SCRIPT, *config_of(user_project), *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                env=environment(**variables),
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr == (
            b"isco: 'standard output': No space left on device; make room there, and start again\n"
        )


@pytest.mark.slow
def test_an_answer_that_nobody_gets_is_an_error(user_project: Settings) -> None:
    config = " ".join(config_of(user_project))
    commands = ("code nurse", "models list", "--help", "code --help", "--print-completion bash", "")
    for command in commands:
        done = run_in_shell(f"isco {config} {command} >&-; echo $?")
        assert done.stdout == "1\n"
        assert done.stderr == (
            "isco: 'standard output': it is closed; open it, for instance with '> FILE'\n"
        )
    wrong = run_in_shell(f"isco {config} models promote none 2>&-; echo $?")
    assert (wrong.stdout, wrong.stderr) == ("1\n", "")


@pytest.mark.slow
def test_ctrl_c_while_it_waits_for_lines(settings: Settings) -> None:
    process = subprocess.Popen(
        [*SCRIPT, "code", *config_of(settings), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"nurse\n" * 2048)
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.slow
def test_ctrl_c_while_it_codes_a_file(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "survey.csv"
    rows = "".join(f"welder number {n}, and cook {n * n}\n" for n in range(200_000))
    source.write_text('"job_title"\n' + rows.replace(",", ""), "utf-8")
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*MAIN, "classify", *config_of(settings), str(source), "--out", str(out)],
        stderr=subprocess.PIPE,
        env=environment(),
    )
    while not list(out.glob(".staging/*/*")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, b"")
    assert not list(out.glob("[!.]*/receipt.json"))


@pytest.mark.slow
def test_a_terminal_gets_a_bar_with_colours_unless_no_color_is_set_and_a_pipe_none(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "survey.csv"
    source.write_text("job_title\n" + "".join(f"welder {n}\n" for n in range(2_000)), "utf-8")
    command = ["classify", *config_of(settings), str(source), "--out", str(tmp_path / "out")]
    coloured = stderr_on_a_terminal([*MAIN, *command], {"TERM": "xterm-256color"})
    plain = stderr_on_a_terminal([*MAIN, *command], {"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert all(words in coloured for words in (b"rows/s", b"left", b"2000"))
    assert COLOUR.search(coloured)
    assert b"rows/s" in plain and not COLOUR.search(plain)
    done = run_here(capsys, *command)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_classify_ends_with_the_page_to_open(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("job_title\ncook\n", encoding="utf-8")
    out = tmp_path / "out"
    options = [*config_of(settings), "--out", str(out)]
    one = run_here(capsys, "classify", str(tmp_path / "a.csv"), *options).stderr
    page = Path(one.splitlines()[-1].partition("; open ")[2])
    assert page.name == "report.html" and page.is_file()
    both = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    two = run_here(capsys, "classify", *both, *options).stderr
    assert Path(two.splitlines()[-1].partition("; open ")[2]) == out / "index.html"


@pytest.mark.slow
def test_the_versions_are_a_table(
    user_project: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run_here(capsys, "models", "list", *config_of(user_project))
    header, row = done.stdout.splitlines()
    for name, value in (("promoted", "never"), ("state", "in service")):
        assert header.index(name) == row.index(value)


@pytest.mark.slow
def test_the_metrics_are_a_table(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coded = tmp_path / "coded.csv"
    coded.write_text("job_title,isco_code\nnurse,2221\ncook,5120\n", encoding="utf-8")
    done = run_here(capsys, "evaluate", *config_of(settings), "--on", str(coded))
    assert done.returncode == 0, done.stderr
    model, _, _, _, *table, blank, intervals = done.stdout.splitlines()
    assert model.startswith("model ") and table[0].split()[:2] == ["part", "n"]
    assert len({len(line) for line in table}) == 1  # the last column ends at the same place
    assert not blank and intervals.startswith("95 % intervals")
    assert table[1].startswith("all ")


def test_columns_are_padded() -> None:
    rows = [["group", "n"], ["all", "1,000"], ["by duties", "7"]]
    assert align_columns(rows, right={1}) == [
        "group          n",
        "all        1,000",
        "by duties      7",
    ]
