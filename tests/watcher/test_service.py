"""The daemon as a service: the file, its escapes, and the commands of the service manager."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import ServiceError
from tests.cli.processes import run_here
from tests.conftest import ROOT
from watcher.service import Service, installed_log_format, service_for

ODD = "a b%n $HOME ${x} \"q\" 'p' é\\n ; `id` & <x>"
folder_names = st.text(
    st.characters(exclude_categories=["Cc", "Cn", "Cs"], exclude_characters="/"), min_size=1
).filter(lambda name: name not in (".", ".."))


def command_of(config: Path) -> list[str]:
    python, log = str(Path(sys.executable).absolute()), str(config.parent / "logs" / "isco.log")
    return [python, str(ROOT / "main.py"), "watch", "--config", str(config), "--log", log]


def linux(config: Path, home: Path) -> Service:
    return service_for(config, ROOT / "main.py", "linux", home)


def mac(config: Path, home: Path) -> Service:
    return service_for(config, ROOT / "main.py", "darwin", home)


@given(folder_names)
@example(ODD)
@example("trailing\\")
def test_the_plist_says_what_the_command_is(folder: str) -> None:
    config = Path("/srv", folder, "config.yaml")
    service = mac(config, Path("/Users/x"))
    agent = plistlib.loads(service.text.encode())
    assert agent["ProgramArguments"] == command_of(config)
    assert service.path == Path("/Users/x/Library/LaunchAgents", agent["Label"] + ".plist")
    assert agent["StandardErrorPath"].startswith(str(config.parent))


@pytest.mark.parametrize("system", [linux, mac])
def test_services_of_one_folder_have_their_own_logs(
    system: Callable[[Path, Path], Service], tmp_path: Path
) -> None:
    """Two processes that rotate one file lose lines of each other."""
    names = ("config.yaml", "north.yaml", "north.yml")
    services = [system(tmp_path / name, tmp_path) for name in names]
    folders = [service.log_dir for service in services]
    assert folders == [tmp_path / "logs", *(tmp_path / "logs" / name for name in names[1:])]
    for service, folder in zip(services, folders, strict=True):
        assert str(folder / "isco.log") in service.text


def systemd_arguments(unit: Path) -> list[str]:
    """The command line as systemd itself reads it, from the dump of its own checker."""
    environment = os.environ | {"SYSTEMD_LOG_LEVEL": "debug", "XDG_RUNTIME_DIR": str(unit.parent)}
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = (
        line.partition(":")[2]
        for line in done.stdout.split("\n")
        if line.strip().startswith("Command Line:")
    )
    for character in "$`":  # escaped for a shell, which shlex does not undo
        line = line.replace(f"\\{character}", character)
    # A variable is replaced only when the command is run: what is doubled becomes one then.
    return [word.replace("$$", "$") for word in shlex.split(line)]


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)
@hypothesis_settings(max_examples=20)
@given(folder_names)
@example(ODD)
@example("trailing\\")
def test_systemd_accepts_the_unit_and_reads_the_command(
    tmp_path_factory: pytest.TempPathFactory, folder: str
) -> None:
    config = Path("/srv", folder, "config.yaml")
    home = tmp_path_factory.mktemp("home")
    service = linux(config, home)
    unit = home / service.path.name
    unit.write_text(service.text, encoding="utf-8")
    expected = ["/bin/sh", "-c", 'exec "$@"', "isco", *command_of(config)]
    assert systemd_arguments(unit) == expected


def test_the_shell_between_passes_every_argument_on() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@"', "isco", "printf", "%s|", ODD, "a=b"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{ODD}|a=b|"


def test_every_config_has_a_service_of_its_own(tmp_path: Path) -> None:
    one, other = (linux(tmp_path / name / "config.yaml", tmp_path) for name in "ab")
    assert one.path != other.path
    assert one.path.parent == tmp_path / ".config" / "systemd" / "user"


def test_a_path_that_no_service_can_have_is_refused(tmp_path: Path) -> None:
    for name in ("line\nbreak", "bell\a", "\udce9"):
        for make in (linux, mac):
            with pytest.raises(ServiceError, match="another name"):
                make(tmp_path / name / "config.yaml", tmp_path)
    with pytest.raises(ServiceError, match="scheduler"):
        service_for(tmp_path / "config.yaml", ROOT / "main.py", "win32", tmp_path)


MANAGER = """#!/bin/sh
echo "$*" >> "$HOME/commands"
test ! -e "$HOME/refuse" || { echo "no bus" >&2; exit 1; }
"""


class Machine:
    """A home directory of its own, and a service manager that only records its commands."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], manager: bool = True
    ) -> None:
        self.capsys = capsys
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.config = folder / "a b" / "config.yaml"
        for needed in (self.home, self.bin, self.config.parent):
            needed.mkdir()
        self.config.write_text("", encoding="utf-8")
        self.service = service_for(self.config, ROOT / "main.py", sys.platform, self.home)
        if manager:
            program = self.bin / self.service.start[0][0]
            program.write_text(MANAGER, encoding="utf-8")
            program.chmod(0o755)

    def isco(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(self.home))
            patch.setenv("PATH", str(self.bin))
            command = ["service", action, *options, "--config", str(self.config)]
            return run_here(self.capsys, *command)

    def commands(self) -> list[str]:
        path = self.home / "commands"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines


def commands_of(service: Service, *steps: str) -> list[str]:
    return [" ".join(command[1:]) for step in steps for command in getattr(service, step)]


@pytest.mark.slow
def test_install_twice_show_and_uninstall_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path, capsys)
    service = machine.service
    shown = machine.isco("show")
    assert shown.returncode == 0 and "not installed" in shown.stdout
    assert service.text in shown.stdout and not service.path.exists() and not machine.commands()
    for _ in range(2):
        done = machine.isco("install")
        assert done.returncode == 0, done.stderr
        assert done.stdout.index(service.text) < done.stdout.index("written:")
        assert service.path.read_text(encoding="utf-8") == service.text
        assert machine.commands() == commands_of(service, "prepare", "start")
    assert (machine.config.parent / "logs").is_dir()
    assert f"{service.path}: installed\n" in machine.isco("show").stdout
    service.path.write_text("something else", encoding="utf-8")
    assert "install it again" in machine.isco("show").stdout
    assert machine.isco("uninstall").returncode == 0
    assert machine.commands() == commands_of(service, "stop") and not service.path.exists()
    again = machine.isco("uninstall")
    assert again.returncode == 0 and again.stdout.startswith("not installed")
    assert not machine.commands()


def test_without_a_manager_it_says_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path, capsys, manager=False)
    done = machine.isco("install")
    assert done.returncode == 0 and machine.service.path.exists()
    assert f"to start it, type: {shlex.join(machine.service.start[0])}" in done.stdout
    done = machine.isco("uninstall")
    assert done.returncode == 0 and not machine.service.path.exists()
    assert "to stop it, type: " in done.stdout


def test_a_manager_that_refuses_is_reported_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path, capsys)
    (machine.home / "refuse").touch()
    for action in ("install", "uninstall"):
        done = machine.isco(action)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert "no bus" in done.stderr and "type: " in done.stderr
    assert not machine.service.path.exists()


def test_the_format_of_the_log_is_handed_on(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    service = service_for(config, ROOT / "main.py", "darwin", tmp_path, "json")
    arguments = plistlib.loads(service.text.encode())["ProgramArguments"]
    assert arguments == [*command_of(config), "--log-format", "json"]


def test_a_service_with_json_lines_is_shown_as_it_is_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path, capsys)
    assert machine.isco("install", "--log-format", "json").returncode == 0
    shown = machine.isco("show").stdout
    assert f"{machine.service.path}: installed\n" in shown and "json" in shown


@pytest.mark.parametrize("make", [linux, mac])
def test_the_format_of_an_installed_service_is_read(
    tmp_path: Path, make: Callable[[Path, Path], Service]
) -> None:
    service = make(tmp_path / "config.yaml", tmp_path)
    assert installed_log_format(service) == "text"
    service.path.parent.mkdir(parents=True)
    service.path.write_text(service.text, encoding="utf-8")
    assert installed_log_format(service) == "text"
    platform = "linux" if make is linux else "darwin"
    asked = service_for(tmp_path / "config.yaml", ROOT / "main.py", platform, tmp_path, "json")
    service.path.write_text(asked.text, encoding="utf-8")
    assert installed_log_format(service) == "json"
    service.path.write_bytes(b"\xff")
    assert installed_log_format(service) == "text"


def test_to_install_again_keeps_the_format_of_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the documentation asks for after an update, which may change other words of the file."""
    machine = Machine(tmp_path, capsys)
    assert machine.isco("install", "--log-format", "json").returncode == 0
    asked = machine.service.path.read_text(encoding="utf-8")
    machine.service.path.write_text("# before the update\n" + asked, encoding="utf-8")
    assert machine.isco("install").returncode == 0
    assert machine.service.path.read_text(encoding="utf-8") == asked
    assert machine.isco("install", "--log-format", "text").returncode == 0
    assert machine.service.path.read_text(encoding="utf-8") == machine.service.text
