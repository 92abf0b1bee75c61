"""Which format a file has: its content decides, not its ending.

The formats of this module are the ones that the program reads; ``core/formats/file_names.py`` has
their endings.
"""

from __future__ import annotations

import codecs
import json
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from core.errors import InputError
from core.formats.other_texts import refuse_other_text
from core.formats.source import Source
from core.formats.unpacking import read_start
from core.languages.message import Message

_START_BYTES = 1 << 16
_MAX_OLE_BYTES = 64 << 20
_MANIFEST = "META-INF/manifest.xml"
_MAX_MANIFEST_BYTES = 1 << 20
_SAVE_AS_CSV = "Save its table as 'CSV UTF-8', then drop that file."
_WRITE_IN_R = 'Write its table with write.csv(data, "file.csv", row.names = FALSE).'
_EXPECTED = "a table: CSV or other delimited text, a workbook, Parquet, JSON Lines, Stata or SPSS"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_STATA_NAMES = frozenset(range(105, 116))  # the first byte of Stata files before format 117


class FileFormat(StrEnum):
    """A format that is read; the value is shown in receipts."""

    CSV = "csv"
    """Delimited text, whatever the delimiter, also packed with gzip."""
    JSONL = "jsonl"
    """A JSON object on each line, also packed with gzip."""
    MARKUP = "html"
    """A table of a web page, or a workbook in XML, which web exports call .xls."""
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    PARQUET = "parquet"
    STATA = "dta"
    SPSS = "sav"

    @property
    def spoken(self) -> str:
        """What a file of this format is, in words."""
        return _SPOKEN[self]


_SPOKEN = {
    FileFormat.CSV: Message("delimited text"),
    FileFormat.JSONL: Message("JSON Lines"),
    FileFormat.MARKUP: Message("a web page or XML"),
    FileFormat.XLSX: Message("an Excel workbook (.xlsx)"),
    FileFormat.XLS: Message("an old Excel workbook (.xls)"),
    FileFormat.ODS: Message("an OpenDocument workbook (.ods)"),
    FileFormat.PARQUET: Message("Parquet"),
    FileFormat.STATA: Message("a data set of Stata"),
    FileFormat.SPSS: Message("a data set of SPSS"),
}
# What is recognised and not read: its start, what it is, and what to do.
_OTHERS = (
    (b"%PDF", "a PDF document", "Export the table as CSV."),
    (
        b"\x00\x05\x16\x07",
        "what a Mac keeps beside a file on other disks (AppleDouble)",
        "Drop the file of the same name without '._' at its start.",
    ),
    (b"{\\rtf", "a text of a word processor (RTF)", _SAVE_AS_CSV),
    (b"Rar!", "a rar archive", "Unpack it, and drop the table in it."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it, and drop the table in it."),
    (b"BZh", "a bzip2 archive", "Unpack it, and drop the table in it."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it, and drop the table in it."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it, and drop the table in it."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV."),
    (b"\x89PNG", "a picture", "Export the table as CSV."),
    (b"\xff\xd8\xff", "a picture", "Export the table as CSV."),
    (b"MIME-Version:", "a saved web page (MHTML)", _SAVE_AS_CSV),
    (bytes(12) + b"\xc2\xea\x81\x60", "a data set of SAS", "Export it as CSV or Stata."),
    (b"HEADER RECORD*******LIB", "a data set of SAS (.xpt)", "Export it as CSV or Stata."),
    ((b"ARROW1\x00\x00", b"FEA1"), "a table of Arrow (Feather)", "Write it as Parquet or CSV."),
    (b"\x00\x01\x00\x00Standard ", "a database of Access", "Export the table as CSV."),
    ((b"RDX2\n", b"RDX3\n", b"X\n\x00\x00\x00"), "data of R", _WRITE_IN_R),
)


@dataclass(frozen=True)
class DetectedFormat:
    """The format of the content, and whether the file is a gzip archive of it."""

    format: FileFormat
    is_packed: bool


def detect_format(path: Source) -> DetectedFormat:
    """Return the format of a file. Raises InputError for an empty file and for any other format."""
    start, is_packed = read_start(path, _START_BYTES)
    if not start:
        raise InputError(
            path,
            "an empty file (0 bytes)",
            expected=_EXPECTED,
            remedy="Check that the export or copy finished, then drop the file again.",
        )
    if is_packed and (start.startswith((_ZIP, _OLE)) or _magic_format(start)):
        raise InputError(
            path,
            "a gzip archive with a workbook or another binary file in it",
            expected="a delimited text in a gzip archive",
            remedy="Unpack it, and drop the file in it.",
        )
    file_format = _binary_format(path, start) or _text_format(path, start)
    return DetectedFormat(file_format, is_packed)


def _binary_format(path: Source, start: bytes) -> FileFormat | None:
    """Return the format of a file that is no text, None for a text."""
    if start.startswith(_ZIP):
        with path.open("rb") as file:
            return _zipped_format(path, file)
    if start.startswith(_OLE):
        with path.open("rb") as file:
            return _ole_format(path, file)
    if (file_format := _magic_format(start)) is not None:
        return file_format
    for magic, found, remedy in _OTHERS:
        if start.startswith(magic):
            raise InputError(path, found, expected=_EXPECTED, remedy=remedy)
    return None


def _magic_format(start: bytes) -> FileFormat | None:
    """Return the format that the first bytes alone tell."""
    if start.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if start.startswith((b"$FL2@(#)", b"$FL3@(#)")):
        return FileFormat.SPSS
    is_old_stata = start[0] in _STATA_NAMES and start[1:4] in (b"\x01\x01\x00", b"\x02\x01\x00")
    if start.startswith(b"<stata_dta>") or is_old_stata:
        return FileFormat.STATA
    return None


def _zipped_format(path: Source, file: BinaryIO) -> FileFormat:
    """Return the format of a workbook in a zip archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.casefold() for name in archive.namelist()}
            kind, has_password = b"", False
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype")
                has_password = _is_encrypted(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        OSError,
        RuntimeError,
    ):
        raise InputError(
            path,
            "the start of an Excel workbook or zip archive, and no workbook that can be opened",
            expected=_EXPECTED,
            remedy="The copy was probably cut off: copy it again, or save the table as CSV.",
        ) from None
    if has_password:
        raise with_password(path)
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return FileFormat.ODS
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return FileFormat.XLSX
    found = next(
        (
            words
            for part, words in (
                (r"xl\workbook.xml", r"an Excel workbook whose parts are named with \ and not /"),
                ("xl/workbook.bin", "a binary workbook (.xlsb)"),
                ("word/document.xml", "a Word document"),
                ("ppt/presentation.xml", "a PowerPoint presentation"),
                ("index/document.iwa", "a document of Apple Numbers or Pages"),
            )
            if part in names
        ),
        "an OpenDocument text or drawing" if b"opendocument" in kind else "a zip archive",
    )
    remedy = _SAVE_AS_CSV if found != "a zip archive" else "Unpack it, and drop the table in it."
    raise InputError(path, found, expected=_EXPECTED, remedy=remedy)


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument file has a password; its manifest says so."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return b":encryption-data" in manifest.read(_MAX_MANIFEST_BYTES)


def with_password(path: Source) -> InputError:
    """Return the error of a workbook that has a password."""
    return InputError(
        path,
        "a workbook with a password",
        expected=_EXPECTED,
        remedy="Save it without a password, or as CSV.",
    )


def _ole_format(path: Source, file: BinaryIO) -> FileFormat:
    """Return the format of an old file of Office."""
    content = file.read(_MAX_OLE_BYTES)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return FileFormat.XLS
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise with_password(path)
    found = "an old file of Office without a workbook in it, or one with a password"
    if "WordDocument".encode("utf-16-le") in content:
        found = "an old Word document (.doc)"
    raise InputError(path, found, expected=_EXPECTED, remedy=_SAVE_AS_CSV)


def _text_format(path: Source, start: bytes) -> FileFormat:
    """Return what a text is: JSON Lines and markup are certain, any other table is delimited."""
    text = _decoded(start).lstrip()
    if text.startswith("<") and _is_markup(text):
        return FileFormat.MARKUP
    name = path.name.lower()
    if text.startswith("{") and (name.endswith((".jsonl", ".jsonl.gz")) or _is_json_line(text)):
        return FileFormat.JSONL
    refuse_other_text(path, text, is_whole=len(start) < _START_BYTES)
    return FileFormat.CSV


def _decoded(start: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return start.decode(encoding, "ignore")
    return start.decode("latin-1")


def _is_markup(text: str) -> bool:
    lowered = text.casefold()
    if lowered.startswith("<?xml") or "urn:schemas-microsoft-com:office:spreadsheet" in lowered:
        return "urn:schemas-microsoft-com:office:spreadsheet" in lowered or "<html" in lowered
    return lowered.startswith(("<!doctype html", "<html", "<head", "<meta", "<table", "<style"))


def _is_json_line(text: str) -> bool:
    line = text.split("\n", 1)[0]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
