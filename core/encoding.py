"""Which encoding a delimited text file is in, found by reading all of it.

UTF-8, UTF-16 and UTF-32 are recognised by their marks or because every byte is valid. A file that
is UTF-8 but for a few bytes is an error, and not wrong letters in every row. Any other file is in
an older encoding: ``data.encoding`` names it, or else the words of the file tell it
(``core/letters/encoding_choice.py``). If they fit two encodings that give different texts, the file
is refused with both readings.

``sniff`` also refuses NUL bytes. Files that are recognised as another format than text do not come
here (``core/formats/file_format.py``).
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import SETTINGS_FILE, InputError
from core.formats.source import AUTO, Source
from core.formats.unpacking import open_bytes
from core.languages.message import Message
from core.letters.east_asian import EAST_ASIAN
from core.letters.encoding_choice import EncodingChoice, Evidence, choose_encoding, spoken
from core.letters.letter_pairs import has_letter
from core.letters.utf16 import utf16_without_mark

_BLOCK_BYTES = 1 << 20
_TEXT = "a delimited text file (CSV) in UTF-8, UTF-16, or an 8-bit encoding such as cp1252"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_WORD_BYTES = re.compile(rb"[A-Za-z\x80-\xff]{1,200}\Z")
_MIN_WORDS = 3  # so many words tell their language: "Bäcker" alone looks like Swedish
_HIGH = bytes(range(0x80, 0x100))
_SHOWN_CHARS = 60
_BELOW_EBCDIC = re.compile(rb"[\x20-\x24\x26-\x3f]")  # 0x25 is the line feed of EBCDIC
_EBCDIC_SHARE = 0.85  # of Latin letters without accents, digits and punctuation
_SET_ENCODING = (
    f"Set data.encoding in {SETTINGS_FILE} to the right one, or save the file as 'CSV UTF-8' in "
    "the program it comes from."
)


@dataclass(frozen=True)
class Encoding:
    """The codec that reads all of a file; ``note`` says why, if it had to be chosen."""

    name: str
    note: str = ""


def open_text(path: Source, encoding: str) -> io.TextIOWrapper:
    """Open as text with line ends untouched, as the csv module wants it."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")


def sniff(path: Source, legacy_encoding: str = AUTO) -> Encoding:
    """Return the encoding that reads all of ``path``.

    ``legacy_encoding`` is the encoding of a file that is neither UTF-8 nor has a mark of UTF-16 or
    UTF-32 (``data.encoding``); ``auto``: its words tell it. Raises InputError for NULs, for a line
    in no such encoding, and where two encodings are plausible.
    """
    with open_bytes(path) as file:
        start = file.read(_BLOCK_BYTES)
    for mark, name in _MARKS:
        if start.startswith(mark):
            _decode_all(path, name)
            return Encoding(name)
    if (name := utf16_without_mark(start)) and _can_decode(path, name):
        note = Message(
            "the file has no byte order mark and was read as {encoding}", encoding=spoken(name)
        )
        return Encoding(name, note)
    return _utf8_or_legacy(path, start, legacy_encoding)


def _utf8_or_legacy(path: Source, start: bytes, legacy_encoding: str) -> Encoding:
    try:
        _decode_all(path, "utf-8")
        return Encoding("utf-8")
    except _UndecodableError as error:
        broken = error
    evidence, is_mostly_utf8 = _evidence(path)
    if 0 in evidence.byte_values:
        _decode_all(path, "latin-1")  # which has all bytes, and finds the line
    if is_mostly_utf8:
        raise broken.with_parts(
            found=f"byte 0x{broken.byte:02X}, which is not UTF-8, while the rest of the file is "
            "UTF-8",
            expected="one encoding throughout",
            remedy="Repair that line, or save the whole file again as 'CSV UTF-8'.",
        ) from None
    if legacy_encoding == AUTO and _is_ebcdic(start):
        raise InputError(
            path,
            "text in EBCDIC, the code of mainframes",
            expected=_TEXT,
            remedy="Transfer it from the mainframe as text and not as binary, or convert it to "
            "UTF-8 with lines that end in LF or CR LF. Or set data.encoding in "
            f"{SETTINGS_FILE} to the right one, such as cp037, cp273 or cp500.",
        )
    if legacy_encoding != AUTO:
        _decode_all(path, legacy_encoding)
        note = Message(
            "the file was read as {encoding}: data.encoding says so",
            encoding=spoken(legacy_encoding),
        )
        return Encoding(legacy_encoding, note)
    choice = choose_encoding(evidence)
    if choice.best is None or not choice.is_sure:
        raise _unsure(path, broken, evidence, choice)
    _decode_all(path, choice.best.encoding)
    return Encoding(choice.best.encoding, _reason(choice))


def _is_ebcdic(start: bytes) -> bool:
    """Whether the start of a file is Latin text in EBCDIC.

    All graphic characters of EBCDIC are above 0x3F, where other encodings have space, comma and
    digits. Its code pages differ in few letters; cp037 stands for all of them.
    """
    if not {*b"\x40\x6b\x5e"}.intersection(start) or _BELOW_EBCDIC.search(start):
        return False
    characters = "".join(start.decode("cp037").split())
    return sum(map(str.isascii, characters)) >= _EBCDIC_SHARE * len(characters)


def _evidence(path: Source) -> tuple[Evidence, bool]:
    """Return the words that tell the encoding, and whether most letters of the file are UTF-8."""
    evidence = Evidence()
    n_high = n_multibyte = 0
    for block in _blocks_of_words(path):
        n_high += len(block) - len(block.translate(None, _HIGH))
        n_multibyte += sum(map(len, _MULTIBYTE.findall(block)))
        evidence.add(block)
    return evidence, n_multibyte > 0 and 3 * n_multibyte >= 2 * n_high


def _blocks_of_words(path: Source) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks that end between two words."""
    rest = b""
    with open_bytes(path) as file:
        while block := file.read(_BLOCK_BYTES):
            block = rest + block
            cut = _WORD_BYTES.search(block)
            rest = cut.group() if cut else b""
            yield block[: len(block) - len(rest)]
    yield rest


def _reason(choice: EncodingChoice) -> str:
    best = choice.best
    assert best is not None
    word = choice.typical_word()
    if not has_letter(word):
        return Message(
            "the file is not UTF-8 and was read as {encoding}, which has the signs of {word!r}",
            encoding=spoken(best.encoding),
            word=word,
        )
    if len(best.words) < _MIN_WORDS and best.encoding not in EAST_ASIAN:
        return Message(
            "the file is not UTF-8 and was read as {encoding}, in which {word!r} looks most like a "
            "word. If that is wrong, set data.encoding in the settings",
            encoding=spoken(best.encoding),
            word=word,
        )
    values = {"encoding": spoken(best.encoding), "word": word, "language": best.language}
    if choice.agrees:
        return Message(
            "the file is not UTF-8 and was read as {encoding}: its words, such as {word!r}, look "
            "like {language}, and charset-normalizer reads the same. If that is wrong, set "
            "data.encoding in the settings",
            **values,
        )
    return Message(
        "the file is not UTF-8 and was read as {encoding}: its words, such as {word!r}, look like "
        "{language}. If that is wrong, set data.encoding in the settings",
        **values,
    )


def _unsure(
    path: Source, broken: _UndecodableError, evidence: Evidence, choice: EncodingChoice
) -> InputError:
    word = choice.telling_word(evidence)
    line = evidence.line_of(word)
    byte = next((byte for byte in word if byte in _HIGH), broken.byte)  # in the line that is named
    readings = [
        f"read as {spoken(reading.encoding)} {_around(line, word, reading.encoding)!r}"
        for reading in (choice.best, choice.second)
        if reading is not None
    ]
    return InputError(
        path,
        f"byte 0x{byte:02X}, which is not UTF-8, and no sure sign of another encoding: "
        + (", ".join(readings) or "no encoding that is known here has all of the bytes"),
        expected="letters that tell the encoding of the file",
        remedy=_SET_ENCODING,
        line=evidence.words[word],
    )


def _around(line: bytes, word: bytes, encoding: str) -> str:
    """Return the word with some of its line, as the encoding reads them."""
    place = max(line.find(word), 0)
    start = max(place - _SHOWN_CHARS // 2, 0)
    return line[start : place + len(word) + _SHOWN_CHARS // 2].decode(encoding, "replace")


class _UndecodableError(InputError):
    """A byte that the encoding does not have; the door of this module decides what it means."""

    def __init__(self, path: Source, encoding: str, byte: int, line: int) -> None:
        self.byte = byte
        super().__init__(
            path,
            f"byte 0x{byte:02X}, which {encoding} does not have",
            expected=_TEXT,
            remedy="Save the file as 'CSV UTF-8' in the program it comes from.",
            line=line,
        )


def _can_decode(path: Source, encoding: str) -> bool:
    try:
        _decode_all(path, encoding)
    except InputError:
        return False
    return True


def _decode_all(path: Source, encoding: str) -> None:
    """Decode every byte; raise at the first one that cannot be, or at the first NUL character."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
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
            line += _line_ends(text)
            if not block:
                return


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
