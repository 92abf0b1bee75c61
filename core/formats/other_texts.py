"""Recognise texts that hold records and are no table: JSON, XML, YAML, SQL.

Read as delimited text, their first record would be the header. Each is told by its start alone,
and only where no table begins so: a name of a column may have HTML, brackets or a dash.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.parsers import expat

from core.errors import InputError
from core.formats.source import Source

_EXPECTED = "a table: a line with the names of the columns, and a line for each record below it"
_LINES_OF_JSON = "Write each record as an object on one line (JSON Lines), or save it as CSV."
_JSON_OBJECT = re.compile(r'\{\s*\n\s*"[^"\n]*"\s*:')
_YAML = re.compile(
    r"(?:---[^\n]*\n)?"
    r"(?:[\w-]+:[ \r]*\n)?"  # the name of the list
    r"[ ]*- [\"']?[\w-][\w .-]*[\"']?:(?: [^\n]*|\r?)"  # its first item, a key and a value
    r"(?:\n[ ]*- |\n[ ]+\S|\s*\Z)"
)
_SQL_START = re.compile(r"--|/\*|(?:set|begin|start|use|drop|create|insert|copy)\b", re.IGNORECASE)
_SQL = re.compile(
    r"^[ \t]*(?:INSERT\s+(?:IGNORE\s+)?INTO\s+\S+\s*(?:\(|VALUES|SELECT)"
    r"|CREATE\s+TABLE\s[^;(]*\("
    r"|COPY\s+\S+\s*\([^)\n]*\)\s+FROM\s)",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT = re.compile(r"(?:\s*(?:#|//)[^\n]*\n)*\s*")


@dataclass(frozen=True)
class _Kind:
    """What a text is, and what to do about it."""

    found: str
    remedy: str


_JSON = _Kind("a JSON array", _LINES_OF_JSON)
_ONE_OBJECT = _Kind("a JSON object over several lines", _LINES_OF_JSON)
_XML = _Kind(
    "XML that is no table of a web page or workbook",
    "Open it in Excel or the program it is from, and save its records as CSV.",
)
_YAML_TEXT = _Kind("YAML", "Save its records as CSV, or as JSON Lines.")
_SQL_TEXT = _Kind("commands of SQL", "Export the table of the database as CSV.")


def refuse_other_text(path: Source, text: str, is_whole: bool) -> None:
    """Raise InputError for a text that is certainly no table.

    ``text`` is the start of the file without white space before it; ``is_whole``: it is all of it.
    """
    kind = _kind_of(text, is_whole)
    if kind is not None:
        raise InputError(path, kind.found, expected=_EXPECTED, remedy=kind.remedy, line=1)


def _kind_of(text: str, is_whole: bool) -> _Kind | None:
    if text.startswith("[") and _is_json_array(text):
        return _JSON
    if _JSON_OBJECT.match(text):
        return _ONE_OBJECT
    if text.startswith("<") and _is_xml(text, is_whole):
        return _XML
    if _YAML.match(text, _after_comments(text)):
        return _YAML_TEXT
    if _SQL_START.match(text) and _SQL.search(text):
        return _SQL_TEXT
    return None


def _after_comments(text: str) -> int:
    comments = _COMMENT.match(text)
    return comments.end() if comments else 0


def _is_json_array(text: str) -> bool:
    """Whether an array is the text, its first line, or has an object or array at its start.

    Names of columns may be in brackets, too: "[id],[job_title]".
    """
    decode = json.JSONDecoder().raw_decode
    inner = text[1:].lstrip()
    try:
        _, end = decode(text)
        return text[end:].lstrip(" \r")[:1] in ("", "\n")
    except RecursionError:
        return True
    except ValueError:  # perhaps as only the start is here
        if not inner.startswith(("{", "[")):
            return False
    try:
        decode(inner)
    except ValueError:
        return False
    return True


def _is_xml(text: str, is_whole: bool) -> bool:
    """Whether a text says that it is XML, or is one element with others in it.

    A header with HTML has more than one element, or text between them: "<p>Job</p>,<p>Age</p>".
    """
    if text.startswith("<?xml"):
        return True
    n_elements = 0

    def count(*_: object) -> None:
        nonlocal n_elements
        n_elements += 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = count
    try:
        parser.Parse(text.encode("utf-8", "replace"), is_whole)
    except expat.ExpatError:
        return False
    return n_elements > 1
