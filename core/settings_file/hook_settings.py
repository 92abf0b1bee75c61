"""The section of config.yaml about the commands that are run when something happens."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from core.settings_file.section import Section, expanded

Command = tuple[str, ...]


class HookSettings(Section):
    """The commands that a daemon runs when something happens, and their limits.

    A command is a program and its arguments: no shell reads it.
    """

    on_result: Command = ()
    on_rejected: Command = ()
    on_night: Command = ()
    time_limit_s: float = Field(60.0, gt=0)
    retries: int = Field(3, ge=0)

    @field_validator("on_result", "on_rejected", "on_night")
    @classmethod
    def _has_a_program(cls, command: Command) -> Command:
        if command and not command[0].strip():
            raise ValueError("expected a program and its arguments, such as [mail.sh, office]")
        if any("\0" in word for word in command):
            raise ValueError("expected words without the character NUL")
        return command

    def below(self, base: Path) -> HookSettings:
        """Return the settings with the programs that are given as a path relative to ``base``.

        A program without a separator is looked up in PATH.
        """
        commands = {
            name: (str(base / expanded(Path(command[0]))), *command[1:])
            for name in ("on_result", "on_rejected", "on_night")
            if (command := getattr(self, name)) and ("/" in command[0])
        }
        return self.model_copy(update=commands)
