"""The script of a letter: Latin, Greek, Cyrillic, …"""

from __future__ import annotations

import unicodedata


def script_of(letter: str) -> str:
    """Return the script of a letter as Unicode names it: LATIN, GREEK, CYRILLIC, …"""
    return unicodedata.name(letter, "").partition(" ")[0]
