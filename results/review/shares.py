"""Which coders answer a question, where several share the review of a batch.

The hash of the text decides. So every question has one coder, and the wanted share of the questions
a second one, whichever file is opened first.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

_ONE = 2**32


def coders_of(text: str, batch_id: str, coders: Sequence[str], double_share: float) -> list[str]:
    """Return who answers a text: one of ``coders``, or two of them for the share of the texts."""
    if not coders:
        return []
    digest = sha256(f"{batch_id} {text}".encode("utf-8", "surrogatepass")).digest()
    first = int.from_bytes(digest[:4], "big") % len(coders)
    chosen = [coders[first]]
    if len(coders) > 1 and int.from_bytes(digest[4:8], "big") < double_share * _ONE:
        step = 1 + int.from_bytes(digest[8:12], "big") % (len(coders) - 1)
        chosen.append(coders[(first + step) % len(coders)])
    return chosen
