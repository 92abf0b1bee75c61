"""The corrections that people made: a text that was corrected once keeps its code.

The corrections folder is the state. ``CorrectionsLookup.load`` reads all its files, oldest first.
If two files correct the same text, the later file wins. A batch uses one lookup from start to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from core.corrections.correction import FolderState, apply_correction, folder_state, read_folder
from core.settings import Columns
from core.taxonomy import MINOR
from inference.decision import Prediction, Source


@dataclass(frozen=True)
class CorrectionsLookup:
    """The corrected unit group of every cleaned text that was corrected.

    ``codes`` maps text → code. ``folder_state`` is the state of the corrections folder that they
    were read from.
    """

    codes: dict[str, str] = field(default_factory=dict)
    folder_state: FolderState = ()

    @classmethod
    def load(
        cls, corrections_dir: Path, columns: Columns, before: str | None = None
    ) -> CorrectionsLookup:
        """Read every corrections file in the folder; a folder that is not there is empty.

        ``before``: read only the files older than the file of this name. Raises InputError for a
        file that cannot be read.
        """
        # Taken before the files are read: one that arrives meanwhile must count as a change.
        state = folder_state(corrections_dir)
        codes: dict[str, str] = {}
        for _, correction in read_folder(corrections_dir, columns, before):
            apply_correction(codes, correction)
        return cls(codes, state)

    @property
    def version(self) -> str:
        """A hash of ``codes`` alone (8 hexadecimal digits); ``""`` without any."""
        if not self.codes:
            return ""
        return sha256(repr(sorted(self.codes.items())).encode()).hexdigest()[:8]

    def find(self, text: str) -> Prediction | None:
        """Return the corrected prediction of a cleaned text, or None."""
        code = self.codes.get(text)
        if code is None:
            return None
        return Prediction(
            isco_code=code,
            confidence=1.0,
            is_fallback=False,
            minor_code=code[:MINOR],
            minor_confidence=1.0,
            candidates=((code, 1.0),),
            source=Source.CORRECTION,
        )
