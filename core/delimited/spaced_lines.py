"""Tell a file with spaces between quoted fields, as ``write.table`` of R writes it by default."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import InputError
from core.formats.source import Source

_NAMES = re.compile(r'"(?:[^"\\]|\\.)+"(?: "(?:[^"\\]|\\.)+")*\s*')
# R writes a quote in a text as \".
_FIELD = re.compile(r'"(?:[^"\\]|\\.)*"|[^ "]+')
_TWO_FIELDS = re.compile(r'"(?:[^"\\]|\\.)*" [^\s,;|]')
_REMEDY = (
    'Write it with write.csv(data, "file.csv", row.names = FALSE), or with sep = ";" in '
    "write.table, and drop that file."
)


def refuse_spaced_lines(path: Source, lines: Sequence[str], n_first: int) -> None:
    """Raise InputError where the fields have spaces between them; the names and texts are quoted.

    A line of such a file cannot be parsed with any delimiter: a space follows a closing quote. The
    rows of R begin with their names, for which the header has no field.
    """
    head = lines[n_first : n_first + 2]
    if len(head) < 2 or not _NAMES.fullmatch(head[0]) or not _TWO_FIELDS.match(head[1]):
        return
    n_names, n_fields = (len(_FIELD.findall(line.strip())) for line in head)
    if n_fields not in (n_names, n_names + 1):
        return
    found = "fields with spaces between them"
    if n_fields > n_names:
        found += (
            f", and {n_fields} of them below {n_names} in the header, as write.table of R writes "
            "them: the first one is the name of a row"
        )
    raise InputError(
        path,
        found,
        expected="a comma, semicolon, tab or | between the fields, and a name for each in the "
        "header",
        remedy=_REMEDY,
        line=n_first + 1,
    )
