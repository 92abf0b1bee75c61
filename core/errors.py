"""The errors a user can meet, and nothing else.

IscoError                       anything the user can act on; the command line prints it and exits 1
├── InputError                  a file handed in cannot be read as what it should be
├── SettingsError               config.yaml has an unknown key, a wrong type or an impossible value
├── BundleError                 a model bundle is missing, damaged or of another format
├── ParityError                 an exported model does not compute what its checkpoint computes
├── BaseModelError              the encoder that training should start from cannot be loaded
├── FolderError                 a folder of the watcher cannot be worked in
├── StatusError                 outbox/status.json is not there or cannot be read
├── ServiceError                the daemon cannot be made a service of this machine
├── StorageError                a place to read from or write to is not what a census needs
├── DistributedError                 a census stopped before its end
├── TrainingRunsError           another training works on the same models (exit 3)
└── AlreadyRunningError         another daemon watches the same inbox (exit 3)

Programming errors are not in this tree: they keep their traceback.
"""

from __future__ import annotations

from typing import Protocol


class Named(Protocol):
    """What an error can be about: a ``Path``, or a file on another storage."""

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
    found : what is there, in words.
    expected : what should be there.
    remedy : what to do about it.
    line : 1-based physical line in the file, where one line is to blame.
    """

    def __init__(
        self, file: Named, found: str, *, expected: str, remedy: str, line: int | None = None
    ) -> None:
        self.file, self.line = file, line
        self.found, self.expected, self.remedy = found, expected, remedy
        where = f"{file.name!r}" + (f", line {line}" if line is not None else "")
        super().__init__(f"{where}: found {found}; expected {expected}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        """It crosses from the process that works to the one that answers."""
        return _input_error, (self.file, self.found, self.expected, self.remedy, self.line)


def _input_error(
    file: Named, found: str, expected: str, remedy: str, line: int | None
) -> InputError:
    return InputError(file, found, expected=expected, remedy=remedy, line=line)


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


class StatusError(IscoError):
    """What the daemon says of itself is not there or cannot be read."""


class ServiceError(IscoError):
    """The daemon cannot be made a service of this machine."""


class StorageError(IscoError):
    """A place to read from or write to is not what a census needs."""


class DistributedError(IscoError):
    """A census stopped before its end; the message says how it goes on."""


class TrainingRunsError(IscoError):
    """Another training works on the same models."""

    exit_code = 3


class AlreadyRunningError(IscoError):
    """Another daemon watches the same inbox."""

    exit_code = 3
