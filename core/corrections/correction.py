"""One row of a corrections file: the code that somebody gave to a text, and its status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from core.corrections.signature import NO_SIGNATURE, Signature

NOT_CODABLE = "not codable"
WITHDRAWN = "withdraw"
ANSWERS = (
    f"4 digits (a unit group), 3 digits (a minor group), {NOT_CODABLE!r}, or {WITHDRAWN!r} to take "
    "an earlier answer back"
)
"""What may stand in the column of corrected codes."""
# "Not codable" in the languages of the model, as people write it; spaces may be "_" or "-".
_NOT_CODABLE = re.compile(
    r"(?:(?:not?|non|un) ?code?able|can(?:not|'t| not) be coded|no code(?: fits)?"
    r"|(?:nicht ?|un)[kc]od(?:ier|ifizier)bar|kein code|non (?:class|codifi)able|inclassable"
    r"|aucun code|no codificable|incodificable|ningún código|non codificabile|não codificável"
    r"|niet codeerbaar|nie do zakodowania|niekodowaln[aey]|nelze kódovat|nekódovatelné"
    r"|nedá sa kódovať|nekódovateľné|ni mogoče kodirati|(?:nije moguće|ne može se) kodirati"
    r"|nem kódolható|necodificabil|nu (?:se poate codifica|poate fi codificat)"
    r"|не може да се кодира|некодируемо|μη κωδικοποιήσιμο|δεν κωδικοποιείται"
    r"|(?:ej|inte|ikke) kodbar|kan (?:inte|ej|ikke) kodes|kan inte kodas|går (?:inte|ej) att koda"
    r"|ei koodattavissa|ei (?:saa kodeerida|ole kodeeritav)|nav kodējams|negalima koduoti"
    r"|nekoduojama|tidak dapat dikodekan"
    r"|غير قابل للترميز)[.!]?",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"(?:withdraw(?:n|al)?|zurück(?:ziehen|gezogen)|retir(?:er|ée?)|retira(?:r|d[oa])"
    r"|wycofa(?:ć|n[aeoy])|ritira(?:re|t[oa])|intrekken|ingetrokken)[.!]?",
    re.IGNORECASE,
)


class CorrectionStatus(StrEnum):
    """The outcome of one row of a corrections file."""

    ACCEPTED = "accepted"
    """The text gets this unit group."""
    RESTORED = "restored"
    """Accepted, after the digits were repaired: a lost zero, ``7212.0``, ``7212.1``."""
    GROUP = "group_only"
    """The text gets this minor group, and trains nothing."""
    NOT_CODABLE = "not_codable"
    """A person decided that no code fits: kept, and it trains nothing."""
    WITHDRAWN = "withdrawn"
    """Earlier answers about the text are taken back: the model codes it again."""
    OVERRULED = "overruled"
    """Kept as an answer; an adjudicated answer about the text holds. A file alone cannot tell."""
    SKIPPED = "skipped"
    """No code was filled in, or a mark for a missing code."""
    REJECTED = "rejected"
    """The code is not in ISCO-08, or may be one of ISCO-88, or there is no text."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of a corrections file.

    ``line`` is its line in the file, ``text`` the cleaned text, ``written`` the code as it was
    typed, ``code`` the code that was read from it; ``reason`` explains the status.

    ``sampled`` names the random sample that the row was drawn into, or is empty. ``predicted`` is
    the code that the file names for it, if any, ``n_drawn`` how many of the drawn records have this
    text. So the file says; what was drawn in truth, and which code it got, the list of the batch
    tells (``coded_texts.py``). ``signature`` tells who gave the answer. ``is_doubted``: the answer
    holds for its own text alone (``doubts.py``). ``answer_column`` is the column, if any, in which
    the answer of a skipped row stands by mistake, or a second answer of any other row.
    ``is_mixed``: the row is rejected because its text differs from the title or the duties beside
    it (``text_comparison.py``).
    """

    line: int
    text: str
    written: str
    code: str
    status: CorrectionStatus
    reason: str = ""
    sampled: str = ""
    predicted: str = ""
    n_drawn: int = 0
    signature: Signature = NO_SIGNATURE
    is_doubted: bool = False
    answer_column: str = ""
    is_mixed: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the text gets a unit group."""
        return self.status in (CorrectionStatus.ACCEPTED, CorrectionStatus.RESTORED)

    @property
    def is_decided(self) -> bool:
        """Whether a person decided about the text."""
        return self.is_accepted or self.status in (
            CorrectionStatus.GROUP,
            CorrectionStatus.NOT_CODABLE,
        )

    @property
    def is_kept(self) -> bool:
        """Whether the row changes what is known of the text: it decides, or takes that back."""
        return self.is_decided or self.status is CorrectionStatus.WITHDRAWN


def means_not_codable(written: str) -> bool:
    """Return whether a field says that no code fits."""
    return _NOT_CODABLE.fullmatch(_spaced(written)) is not None


def means_withdrawn(written: str) -> bool:
    """Return whether a field takes earlier answers back."""
    return _WITHDRAWN.fullmatch(_spaced(written)) is not None


def _spaced(written: str) -> str:
    return " ".join(re.split(r"[\s_-]+", written.strip()))
