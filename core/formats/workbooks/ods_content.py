"""Write out what the reader of .ods workbooks leaves out of a cell.

It drops tabs and line breaks, so that two words become one, gives a time of a day or more as
``PT30H00M00S``, and an error as an empty text. Where a workbook has them, a copy is read, in which
they are written as text.
"""

from __future__ import annotations

import datetime
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from core.formats.cell_text import as_text
from core.formats.source import Source

CONTENT = "content.xml"
_BLOCK_BYTES = 1 << 20
_BREAK = re.compile(rb"<text:(?P<kind>tab|line-break)(?:\s[^<>]*)?(?:/>|></text:(?P=kind)>)")
_TIME_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell(?=[^<>]*\soffice:time-value=\"(?P<value>-?P[^\"]*)\")[^<>]*>"
)
# An error of a formula has an empty text as its value, and is what the cell shows.
_EMPTY_VALUE = b' office:string-value=""'
_ERROR_CELL = re.compile(
    rb"(<table:(?:covered-)?table-cell[^<>]*)"
    + re.escape(_EMPTY_VALUE)
    + rb"(?=[^<>]*>\s*<text:p[^<>]*>(?:#|Err:))"
)
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,8}(?:\.\d+)?)S)?)?"
)
_DAY = datetime.timedelta(days=1)
_TIME_OF_DAY = re.compile(rb"PT\d+H\d+M\d+(?:\.\d+)?S")  # which the reader takes
_TYPE = re.compile(rb"\soffice:value-type=\"time\"")


def open_ods(path: Source) -> BinaryIO:
    """Open a workbook for its reader: the file itself, or a copy with all of its text."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive, archive.open(CONTENT) as part:
        if not any(_has_rewritten(block) for block in _blocks(part)):
            return path.open("rb")
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    with (
        path.open("rb") as file,
        zipfile.ZipFile(file) as archive,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in archive.namelist():
            if name == CONTENT:
                with archive.open(name) as part, target.open(name, "w", force_zip64=True) as out:
                    for block in _blocks(part):
                        block = _ERROR_CELL.sub(rb"\1", _BREAK.sub(_as_letter, block))
                        out.write(_TIME_CELL.sub(_as_text_cell, block))
            elif name == "mimetype" or name.startswith("META-INF/"):
                with archive.open(name) as part, target.open(name, "w") as out:
                    shutil.copyfileobj(part, out)
    copy.seek(0)
    return copy


def _has_rewritten(block: bytes) -> bool:
    marks = (b"<text:tab", b"<text:line-break", b"office:time-value=", _EMPTY_VALUE)
    return any(mark in block for mark in marks)


def _blocks(part: IO[bytes]) -> Iterator[bytes]:
    """Yield the content in blocks that end between two tags."""
    rest = b""
    while block := part.read(_BLOCK_BYTES):
        block = rest + block
        end = block.rfind(b"</table:table-cell>")  # whole cells, and what stands before them
        end = block.rfind(b"<") if end < 0 else end
        rest, block = block[max(end, 0) :], block[: max(end, 0)]
        yield block
    yield rest


def _duration(written: str) -> datetime.timedelta | None:
    match = _DURATION.fullmatch(written)
    if match is None:
        return None
    parts = {name: float(match[name] or 0) for name in ("days", "hours", "minutes", "seconds")}
    try:
        duration = datetime.timedelta(**parts)
    except OverflowError:
        return None
    return -duration if match["sign"] else duration


def _as_letter(match: re.Match[bytes]) -> bytes:
    return b"&#9;" if match["kind"] == b"tab" else b"&#10;"


def _as_text_cell(match: re.Match[bytes]) -> bytes:
    """Return the start of a cell with a duration as that of a text; a time of the day stays."""
    duration = _duration(match["value"].decode("ascii", "replace"))
    if duration is None or (duration < _DAY and _TIME_OF_DAY.fullmatch(match["value"])):
        return match[0]
    is_time = datetime.timedelta(0) <= duration < _DAY
    time = (datetime.datetime.min + duration).time() if is_time else duration
    text = as_text(time).encode()
    return _TYPE.sub(b' office:value-type="string" office:string-value="' + text + b'"', match[0])
