"""The decision about every corrected text.

The later answer holds. Only an adjudicated one (``signature.py``) stays until another adjudicated
one comes. A text that two coders answered in contradiction is disputed until it is adjudicated: its
later answer codes the text itself, and teaches nothing about others. Neither does an answer in
doubt (``doubts.py``), unless another coder has given the same; and it replaces no answer of another
coder that is not in doubt. An answer to a title of several occupations is about one of them, and
says nothing about titles that resemble it; nor do any other answers to its text. A withdrawn text
has no decision until the next answer.

A text is known by a hash of 128 bits. The answers of every coder are kept for texts of two coders
or more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from core.corrections.correction import NOT_CODABLE, WITHDRAWN, Correction, CorrectionStatus
from core.corrections.text_list import text_hash
from core.letters.accents import without_optional_accents
from core.non_answers.stated_text import stated_text
from core.settings_file.coder_names import coder_key
from core.taxonomy import UNIT, isco08

_SEVERAL_BIT, _DOUBTED_BIT, _ADJUDICATED_BIT = 13, 14, 15


@dataclass(frozen=True)
class Outcome:
    """What an answer did to the decision about its text.

    ``replaced`` is the decision that it contradicts and replaced. ``overruled_by`` is the
    one that it contradicts, and that stays: an adjudicated one, or with ``is_until_confirmed`` that
    of another coder, since this answer is in doubt. ``confirmed`` is the unit group that stays,
    because the answer is the minor group in which it lies. All three are None otherwise.
    ``withdrawn`` are the answers of coders who contradict each other that a withdrawal took back:
    the coder and the code of each. ``is_disputed``: coders contradict each other about the text
    now. ``is_settled``: an adjudicated answer ended that, or replaced another decision.
    """

    replaced: str | None = None
    overruled_by: str | None = None
    is_until_confirmed: bool = False
    confirmed: str | None = None
    withdrawn: tuple[tuple[str, str], ...] = ()
    is_disputed: bool = False
    is_settled: bool = False


NO_CONFLICT = Outcome()


class _State(NamedTuple):
    """What is known of a text: its decision, whose it is, and how far it holds.

    ``coder`` is empty if the answer has no name.
    """

    decision: str
    is_adjudicated: bool = False
    coder: str = ""
    is_doubted: bool = False
    is_of_several: bool = False


class Decisions:
    """A mapping of text to decision that needs about 0.2 kB a text."""

    def __init__(self) -> None:
        self._states: dict[bytes, _State] = {}
        self._names: dict[str, str] = {}  # coder_key → the name that came first
        # Of each text of two coders: coder → the latest answer.
        self._answers: dict[bytes, dict[str, str]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def copy(self) -> Decisions:
        """Return an independent copy."""
        decisions = Decisions()
        decisions._states = dict(self._states)
        decisions._names = dict(self._names)
        decisions._answers = {key: dict(answers) for key, answers in self._answers.items()}
        return decisions

    def get(self, text: str) -> str | None:
        """Return the decision about a text, or None."""
        if not self._states:
            return None
        state = self._state(decision_key(text))
        return None if state is None else state.decision

    def apply(self, correction: Correction) -> Outcome:
        """Change the decision about a text by one more answer, and return what that did.

        A minor group in which the present code lies confirms that code.
        """
        if not correction.is_kept:
            return NO_CONFLICT
        key, code, signature = decision_key(correction.text), correction.code, correction.signature
        before = self._state(key)
        if correction.status is CorrectionStatus.WITHDRAWN:
            return self._withdraw(key, before, signature.is_adjudicated)
        # The same text may have been written without a sign between its occupations, and the list
        # of conflicts does not show how it was written.
        is_of_several = correction.is_of_several or (before is not None and before.is_of_several)
        after = _State(
            code,
            signature.is_adjudicated,
            "" if signature.is_adjudicated else self._name_of(signature.coder),
            correction.is_doubted,
            is_of_several,
        )
        self._note_answer(key, before, after)
        if before is None:
            self._states[key] = after
            return NO_CONFLICT
        # Also where the answer of before stays: it teaches nothing any more.
        before = self._states[key] = before._replace(is_of_several=is_of_several)
        previous = before.decision
        conflict = previous if _contradict(code, previous) else None
        confirmed = previous if code != previous and previous.startswith(code) else None
        if before.is_adjudicated and not after.is_adjudicated:
            return Outcome(overruled_by=conflict, confirmed=confirmed)
        is_less_believed = after.is_doubted and not before.is_doubted
        if conflict is not None and is_less_believed and after.coder != before.coder:
            return Outcome(overruled_by=conflict, is_until_confirmed=True)
        if confirmed is not None:
            # A group says nothing of the last digit: its coder and the doubt about it stay.
            after = before._replace(is_adjudicated=after.is_adjudicated)
        elif code == previous and not before.is_doubted:
            after = after._replace(is_doubted=False)  # somebody else says so, too
        is_settled = after.is_adjudicated and (conflict is not None or self._is_disputed(key))
        self._states[key] = after
        return Outcome(
            replaced=conflict,
            confirmed=confirmed,
            is_disputed=self._is_disputed(key),
            is_settled=is_settled,
        )

    def _withdraw(self, key: bytes, before: _State | None, is_adjudicated: bool) -> Outcome:
        """Take all answers about a text back, those of every coder."""
        if before is None:
            return NO_CONFLICT
        previous = before.decision
        if before.is_adjudicated and not is_adjudicated:
            return Outcome(overruled_by=previous)
        answers = self._answers.pop(key, {})
        self._states[key] = _State(WITHDRAWN)
        named = tuple(answers.items()) if set(answers.values()) - {previous} else ()
        return Outcome(replaced=previous, withdrawn=named)

    def is_disputed(self, text: str) -> bool:
        """Whether coders contradict each other about a text that nobody has adjudicated."""
        return self._is_disputed(decision_key(text))

    def _is_disputed(self, key: bytes) -> bool:
        state, answers = self._state(key), self._answers.get(key)
        if state is None or state.is_adjudicated or answers is None:
            return False
        return any(_contradict(code, other) for code, other in combinations(answers.values(), 2))

    def answers_of_two(self) -> Iterator[tuple[bytes, dict[str, str]]]:
        """Yield the hash of each text that two coders or more answered, and coder → answer."""
        for key, answers in self._answers.items():
            yield key, dict(answers)

    def teaches_others(self, text: str) -> bool:
        """Whether the decision about a text says something about other texts.

        It does if it is a unit group, and neither disputed nor in doubt, nor one of several
        occupations of a title. Groups of 3 digits, "not codable", disputed codes, those in doubt
        and those of several occupations hold for their own text alone.
        """
        state = self._state(decision_key(text))
        if state is None or len(state.decision) != UNIT:
            return False
        return not (state.is_doubted or state.is_of_several or self.is_disputed(text))

    def is_of_several(self, text: str) -> bool:
        """Whether the decision about a text is one of several occupations of a title."""
        state = self._state(decision_key(text))
        return state is not None and state.is_of_several

    def is_in_doubt(self, text: str) -> bool:
        """Whether nobody but a coder in doubt gave the decision about a text."""
        state = self._state(decision_key(text))
        return state is not None and state.is_doubted

    def coder_of(self, text: str) -> str:
        """Return who gave the decision about a text; empty where that is not known."""
        state = self._state(decision_key(text))
        return "" if state is None else state.coder

    def _state(self, key: bytes) -> _State | None:
        """Return what is known of a text; None without an answer, or where it was withdrawn."""
        state = self._states.get(key)
        return None if state is None or state.decision == WITHDRAWN else state

    def _note_answer(self, key: bytes, before: _State | None, after: _State) -> None:
        """Note the answer of a named coder about a text that another one has answered."""
        if not after.coder:
            return
        answers = self._answers.get(key)
        if answers is None and before is not None and before.coder not in ("", after.coder):
            answers = self._answers[key] = {before.coder: before.decision}
        if answers is not None:
            answers[after.coder] = after.decision

    def _name_of(self, coder: str) -> str:
        """Return a coder's name as it came first; ``coder_names.py`` says when two are one."""
        return self._names.setdefault(coder_key(coder), coder)

    def version(self) -> str:
        """Return a hash of all decisions (8 hexadecimal digits); ``""`` without any.

        Who made them does not matter; that they are disputed or in doubt does.
        """
        if not self._states:
            return ""
        halves = np.frombuffer(b"".join(self._states), np.uint64).reshape(-1, 2)
        indices = _indices()
        bits = np.array(
            [
                indices[state.decision]
                | state.is_of_several << _SEVERAL_BIT
                | state.is_doubted << _DOUBTED_BIT
                | state.is_adjudicated << _ADJUDICATED_BIT
                for state in self._states.values()
            ],
            np.uint16,
        )
        order = np.lexsort((halves[:, 1], halves[:, 0]))
        digest = hashlib.sha256()
        for array in (halves[:, 0], halves[:, 1], bits):
            digest.update(array[order].tobytes())
        for key in sorted(filter(self._is_disputed, self._answers)):
            digest.update(key)
        return digest.hexdigest()[:8]


def _contradict(code: str, other: str) -> bool:
    """Whether two decisions differ, and neither is the group that the other lies in."""
    return not (code.startswith(other) or other.startswith(code))


def decision_key(text: str) -> bytes:
    """Return 128 bits by which a text is decided, see ``decided_text``."""
    return text_hash(decided_text(text))


def decided_text(text: str) -> str:
    """Return what all texts have in common that one answer decides.

    What says nothing ("NA") counts as none, and so do accents that people leave out.
    """
    return without_optional_accents(stated_text(text))


@cache
def _indices() -> dict[str, int]:
    decisions = (*isco08().units, *isco08().minors, NOT_CODABLE, WITHDRAWN)
    return {decision: index for index, decision in enumerate(decisions)}
