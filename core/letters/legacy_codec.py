"""Which codecs of Python read a text file of single bytes or pairs of bytes that is not Unicode."""

from __future__ import annotations

from collections.abc import Iterator

_ASCII = "a,\n"  # a codec with a mark, with wide letters or with escapes writes more bytes
_ESCAPED = rb"\u0041"  # six letters, which the codecs of Python's own literals read as one


def reads_legacy_text(name: str) -> bool:
    """Return whether ``name`` is a codec for files that are not Unicode, such as ``cp1250``.

    It must read bytes that are not ASCII: a file of ASCII alone is read as UTF-8 before. UTF-8 is
    such a codec, too: it refuses every other file.
    """
    try:
        written = _ASCII.encode(name)
        if len(written) != len(_ASCII) or written.decode(name) != _ASCII:
            return False
        if len(_ESCAPED.decode(name, "replace")) != len(_ESCAPED):
            return False
    except (LookupError, ValueError):  # unknown, no codec of texts, or not for any text
        return False
    return any(_is_read(letter, name) for letter in _letters())


def _letters() -> Iterator[bytes]:
    """Yield single bytes and pairs that are letters in one or the other encoding."""
    for first in range(0x80, 0x100):
        yield bytes([first])
        yield bytes([first, 0xA1])


def _is_read(letter: bytes, name: str) -> bool:
    try:
        letter.decode(name)
    except UnicodeError:
        return False
    return True
