"""Corrections people already made: the same text never needs correcting twice.

The corrections folder is the state. ``CorrectionsLookup.load`` reads all its files, oldest first,
so that of two corrections of one text the later file's holds. A batch keeps one memory from start
to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from core.corrections import open_corrections, read_corrections, settle
from core.settings import Columns
from inference.decision import Prediction

Fingerprint = tuple[tuple[str, int, int], ...]  # (name, mtime in ns, size) of every file


@dataclass(frozen=True)
class CorrectionsLookup:
    """Cleaned text → corrected unit group. ``version`` is a hash of just that."""

    codes: dict[str, str] = field(default_factory=dict)
    fingerprint: Fingerprint = ()

    @classmethod
    def load(cls, corrections_dir: Path, columns: Columns, before: str = "") -> CorrectionsLookup:
        """Read every corrections file in the folder; a folder that is not there is empty.

        ``before``: only those that came before the file of this name. Raises InputError for a file
        that cannot be read.
        """
        fingerprint = scan(corrections_dir)
        codes: dict[str, str] = {}
        for name, *_ in fingerprint:
            if name == before:
                break
            for correction in read_corrections(open_corrections(corrections_dir / name, columns)):
                settle(codes, correction)
        return cls(codes, fingerprint)

    @property
    def version(self) -> str:
        """The same corrections, the same version (8 hexadecimal digits); ``""`` without any."""
        if not self.codes:
            return ""
        return sha256(repr(sorted(self.codes.items())).encode()).hexdigest()[:8]

    def lookup(self, text: str) -> Prediction | None:
        """The corrected prediction of a cleaned text, or None."""
        code = self.codes.get(text)
        if code is None:
            return None
        return Prediction(code, 1.0, False, code[:3], 1.0, ((code, 1.0),), "correction")


def scan(corrections_dir: Path) -> Fingerprint:
    """The folder's files, oldest first: what has to change before a reload is worth it."""
    files = [(p, p.stat()) for p in corrections_dir.glob("*.csv")]
    found = ((p.name, status.st_mtime_ns, status.st_size) for p, status in files)
    return tuple(sorted(found, key=lambda entry: (entry[1], entry[0])))
