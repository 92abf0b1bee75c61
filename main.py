"""The entry point of ``isco``, ``python main.py`` and ``torchrun main.py``.

Without a command ``isco`` prints its help, and ``python main.py`` trains. The exit codes are listed
in ``docs/operations.md``.
"""

from __future__ import annotations

import atexit
import gc
import io
import logging
import os
import sys
from collections.abc import Sequence

from cli.standard_output import named_output, open_missing_outputs
from core.errors import IscoError
from core.log_lines import JSON, log_formatter
from core.packages import PACKAGES
from core.process_start import collect_rarely

_INTERRUPTED = 130
_OUTPUT_CLOSED = 141

_LOG = logging.getLogger("isco")


def main(arguments: Sequence[str] | None = None, *, prints_help: bool = True) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : the command line after the program's name; None for that of the process.
    prints_help : whether a command line that asks for nothing prints the help, else it trains.
    """
    # Python looks for cycles at its exit: a tenth of a second with a model, and nothing to gain.
    atexit.register(gc.freeze)
    collect_rarely()
    open_missing_outputs()
    if isinstance(sys.stdout, io.TextIOWrapper):  # names of files may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            code = _run(arguments, prints_help)
        except SystemExit as left:  # argparse has printed the help or what is wrong
            code = int(left.code or 0)
        with named_output():  # a full disk and a closed pipe are met here, not at the exit
            sys.stdout.flush()
    except BrokenPipeError:
        code = _OUTPUT_CLOSED
    except (IscoError, OSError) as error:  # OSError: no permission, no space: the user can act
        _print_error(_sentence(error))
        code = _exit_code(error)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    _end_output()
    return code


def _run(arguments: Sequence[str] | None, prints_help: bool) -> int:
    # No plugin is used: to look for one in all that is installed takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # OpenBLAS's threads sleep when there is nothing to do, instead of spinning for 0.1 s at first.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    # Imported here, so that Ctrl-C is silent while they load, too.
    from cli.parser import parse
    from cli.requirements import require_project
    from core.settings_file.project import (
        borrowed_project,
        find_config,
        name_settings_file,
        settings_of,
    )

    parsed = parse(arguments, prints_help=prints_help)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(parsed.log_format, "%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(handlers=[handler])
    for package in PACKAGES:  # the messages of libraries are not shown
        logging.getLogger(package).setLevel(logging.INFO)
    logging.getLogger("inference").setLevel(logging.WARNING)  # see 'isco models accelerate'
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # our own error says it in a line
    try:
        if parsed.log is not None:
            from watcher.log_file import log_to

            log_to(parsed.log, parsed.log_format)
        if parsed.config is None:
            parsed.config = find_config()
            if parsed.works_in_project and (sentence := borrowed_project(parsed.config)):
                _LOG.info("%s", sentence)
        if parsed.needs_project:
            require_project(parsed.config)
        settings = settings_of(parsed.config)
        return parsed.run(parsed, settings) or 0
    except BrokenPipeError:
        raise
    except (IscoError, OSError) as error:
        sentence = name_settings_file(_sentence(error), parsed.config)
        is_json = parsed.log_format == JSON
        if parsed.log is not None or is_json:
            _LOG.error("%s", sentence)
        if parsed.log is not None or not is_json:
            _print_error(sentence)
        return _exit_code(error)


def _sentence(error: IscoError | OSError) -> str:
    if isinstance(error, IscoError):
        return str(error)
    from cli.system_error import describe

    return describe(error)


def _print_error(sentence: str) -> None:
    print(f"isco: {sentence}", file=sys.stderr)


def _exit_code(error: IscoError | OSError) -> int:
    return error.exit_code if isinstance(error, IscoError) else IscoError.exit_code


def _end_output() -> None:
    """Write what stdout still holds, or drop it: else Python tries, and fails, at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


if __name__ == "__main__":
    sys.exit(main(prints_help=False))
