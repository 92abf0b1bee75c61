"""One line of the log is one line of the terminal, whatever a file is called."""

from __future__ import annotations

import logging


class OneLineFormatter(logging.Formatter):
    """Formats records; control characters of a message are escaped, tracebacks stay as they are.

    A file name may have a line break, which would begin a line of its own, or an escape sequence,
    which would control the terminal.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line of a record."""
        record.message = "".join(
            character if character.isprintable() else character.encode("unicode_escape").decode()
            for character in record.message
        )
        return super().formatMessage(record)
