"""Tell a file whose lines end in another sign than CR and LF: read, it would be one line."""

from __future__ import annotations

from collections.abc import Sequence

from core.delimited.format_errors import DELIMITERS
from core.delimited.parsed_lines import is_table
from core.errors import InputError
from core.formats.source import Source

_ENDS = {
    "\x85": "U+0085 (next line, of mainframes)",
    "\u2028": "U+2028 (line separator)",
    "\u2029": "U+2029 (paragraph separator)",
    "\v": "U+000B (vertical tab)",
    "\f": "U+000C (form feed)",
    "\x1e": "U+001E (record separator)",
}
_PRINTED_ENDS = {
    "…": "byte 0x85 (next line, of mainframes; an ellipsis in cp1252)",
    "\\n": "a backslash and an n",
}
"""What may also be text: an end of lines only where it divides a table."""


def refuse_other_line_ends(path: Source, lines: Sequence[str]) -> None:
    """Raise InputError where the first lines of a file are one, and other ends of lines in it."""
    text = "".join(lines).rstrip("\r\n")
    if "\n" in text or "\r" in text:
        return
    ends = [*filter(text.strip().__contains__, _ENDS)]
    ends += [end for end in _PRINTED_ENDS if _divides_a_table(text, end)]
    if ends:
        names = _ENDS | _PRINTED_ENDS
        raise InputError(
            path,
            f"one line, with {names[max(ends, key=text.count)]} where lines end",
            expected="lines that end in LF, CR LF or CR",
            remedy="Export the file again with ends of lines of Windows or Unix, or replace each "
            "of these signs by one.",
            line=1,
        )


def _divides_a_table(text: str, end: str) -> bool:
    lines = text.strip(end).split(end)
    return len(lines) > 2 and any(is_table(lines, delimiter) for delimiter in DELIMITERS)
