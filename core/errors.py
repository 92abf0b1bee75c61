"""Define the errors that a user can act on, and nothing else.

IscoError                       anything the user can act on; the command line prints it and exits 1
├── InputError                  a file handed in cannot be read as what it should be
├── ArgumentError               a call from Python has an argument that cannot be used
├── SettingsError               config.yaml has an unknown key, a wrong type or an impossible value
├── BundleError                 a model bundle is missing, damaged or of another format
├── ParityError                 an exported model does not compute what its checkpoint computes
├── BaseModelError              the encoder that training should start from cannot be loaded
├── FolderError                 a folder of the watcher cannot be used
├── UnfinishedError             isco watch --once leaves files behind that fail again and again
├── StatusError                 outbox/status.json is missing or cannot be read
├── ServiceError                the daemon cannot be installed as a service of this machine
├── StorageError                a distributed run cannot read from or write to a place
├── DistributedError            a distributed run stopped before its end
│   └── RunInterruptedError     it was stopped with Ctrl-C (exit 130)
├── TrainingRunsError           what changes the models is running already (exit 3)
└── AlreadyRunningError         another daemon watches the same inbox (exit 3)

Programming errors are not in this tree: they keep their traceback.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

SETTINGS_FILE = "the file of settings"
"""What an error calls that file: ``name_settings_file`` names it where the error is shown."""


LINE = "<line>"
"""How the texts of an ``InputError`` say "line": of a sheet it is "row", as its number is."""


class Named(Protocol):
    """The subject of an error: a ``Path``, or a file on another storage."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        ...


class IscoError(Exception):
    """Base of everything a user can act on. The message is one line."""

    exit_code = 1


class InputError(IscoError):
    """A file handed in cannot be read as what it should be.

    Parameters
    ----------
    file : the file.
    found : what is there, in words; here and below ``LINE`` stands for the word "line".
    expected : what should be there.
    remedy : what to do about it.
    line : 1-based physical line in the file, where one line is to blame; the row of a sheet, and
        the number of a record of a file without lines.
    sheet : the sheet of a workbook, where one is to blame.
    """

    def __init__(
        self,
        file: Named,
        found: str,
        *,
        expected: str,
        remedy: str,
        line: int | None = None,
        sheet: str = "",
    ) -> None:
        self.file = file
        self.line = line
        self.sheet = sheet
        self._texts = {"found": found, "expected": expected, "remedy": remedy}
        word = "row" if sheet else "line"
        self.found, self.expected, self.remedy = (
            text.replace(LINE, word) for text in self._texts.values()
        )
        where = f"{file.name!r}" + (f", sheet {sheet!r}" if sheet else "")
        if line is not None:
            where += f", {word} {line}"
        super().__init__(f"{where}: found {self.found}; expected {self.expected}. {self.remedy}")

    def with_parts(self, **parts: Any) -> InputError:
        """Return the same error with other values of some of its parameters."""
        return InputError(**self._parts() | parts)

    def in_sheet(self, sheet: str) -> InputError:
        """Return the same error, of a sheet of the workbook."""
        return self.with_parts(sheet=sheet or self.sheet)

    def __reduce__(self) -> tuple[object, ...]:
        """Support pickling: the error crosses from a child process to its parent."""
        return partial(InputError, **self._parts()), ()

    def _parts(self) -> dict[str, Any]:
        return {"file": self.file, **self._texts, "line": self.line, "sheet": self.sheet}


class ArgumentError(IscoError, ValueError):
    """A call from Python has an argument that cannot be used."""


class SettingsError(IscoError):
    """config.yaml has an unknown key, a wrong type or an impossible value."""


class BundleError(IscoError):
    """A model bundle is missing, damaged or of another format version."""


class ParityError(IscoError):
    """An exported model does not compute what its checkpoint computes."""


class BaseModelError(IscoError):
    """The encoder that training should start from cannot be loaded."""


class FolderError(IscoError):
    """A folder of the watcher cannot be made, written, or trusted to keep results."""


class UnfinishedError(IscoError):
    """``isco watch --once`` ends while files fail again and again; they are kept."""


class StatusError(IscoError):
    """``outbox/status.json`` is missing or cannot be read."""


class ServiceError(IscoError):
    """The daemon cannot be installed as a service of this machine."""


class StorageError(IscoError):
    """A distributed run cannot read from or write to a place."""


class DistributedError(IscoError):
    """A distributed run stopped before its end; the message says how to resume it."""


class RunInterruptedError(DistributedError):
    """A distributed run was stopped with Ctrl-C or SIGTERM."""

    exit_code = 130


class TrainingRunsError(IscoError):
    """Another training uses the same models."""

    exit_code = 3


class AlreadyRunningError(IscoError):
    """Another daemon watches the same inbox."""

    exit_code = 3
