"""The values of the column ``source``: where the code of a text comes from."""

from __future__ import annotations

from enum import StrEnum

from core.non_answers.known_texts import NonAnswerKind


class CodeSource(StrEnum):
    """Where the code of a text comes from, or why it has none."""

    MODEL = "model"
    """The model computed it."""
    SIMILAR_CORRECTION = "similar_correction"
    """Corrections of similar texts decided; the model alone would have given another code."""
    CORRECTION = "correction"
    """A coder corrected this very text; the code is the only candidate."""
    NOT_CODABLE = "not_codable"
    """A coder decided that no code fits this very text."""
    EMPTY = "empty"
    """The text is empty and has no code."""
    NOT_STATED = NonAnswerKind.NOT_STATED.value
    """The text says nothing of the work ("refused", "n/a", "employee") and has no code."""
    NOT_WORKING = NonAnswerKind.NOT_WORKING.value
    """The person has no work ("retired", "student"); the text has no code."""
    TOO_UNSURE = "too_unsure"
    """The model computed groups; none is probable enough, the person does not have the job, or the
    title names several."""

    @property
    def has_code(self) -> bool:
        """Whether the row of such a text has a code."""
        return self in (CodeSource.MODEL, CodeSource.SIMILAR_CORRECTION, CodeSource.CORRECTION)


SOURCE_OF_NON_ANSWER = {
    NonAnswerKind.NOT_STATED: CodeSource.NOT_STATED,
    NonAnswerKind.STATUS: CodeSource.NOT_STATED,
    NonAnswerKind.NOT_WORKING: CodeSource.NOT_WORKING,
}
"""The source that a text of each kind of non-answer has."""
NON_ANSWERS = frozenset(SOURCE_OF_NON_ANSWER.values())
"""The sources of texts that are no answers: they have no code and need no person."""
SOURCES_WITHOUT_CODE = frozenset(source for source in CodeSource if not source.has_code)
