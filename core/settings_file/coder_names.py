"""Names of coders: how ``review.coders`` and the answers keep them, and when two are the same.

People type their names by hand, with and without capital letters and accents, and some keyboards
write an accent as a letter of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from core.letters.accents import plain_letters


def coder_name(written: str) -> str:
    """Return the name of a coder as it is kept: composed letters (NFC), single spaces."""
    return unicodedata.normalize("NFC", " ".join(written.split()))


@lru_cache(maxsize=4096)  # of each row of a file
def coder_key(name: str) -> str:
    """Return what two spellings of one name share: "Chloé", "CHLOE " and "chloe" are the same."""
    return plain_letters(coder_name(name).casefold())


def is_same_coder(name: str, other: str) -> bool:
    """Whether two names are those of one coder; capital letters and accents do not matter."""
    return coder_key(name) == coder_key(other)


def spelled_as_set(name: str, coders: Sequence[str]) -> str:
    """Return a name as ``review.coders`` spells it; as it is where it is none of those."""
    return next((coder for coder in coders if is_same_coder(coder, name)), name)
