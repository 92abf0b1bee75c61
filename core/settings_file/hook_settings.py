"""The section of config.yaml about the commands that are run when something happens."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field, field_validator

from core.settings_file.section import Section, expanded

Command = tuple[str, ...]


class HookKind(StrEnum):
    """What a command can be run for; the value is the name of the setting."""

    RESULT = "on_result"
    """The results of a file are published, or those of the same content were found."""

    REJECTED = "on_rejected"
    """A file was rejected."""

    NIGHT = "on_night"
    """A nightly training has ended, well or not."""


class HookSettings(Section):
    """The commands that a daemon runs when something happens, and their limits.

    A command is a program and its arguments: no shell reads it.
    """

    on_result: Command = ()
    on_rejected: Command = ()
    on_night: Command = ()
    time_limit_s: float = Field(60.0, gt=0)
    retries: int = Field(3, ge=0)

    @field_validator(*HookKind)
    @classmethod
    def _has_a_program(cls, command: Command) -> Command:
        if command and not command[0].strip():
            raise ValueError("expected a program and its arguments, such as [mail.sh, office]")
        if any("\0" in word for word in command):
            raise ValueError("expected words without the character NUL")
        if _is_path(command):
            expanded(Path(command[0]))
        return command

    def below(self, base: Path) -> HookSettings:
        """Return the settings with the programs that are given as a path relative to ``base``.

        A program without a separator is looked up in PATH.
        """
        commands = {
            kind.value: (str(base / expanded(Path(command[0]))), *command[1:])
            for kind in HookKind
            if _is_path(command := self.command(kind))
        }
        return self.model_copy(update=commands)

    def command(self, kind: HookKind) -> Command:
        """Return the command of a kind of event; empty where there is none."""
        command: Command = getattr(self, kind)
        return command


def _is_path(command: Command) -> bool:
    return bool(command) and "/" in command[0]
