"""The name of an encoding, with the alphabet, the language or the region of its letters."""

from __future__ import annotations

from core.languages.message import Message

_LETTERS = {
    str(letters): letters
    for letters in (
        Message("Western European"),
        Message("Central European"),
        Message("Cyrillic"),
        Message("Greek"),
        Message("Turkish"),
        Message("Baltic"),
        Message("Arabic"),
        Message("Hebrew"),
        Message("Nordic"),
        Message("Romanian"),
        Message("Maltese"),
        Message("Celtic"),
        Message("Russian"),
        Message("Ukrainian"),
        Message("Icelandic"),
        Message("Croatian"),
        Message("United States"),
    )
}


def encoding_name(name: str, family: str) -> str:
    """Return the name of an encoding as pages can say it.

    ``family`` is what ``core/letters/encodings.yaml`` calls it, such as "Windows, Greek"; it may be
    empty.
    """
    if not family:
        return name
    system, _, letters = family.rpartition(", ")
    known = _LETTERS.get(letters, letters)
    if not system:
        return Message("{encoding} ({letters})", encoding=name, letters=known)
    return Message("{encoding} ({system}, {letters})", encoding=name, system=system, letters=known)
