"""Why the command of a hook cannot be started: what was found, what was expected, what to do."""

from __future__ import annotations

import errno
from pathlib import Path


def start_error(program: str, error: OSError | ValueError) -> str:
    """Return the sentence for a ``program`` that the operating system refuses to start."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and Path(program).exists():
        found = f"a first line of {program!r} that names a program which is not there"
        expected, remedy = "one that is there, such as #!/bin/sh", "Correct that line"
    elif number in (errno.ENOENT, errno.ENOTDIR):
        found = f"no program {program!r}"
        expected = "the path of a program, or the name of one in PATH"
        remedy = "Correct the command in the settings"
    elif number in (errno.EACCES, errno.EPERM):
        found = f"{program!r}, which this user may not execute"
        expected, remedy = "a program", f"Run: chmod +x {program}"
    elif number == errno.ENOEXEC:
        found = f"{program!r}, which does not say what runs it"
        expected, remedy = "a first line such as #!/bin/sh", "Write that line"
    else:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        found = f"that {program!r} cannot be started ({reason})"
        expected, remedy = "a program that this user can run", "Try it in a terminal"
    return f"found {found}; expected {expected}. {remedy}"
