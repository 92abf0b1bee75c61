"""The daemon as a service of the user: a systemd user unit on Linux, a launchd agent on a Mac.

There is one service per ``config.yaml``, named after the hash of its path. ``service_for`` returns
what would be written; ``install`` shows it, writes it and starts it with the service manager, or
prints what to type where the manager is not available.
"""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from core.errors import ServiceError
from core.files.whole_file import write_atomic
from core.log_lines import LOG_FORMATS, TEXT
from core.settings_file.project import CONFIG

LOG_NAME = "isco.log"  # see log_to in watcher/log_file.py
ERRORS_NAME = "launchd.err"  # errors before the log is open
_LOG_FORMAT = re.compile(rf"--log-format[^\w]+(?:string[^\w]+)*({'|'.join(LOG_FORMATS)})\b")
_RESTART_S = 10
_RESTART_MAC_S = 60
_STOP_S = 120
_MANAGER_TIMEOUT_S = _STOP_S + 30

Command = tuple[str, ...]
Print = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """A service as it would be installed.

    ``path`` is the file that the service manager reads, ``text`` its content. ``prepare``,
    ``start`` and ``stop`` are commands of the service manager; those of ``prepare`` may fail.
    """

    path: Path
    text: str
    log_dir: Path
    prepare: tuple[Command, ...]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    hint: str


def service_for(
    config: Path,
    program: Path,
    platform: str = sys.platform,
    home: Path | None = None,
    log_format: str = TEXT,
) -> Service:
    """Return the service that runs ``program watch --config config`` with this interpreter.

    Raises ServiceError for a platform without a known service manager, or a path that cannot be
    written into the file of a service.
    """
    config = config.resolve()
    program = program.resolve()
    home = home or Path.home()
    # Not resolved: the interpreter of a virtual environment is a link and must be called by it.
    python = Path(sys.executable).absolute()
    log = _log_dir(config) / LOG_NAME
    words = [str(python), str(program), "watch", "--config", str(config), "--log", str(log)]
    # Left out where it is the default: the service that 0.1 installed stays the same.
    command = (*words, *(["--log-format", log_format] if log_format != TEXT else []))
    for word in command:
        _require_writable(word)
    digest = sha256(os.fsencode(config)).hexdigest()[:12]
    if platform == "darwin":
        return _launchd_agent(command, config, f"isco-coder.{digest}", home)
    if platform == "linux":
        return _systemd_unit(command, config, f"isco-{digest}.service", home)
    raise ServiceError(
        f"services are not supported on {platform!r}; let its scheduler run this command at start: "
        + subprocess.list2cmdline(command)
    )


def _log_dir(config: Path) -> Path:
    """Return the folder of the logs: services of settings in one folder would mix their lines."""
    logs = config.parent / "logs"
    return logs if config.name == CONFIG else logs / config.name


def _systemd_unit(command: Sequence[str], config: Path, name: str, home: Path) -> Service:
    # systemd refuses a program whose path has a quote or a backslash; arguments of a shell may.
    words = ('exec "$@"', "isco", *command)
    line = " ".join(["/bin/sh", "-c", *(systemd_word(word) for word in words)])
    text = f"""\
# Written by 'isco service install'; removed by 'isco service uninstall'.
[Unit]
Description=ISCO-08 coder of {repr(str(config)).replace("%", "%%")}

[Service]
Type=exec
ExecStart={line}
Restart=on-failure
RestartSec={_RESTART_S}
# 2: wrong usage; 3: another daemon watches this inbox. A restart does not help.
RestartPreventExitStatus=2 3
# The file in progress is finished first.
TimeoutStopSec={_STOP_S}
# The daemon ends its own child processes.
KillMode=mixed

[Install]
WantedBy=default.target
"""
    control = ("systemctl", "--user")
    return Service(
        path=home / ".config" / "systemd" / "user" / name,
        text=text,
        log_dir=_log_dir(config),
        prepare=(),
        # Restart, so that a daemon of an earlier installation is replaced.
        start=(
            (*control, "daemon-reload"),
            (*control, "enable", name),
            (*control, "restart", name),
        ),
        stop=((*control, "disable", "--now", name),),
        hint="it runs while you are logged in; to run it always: loginctl enable-linger",
    )


def systemd_word(word: str) -> str:
    """Return one argument of a command line as systemd reads it (systemd.syntax, systemd.service).

    It is in double quotes with C escapes. ``%`` begins a specifier and ``$`` a variable; both are
    doubled to stand for themselves.
    """
    for special, escaped in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(special, escaped)
    return f'"{word}"'


def _launchd_agent(command: Sequence[str], config: Path, label: str, home: Path) -> Service:
    path = home / "Library" / "LaunchAgents" / f"{label}.plist"
    agent = {
        "Label": label,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _RESTART_MAC_S,
        "ExitTimeOut": _STOP_S,
        "StandardErrorPath": str(_log_dir(config) / ERRORS_NAME),
    }
    domain = f"gui/{os.getuid()}"
    stop = ("launchctl", "bootout", f"{domain}/{label}")
    return Service(
        path=path,
        text=plistlib.dumps(agent, sort_keys=False).decode(),
        log_dir=_log_dir(config),
        prepare=(stop,),
        start=(("launchctl", "bootstrap", domain, str(path)),),
        stop=(stop,),
        hint="it runs while you are logged in",
    )


def installed_log_format(service: Service) -> str:
    """Return the format of the log in the file that is installed; text where there is none."""
    try:
        text = service.path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return TEXT
    found = _LOG_FORMAT.search(text)
    return found[1] if found else TEXT


def show(service: Service, write: Print) -> None:
    """Print what would be written, and whether it is installed."""
    write(f"{service.path}: {_state(service)}\n\n{service.text}")


def install(service: Service, write: Print) -> None:
    """Print the file, write it and start the service; to install it again does no harm.

    Raises ServiceError where the service manager refuses it; the file stays then.
    """
    show(service, write)
    service.log_dir.mkdir(parents=True, exist_ok=True)
    service.path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(service.path, service.text)
    write(f"written: {service.path}")
    for command in service.prepare:
        _run(command)
    if _run_all(service.start, "to start it", write):
        write(f"started; {service.hint}. To see whether it is alive: isco status")


def uninstall(service: Service, write: Print) -> None:
    """Stop the service and remove its file; do nothing where it is not installed.

    Raises ServiceError where the service manager refuses; the file is removed all the same.
    """
    if not os.path.lexists(service.path):
        write(f"not installed: {service.path} does not exist")
        return
    try:
        if _run_all(service.stop, "to stop it", write):
            write("stopped")
    finally:
        service.path.unlink()
        write(f"removed: {service.path}")


def _state(service: Service) -> str:
    try:
        is_same = service.path.read_text(encoding="utf-8") == service.text
    except FileNotFoundError:
        return "not installed"
    except ValueError:
        is_same = False
    return "installed" if is_same else "installed with other content, install it again"


def _run_all(commands: Sequence[Command], purpose: str, write: Print) -> bool:
    """Run commands of the service manager; return False where the manager is not available."""
    by_hand = " && ".join(map(shlex.join, commands))
    if shutil.which(commands[0][0]) is None:
        write(f"{commands[0][0]} is not available; {purpose}, type: {by_hand}")
        return False
    for command in commands:
        failure = _run(command)
        if failure is not None:
            raise ServiceError(f"{shlex.join(command)}: {failure}; {purpose}, type: {by_hand}")
        write(f"done: {shlex.join(command)}")
    return True


def _run(command: Command) -> str | None:
    """Run one command of the service manager; return why it failed, or None."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_MANAGER_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if not done.returncode:
        return None
    return (
        " ".join(done.stderr.decode(errors="replace").split()) or f"exit status {done.returncode}"
    )


def _require_writable(word: str) -> None:
    """Raise ServiceError for control characters and for what is not UTF-8."""
    if any(unicodedata.category(character) in ("Cc", "Cn", "Cs") for character in word):
        raise ServiceError(
            f"{word!r} has a character that the file of a service cannot have: give the folder "
            "another name"
        )
