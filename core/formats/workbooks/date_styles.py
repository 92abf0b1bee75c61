"""Which cells of an .xlsx workbook show their number as a date or a time: those of some styles."""

from __future__ import annotations

import re
import zipfile

_PART = "xl/styles.xml"
_MAX_BYTES = 16 << 20
_BUILT_IN = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_FORMAT_ID = re.compile(rb"numFmtId\s*=\s*[\"'](\d{1,9})[\"']")
_FORMAT_CODE = re.compile(rb"formatCode\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\s[^>]*>")
_LITERAL = re.compile(rb"&quot;.*?&quot;|\"[^\"]*\"|\\.")
_DATE_LETTER = re.compile(rb"[dmyhs]", re.IGNORECASE)


def date_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the numbers of the styles of dates and times; of some others as well, if in doubt."""
    try:
        with archive.open(_PART) as file:
            content = file.read(_MAX_BYTES)
    except KeyError:
        return frozenset()
    date_formats = _BUILT_IN | {
        int(number[1])
        for tag in _FORMAT.findall(content)
        if (number := _FORMAT_ID.search(tag)) and _is_date(tag)
    }
    styles = _STYLES.search(content)
    tags = _STYLE.findall(styles[1]) if styles else []
    return frozenset(
        str(place).encode()
        for place, tag in enumerate(tags)
        if (number := _FORMAT_ID.search(tag)) and int(number[1]) in date_formats
    )


def _is_date(tag: bytes) -> bool:
    code = _FORMAT_CODE.search(tag)
    written = (code[1] or code[2] or b"") if code else b""
    return _DATE_LETTER.search(_LITERAL.sub(b"", written)) is not None
