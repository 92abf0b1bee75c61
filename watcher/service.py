"""The daemon as a service of the machine: a systemd user unit on Linux, a launchd agent on a Mac.

One service per ``config.yaml``, named after the hash of its path. What would be written is a value
that can be shown; ``install`` shows it, writes it and hands it to the machine's own manager, or
says what to type where that is not at hand.
"""

from __future__ import annotations

import os
import plistlib
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

# Where the service logs, beside config.yaml: see log_to in watcher/log_file.py.
LOG = Path("logs", "isco.log")
ERRORS = Path("logs", "launchd.err")  # what is said before the log is open
_RESTART_S, _RESTART_MAC_S, _STOP_S = 10, 60, 120
_MANAGER_TIMEOUT_S = _STOP_S + 30

Command = tuple[str, ...]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """A service as it would be installed.

    ``path`` is the file that makes it known to the machine, ``text`` its content. ``prepare``
    clears the way and may fail; ``start`` and ``stop`` are what the machine's manager is told.
    """

    path: Path
    text: str
    log_dir: Path
    prepare: tuple[Command, ...]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    hint: str


def service_for(
    config: Path, program: Path, platform: str = sys.platform, home: Path | None = None
) -> Service:
    """The service that watches with ``config``, run by this interpreter from ``program``.

    Raises ServiceError for a machine with another manager, or a path that no manager can be told.
    """
    config, program, home = config.resolve(), program.resolve(), home or Path.home()
    # Not resolved: the interpreter of a virtual environment is a link, and knows itself by it.
    python = Path(sys.executable).absolute()
    log = config.parent / LOG
    command = (str(python), str(program), "watch", "--config", str(config), "--log", str(log))
    for word in command:
        _require_writable(word)
    digest = sha256(os.fsencode(config)).hexdigest()[:12]
    if platform == "darwin":
        return _launchd_agent(command, config, f"isco-coder.{digest}", home)
    if platform == "linux":
        return _systemd_unit(command, config, f"isco-{digest}.service", home)
    raise ServiceError(
        f"no services on {platform!r} here: let its scheduler run, at start, "
        + subprocess.list2cmdline(command)
    )


def _systemd_unit(command: Sequence[str], config: Path, name: str, home: Path) -> Service:
    # systemd refuses a program whose path has a quote or a backslash; a shell's arguments may.
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
# Wrong usage; another daemon watches this inbox: trying again does not help.
RestartPreventExitStatus=2 3
# The file in work is finished first.
TimeoutStopSec={_STOP_S}
# The daemon stops its own training.
KillMode=mixed

[Install]
WantedBy=default.target
"""
    control = ("systemctl", "--user")
    return Service(
        path=home / ".config" / "systemd" / "user" / name,
        text=text,
        log_dir=(config.parent / LOG).parent,
        prepare=(),
        # Restarted, so that a daemon of an earlier installation gives way.
        start=(
            (*control, "daemon-reload"),
            (*control, "enable", name),
            (*control, "restart", name),
        ),
        stop=((*control, "disable", "--now", name),),
        hint="it runs while you are logged in; for always: loginctl enable-linger",
    )


def systemd_word(word: str) -> str:
    """One argument of a command line as systemd reads it (systemd.syntax, systemd.service).

    In double quotes, C escapes; ``%`` begins a specifier and ``$`` a variable, each doubled is
    itself.
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
        "StandardErrorPath": str(config.parent / ERRORS),
    }
    domain = f"gui/{os.getuid()}"
    stop = ("launchctl", "bootout", f"{domain}/{label}")
    return Service(
        path=path,
        text=plistlib.dumps(agent, sort_keys=False).decode(),
        log_dir=(config.parent / LOG).parent,
        prepare=(stop,),
        start=(("launchctl", "bootstrap", domain, str(path)),),
        stop=(stop,),
        hint="it runs while you are logged in",
    )


def show(service: Service, say: Say) -> None:
    """Say what would be written, and whether it is."""
    say(f"{service.path}: {_state(service)}\n\n{service.text}")


def install(service: Service, say: Say) -> None:
    """Show the file, write it whole, and have the service started; again is no harm.

    Raises ServiceError where the manager refuses it; the file is there then.
    """
    show(service, say)
    service.log_dir.mkdir(parents=True, exist_ok=True)
    service.path.parent.mkdir(parents=True, exist_ok=True)
    part = service.path.with_name(f".{service.path.name}.part")
    part.unlink(missing_ok=True)
    with part.open("x", encoding="utf-8") as file:
        file.write(service.text)
    os.replace(part, service.path)
    say(f"written: {service.path}")
    for command in service.prepare:
        _tell(command)
    if _tell_all(service.start, "to start it", say):
        say(f"started; {service.hint}. Is it alive? isco status")


def uninstall(service: Service, say: Say) -> None:
    """Stop the service and remove its file; nothing where there is none.

    The file goes also where the manager refuses, with a ServiceError.
    """
    if not os.path.lexists(service.path):
        say(f"not installed: {service.path} does not exist")
        return
    try:
        if _tell_all(service.stop, "to stop it", say):
            say("stopped")
    finally:
        service.path.unlink()
        say(f"removed: {service.path}")


def _state(service: Service) -> str:
    try:
        is_same = service.path.read_text(encoding="utf-8") == service.text
    except FileNotFoundError:
        return "not installed"
    except ValueError:
        is_same = False
    return "installed" if is_same else "installed in another form, install it again"


def _tell_all(commands: Sequence[Command], purpose: str, say: Say) -> bool:
    """Whether the manager was at hand and did it all."""
    by_hand = " && ".join(map(_typed, commands))
    if shutil.which(commands[0][0]) is None:
        say(f"{commands[0][0]} is not here; {purpose}, type: {by_hand}")
        return False
    for command in commands:
        refusal = _tell(command)
        if refusal:
            raise ServiceError(f"{_typed(command)}: {refusal}; {purpose}, type: {by_hand}")
        say(f"done: {_typed(command)}")
    return True


def _tell(command: Command) -> str:
    """Run one command of the manager; why it failed, or ``""``."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_MANAGER_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = " ".join(done.stderr.decode(errors="replace").split())
    return (said or f"exit status {done.returncode}") if done.returncode else ""


def _typed(command: Command) -> str:
    return shlex.join(command)


def _require_writable(word: str) -> None:
    """A control character, or what is not UTF-8, has no place in a unit or a plist."""
    if any(unicodedata.category(character) in ("Cc", "Cn", "Cs") for character in word):
        raise ServiceError(
            f"{word!r} has a character that a service cannot be told: give the folder another name"
        )
