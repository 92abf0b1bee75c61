"""An argument parser whose errors suggest the word that was probably meant."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from cli.standard_output import named_output


class SuggestingParser(argparse.ArgumentParser):
    """An ArgumentParser that suggests the closest command, option or value.

    Python does this itself from 3.14 on, for commands and values; the program runs on 3.11.
    """

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        names = [str(choice) for choice in action.choices]
        hint = did_you_mean(str(value), names)
        raise argparse.ArgumentError(action, f"{value!r} is not one of {', '.join(names)}{hint}")

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and the message.

        Where an action is missing, it names all of them; where an option is, what that is for.
        """
        for action in self._actions:
            names = [*(action.choices or ())]
            if (
                isinstance(action.metavar, str)
                and names
                and message.endswith(f": {action.metavar}")
            ):
                message += f", one of {', '.join(names)}; for instance '{self.prog} {names[0]}'"
            elif action.required and message.endswith(f" {'/'.join(action.option_strings)}"):
                meaning = str(action.help).removesuffix(" (required)")
                message += f" {action.metavar} ({meaning}); for instance '{self._example()}'"
        super().error(message)

    def _example(self) -> str:
        """Return the first command line in the help."""
        found = re.search(rf"^  ({self.prog} .+?)(?:  |$)", self.description or "", re.MULTILINE)
        return found[1] if found else f"{self.prog} --help"

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print a message; OSError where nobody gets a help, which argparse would end well."""
        if file is not sys.stdout:
            super()._print_message(message, file)
            return
        with named_output():
            file.write(message)

    def reject(self, unknown: Sequence[str]) -> None:
        """Exit with code 2 and name the arguments that this parser does not know."""
        hints = [
            did_you_mean(word.partition("=")[0], self._option_string_actions)
            for word in unknown
            if word.startswith("--")
        ]
        self.error(f"unrecognized arguments: {' '.join(unknown)}{''.join(hints)}")


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return the end of an error, ``"; did you mean 'train'?"``, or ``""`` if no name is close."""
    # Dashes that all options have would make each of them alike.
    name_of = {name.lstrip("-"): name for name in names}
    matches = get_close_matches(word.lstrip("-"), name_of, n=1)
    return f"; did you mean {name_of[matches[0]]!r}?" if matches else ""
