"""Why the command of a hook cannot be started: what was found, what was expected, what to do."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

_MAX_FIRST_LINE = 256  # of which Linux reads as much


def start_error(program: str, error: OSError | ValueError) -> str:
    """Return the sentence for a ``program`` that the operating system refuses to start."""
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOEXEC):
        fault = first_line_fault(Path(shutil.which(program) or program))
        if fault is not None:
            return fault
    if number in (errno.ENOENT, errno.ENOTDIR):
        found = f"no program {program!r}"
        expected = "the path of a program, or the name of one in PATH"
        remedy = "Correct the command in the settings"
    elif number in (errno.EACCES, errno.EPERM):
        found = f"{program!r}, which this user may not execute"
        expected, remedy = "a program", f"Run: chmod +x {program}"
    else:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        found = f"that {program!r} cannot be started ({reason})"
        expected, remedy = "a program that this user can run", "Try it in a terminal"
    return f"found {found}; expected {expected}. {remedy}"


def first_line_fault(script: Path) -> str | None:
    """Return what is wrong with the first line of a script that says which program runs it.

    None where nothing is, and for what is no script or cannot be read.
    """
    if not script.is_file():  # to open a pipe would wait
        return None
    try:
        with script.open("rb") as file:
            start = file.read(_MAX_FIRST_LINE)
    except OSError:
        return None
    if b"\0" in start:  # a program, and no text
        return None
    if not start.startswith(b"#!"):
        found = f"{str(script)!r}, which does not say what runs it"
        return f"found {found}; expected a first line such as #!/bin/sh. Write that line"
    line = start[2:].partition(b"\n")[0]
    if line.endswith(b"\r"):
        return (
            f"found a first line of {str(script)!r} that ends as in Windows (CR LF); expected LF "
            "alone. Save it with the line ends of Unix"
        )
    name = line.split()[0].decode(errors="backslashreplace") if line.split() else ""
    if name and Path(name).exists():
        return None
    return (
        f"found the program {name!r} in the first line of {str(script)!r}, which is not there; "
        "expected one that is there, such as #!/bin/sh. Correct that line"
    )
