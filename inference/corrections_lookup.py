"""The corrections that people made: a text that was decided once keeps its decision.

The corrections folder is the state. ``CorrectionsLookup.load`` reads its files in their order; if
two files correct the same text, the later file holds. A batch uses one lookup from start to end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from core.corrections.correction import NOT_CODABLE, Correction
from core.corrections.corrections_folder import (
    CorrectionsFile,
    FolderState,
    folder_state,
    read_readable,
)
from core.corrections.decisions import Decisions
from core.corrections.office_answers import AnswerOrigin, OfficeAnswers
from core.corrections.unread_file import UnreadFile
from core.non_answers.stated_text import stated_text
from core.own_tables.code_source import CodeSource
from core.settings import DataSettings
from core.taxonomy import MINOR
from inference.decision import Prediction, no_code

# So many corrections teach similar texts; more would make every text slower.
_MAX_TEXTS = 50_000
_DATE_CHARS = len("2026-11-27")


@dataclass(frozen=True)
class CorrectionsLookup:
    """What people decided about every cleaned text that was corrected.

    ``folder_state`` is the state of the corrections folder that the decisions were read from.
    ``origins`` has the texts that were decided last, at most 50,000, in the order of their
    decisions, and where the latest answer about each comes from. ``answers`` are those that
    calibrate. ``unread`` are the files that could not be read, and were left out.
    """

    decisions: Decisions = field(default_factory=Decisions)
    folder_state: FolderState = ()
    origins: Mapping[str, AnswerOrigin] = field(default_factory=dict)
    answers: OfficeAnswers = field(default_factory=OfficeAnswers)
    unread: tuple[UnreadFile, ...] = ()

    @classmethod
    def load(
        cls,
        corrections_dir: Path,
        data: DataSettings,
        before: str | None = None,
        previous: CorrectionsLookup | None = None,
    ) -> CorrectionsLookup:
        """Read every corrections file in the folder; a folder that is not there is empty.

        A file that cannot be read is left out, and named in the log and in ``unread``. What was
        asked is told by the lists beside ``data.corrections_dir``, also for another folder.

        Parameters
        ----------
        before : read only the files that come before the file of this name; no answers then.
        previous : an earlier lookup of this folder; if files were only added after those that it
            knows, only they are read.
        """
        # Taken before the files are read: one that arrives meanwhile must count as a change.
        known = previous.folder_state if previous is not None else ()
        state = folder_state(corrections_dir, known)
        names = [file.name for file in state]
        if before in names:
            state = state[: names.index(before)]
        decisions = Decisions()
        origins: OrderedDict[str, AnswerOrigin] = OrderedDict()
        unread: list[UnreadFile] = []
        n_read = 0
        if previous is not None and state[: len(known)] == known and not previous.is_mended:
            decisions = previous.decisions.copy()
            origins = OrderedDict(previous.origins)
            unread = [*previous.unread]
            n_read = len(known)
        for file in state[n_read:]:
            path = corrections_dir / file.name
            for correction in read_readable(path, data, unread):
                decisions.apply(correction)
                if correction.is_decided:
                    earlier = origins.pop(correction.text, AnswerOrigin())  # it moves to the end
                    origins[correction.text] = _origin(correction, file, earlier)
                    if len(origins) > _MAX_TEXTS:  # at each: in whatever steps files are read
                        origins.popitem(last=False)
        answers = OfficeAnswers()
        if before is None:
            answers = OfficeAnswers.read(data.corrections_dir, decisions, origins)
        return cls(decisions, state, origins, answers, tuple(unread))

    @property
    def is_mended(self) -> bool:
        """Whether a file that could not be read has changed since: it may be read now."""
        return not all(file.is_as_it_was for file in self.unread)

    @cached_property
    def version(self) -> str:
        """A hash of the decisions alone (8 hexadecimal digits); ``""`` without any."""
        return self.decisions.version()

    @cached_property
    def teaching(self) -> dict[str, str]:
        """The unit group of each text that says something about others, in the order of answers.

        ``Decisions.teaches_others`` is the rule. Of wordings that the model reads alike the latest
        one teaches: an answer has one vote.
        """
        latest = {stated_text(text): text for text in self.origins}.values()
        texts = filter(self.decisions.teaches_others, latest)
        return {text: self.decisions.get(text) or "" for text in texts}

    def find(self, text: str) -> Prediction | None:
        """Return the prediction that a decision about a cleaned text makes, or None."""
        code = self.decisions.get(text)
        if code is None:
            return None
        if code == NOT_CODABLE:
            return _NOT_CODABLE
        return Prediction(
            isco_code=code,
            confidence=1.0,
            is_fallback=False,
            minor_code=code[:MINOR],
            minor_confidence=1.0,
            candidates=((code, 1.0),),
            source=CodeSource.CORRECTION,
        )


def _origin(correction: Correction, file: CorrectionsFile, earlier: AnswerOrigin) -> AnswerOrigin:
    """Return the origin of a text after one more answer: what was drawn once, stays drawn."""
    date = (correction.signature.coded_at or file.received)[:_DATE_CHARS]
    part = file.part_of(correction)
    return AnswerOrigin(
        correction.sampled or earlier.sampled,
        max(date, earlier.date),
        earlier.files if part in earlier.files else (*earlier.files, part),
    )


_NOT_CODABLE = no_code(CodeSource.NOT_CODABLE)
