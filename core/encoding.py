"""Find the encoding of a delimited text file by reading all of it once.

It is UTF-8 with or without BOM, UTF-16 by its BOM, else cp1252. Nothing is guessed from a sample: a
file is UTF-8 only if every byte of it is, and cp1252 only if no part of it looked like UTF-8. One
broken byte in a UTF-8 file is therefore an error and not mojibake in every row.

``sniff`` also refuses files that are not text: workbooks, other binary files, NUL bytes.
"""

from __future__ import annotations

import codecs
import gzip
import io
from io import FileIO
from typing import BinaryIO, Literal, Protocol, cast

from core.errors import InputError

_BLOCK_BYTES = 1 << 20
_SAVE_AS_CSV = "In Excel choose 'Save as' and 'CSV UTF-8 (comma delimited)', then drop that file."
_MAGIC = {
    b"PK\x03\x04": ("an Excel workbook or zip archive", _SAVE_AS_CSV),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", _SAVE_AS_CSV),
    b"%PDF": ("a PDF document", "Export the table as CSV."),
    b"\x1f\x8b": ("a gzip archive", "Unpack it, or give it a name ending in .gz."),
}
_TEXT = "a delimited text file (CSV) in UTF-8, UTF-16 with BOM, or cp1252"


class Source(Protocol):
    """A file to read: a ``Path``, or a file on another storage with the same three members."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        ...

    @property
    def suffix(self) -> str:
        """The last ending of the name, with its dot."""
        ...

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open the bytes from their start."""
        ...


def open_bytes(path: Source) -> BinaryIO:
    """Open for reading; a name ending in ``.gz`` is unpacked on the way."""
    file = path.open("rb")
    if path.suffix != ".gz":
        return file
    unpacked = gzip.GzipFile(fileobj=file)
    unpacked.myfileobj = cast(FileIO, file)  # which it closes when it is closed
    return cast(BinaryIO, unpacked)


def open_text(path: Source, encoding: str) -> io.TextIOWrapper:
    """Open as text with line ends untouched, as the csv module wants it."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")


def sniff(path: Source) -> str:
    """Return the name of the codec that reads all of ``path``: utf-8-sig, utf-8, utf-16 or cp1252.

    Raises InputError for an empty or binary file, for NULs, and for a line in no such encoding.
    """
    with open_bytes(path) as file:
        start = file.read(4)
    if not start:
        raise InputError(
            path,
            "an empty file (0 bytes)",
            expected=_TEXT,
            remedy="Check that the export or copy finished, then drop the file again.",
        )
    for magic, (kind, remedy) in _MAGIC.items():
        if start.startswith(magic):
            raise InputError(path, kind, expected=_TEXT, remedy=remedy)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _decode_all(path, "utf-16")
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        _decode_all(path, "utf-8-sig")
        return "utf-8-sig"
    return _utf8_or_cp1252(path)


def _utf8_or_cp1252(path: Source) -> str:
    try:
        _decode_all(path, "utf-8")
    except _UndecodableError as broken:
        if broken.saw_multibyte:
            raise broken.as_input_error(path, "the rest of the file is UTF-8") from None
    else:
        return "utf-8"
    _decode_all(path, "cp1252")
    return "cp1252"


class _UndecodableError(InputError):
    """A byte that the encoding does not have; ``_utf8_or_cp1252`` decides what it means."""

    def __init__(self, path: Source, encoding: str, byte: int, line: int, saw_multibyte: bool):
        self.encoding = encoding
        self.byte = byte
        self.saw_multibyte = saw_multibyte
        super().__init__(
            path,
            f"byte 0x{byte:02X}, which {encoding} does not have",
            expected=_TEXT,
            remedy="Save the file as 'CSV UTF-8' in the program it comes from.",
            line=line,
        )

    def as_input_error(self, path: Source, contrast: str) -> InputError:
        return InputError(
            path,
            f"byte 0x{self.byte:02X}, which is not UTF-8, while {contrast}",
            expected="one encoding throughout",
            remedy="Repair that line, or save the whole file again as 'CSV UTF-8'.",
            line=self.line,
        )


def _decode_all(path: Source, encoding: str) -> None:
    """Decode every byte; raise at the first one that cannot be, or at the first NUL character."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    saw_multibyte = False
    with open_bytes(path) as file:
        while True:
            block = file.read(_BLOCK_BYTES)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                good = before.decode(encoding, "ignore")
                raise _UndecodableError(
                    path,
                    encoding.removesuffix("-sig"),
                    error.object[error.start],
                    line + _line_ends(good),
                    saw_multibyte or not good.isascii(),
                ) from None
            if "\0" in text:
                line += _line_ends(text[: text.index("\0")])
                raise InputError(
                    path,
                    "a NUL character",
                    expected=_TEXT,
                    remedy="The copy was probably cut off or the file is binary: export it again.",
                    line=line,
                )
            saw_multibyte = saw_multibyte or not text.isascii()
            line += _line_ends(text)
            if not block:
                return


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
