"""Letters without their accents, which people leave out, in capitals above all."""

from __future__ import annotations

import unicodedata


def without_accents(text: str) -> str:
    """Return ``text`` without combining marks: "infirmière" → "infirmiere".

    A letter that has no plain form in Unicode stays: "ø", "ł", "ß".
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    letters = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", letters)
