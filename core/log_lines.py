"""One line of the log is one line of the terminal, whatever a file is called; or one of JSON."""

from __future__ import annotations

import json
import logging
import unicodedata
from datetime import UTC, datetime

TEXT, JSON = "text", "json"
LOG_FORMATS = (TEXT, JSON)
"""The values of ``--log-format``."""


def one_line(text: str) -> str:
    """Return a text that neither begins a line of a terminal nor controls it: escape the rest.

    A space of another width, as French has before ":", is a plain one.
    """
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    is_space = unicodedata.category(character) == "Zs"
    return " " if is_space else character.encode("unicode_escape").decode()


class OneLineFormatter(logging.Formatter):
    """Formats records; control characters of a message are escaped, tracebacks stay as they are.

    A file name may have a line break, which would begin a line of its own, or an escape sequence,
    which would control the terminal.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line of a record."""
        record.message = one_line(record.message)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """Formats a record as a line of JSON in ASCII, which every terminal and program can take."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record: time in UTC, level, logger, message, maybe traceback."""
        moment = datetime.fromtimestamp(record.created, UTC)
        values = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        return json.dumps(values)


def log_formatter(log_format: str, text: str, time: str | None = None) -> logging.Formatter:
    """Return the formatter of ``--log-format``; ``text`` and ``time`` are the formats of text."""
    return JsonFormatter() if log_format == JSON else OneLineFormatter(text, datefmt=time)
