"""The decision about every corrected text, in bounded memory.

The later answer holds. Only an adjudicated one (``signature.py``) stays until another adjudicated
one comes. A text that two coders answered in contradiction is disputed until it is adjudicated: its
later answer codes the text itself, and teaches nothing about others. Neither does an answer in
doubt (``doubts.py``), unless another coder has given the same; and it replaces no answer of another
coder that is not in doubt. A withdrawn text has no decision until the next answer.

A text is known by a hash of 128 bits. Up to 100,000 decisions are in a dictionary; more are in
sorted arrays, 20 bytes each. The answers of every coder are kept for texts of two coders or more.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from core.corrections.answer_outcome import NO_CONFLICT, Outcome, contradict
from core.corrections.correction import NOT_CODABLE, WITHDRAWN, Correction, CorrectionStatus
from core.corrections.text_list import text_hash
from core.letters.accents import without_greek_accents
from core.non_answers.stated_text import stated_text
from core.taxonomy import UNIT, isco08

_MAX_IN_DICTIONARY = 100_000
_DOUBTED_BIT, _ADJUDICATED_BIT, _CODER_BIT = 14, 15, 16
_MAX_CODERS = 65_535


@dataclass(frozen=True)
class _Entries:
    """Sorted decisions: (N,) both halves of each text's hash, and its packed ``_State``."""

    high: np.ndarray
    low: np.ndarray
    state: np.ndarray

    @classmethod
    def of(cls, decisions: dict[bytes, int]) -> _Entries:
        halves = np.frombuffer(b"".join(decisions), np.uint64).reshape(-1, 2)
        states = np.fromiter(decisions.values(), np.uint32, len(decisions))
        return cls(halves[:, 0], halves[:, 1], states).sorted()

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the three arrays."""
        return self.high, self.low, self.state

    def sorted(self) -> _Entries:
        """Return the entries by hash; of two entries of one text the last one stays."""
        order = np.lexsort((self.low, self.high))  # stable
        high, low = self.high[order], self.low[order]
        is_last = np.ones(len(order), bool)
        is_last[:-1] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        return _Entries(high[is_last], low[is_last], self.state[order][is_last])

    def merged_with(self, later: _Entries) -> _Entries:
        """Return both; of two entries of one text the later one holds."""
        pairs = zip(self.arrays(), later.arrays(), strict=True)
        return _Entries(*map(np.concatenate, pairs)).sorted()

    def find(self, key: bytes) -> int | None:
        """Return the state of a text, None if there is none."""
        high, low = struct.unpack("=QQ", key)
        # A scalar in numpy costs 20 times as much as one in a memoryview.
        highs, lows = self.high.data, self.low.data
        position = bisect_left(highs, high)
        while position < len(highs) and highs[position] == high:
            if lows[position] == low:
                return int(self.state[position])
            position += 1
        return None


_NO_ENTRIES = _Entries.of({})


class _State(NamedTuple):
    """What is known of a text: its decision, whose it is, and how far it holds.

    ``coder`` is the number of a coder, 0 if the answer has no name.
    """

    decision: int
    is_adjudicated: bool = False
    coder: int = 0
    is_doubted: bool = False

    def packed(self) -> int:
        """Return 32 bits: 14 for the decision, one for each mark, 16 for the coder."""
        marks = self.is_doubted << _DOUBTED_BIT | self.is_adjudicated << _ADJUDICATED_BIT
        return self.decision | marks | self.coder << _CODER_BIT

    @classmethod
    def unpacked(cls, bits: int) -> _State:
        return cls(
            decision=bits & (1 << _DOUBTED_BIT) - 1,
            is_adjudicated=bool(bits >> _ADJUDICATED_BIT & 1),
            coder=bits >> _CODER_BIT,
            is_doubted=bool(bits >> _DOUBTED_BIT & 1),
        )


class Decisions:
    """A mapping of text to decision that needs about 20 bytes a text."""

    def __init__(self) -> None:
        self._entries = _NO_ENTRIES
        self._new: dict[bytes, int] = {}
        self._coders: dict[str, int] = {}
        self._names: dict[int, str] = {}
        # Of each text of two coders: coder number → index of the latest answer.
        self._answers: dict[bytes, dict[int, int]] = {}

    def __len__(self) -> int:
        return len(self._merged().high)

    def copy(self) -> Decisions:
        """Return an independent copy; the arrays, which never change, are shared."""
        decisions = Decisions()
        decisions._entries = self._entries
        decisions._new = dict(self._new)
        decisions._coders = dict(self._coders)
        decisions._names = dict(self._names)
        decisions._answers = {key: dict(answers) for key, answers in self._answers.items()}
        return decisions

    def get(self, text: str) -> str | None:
        """Return the decision about a text, or None."""
        if not self._new and not len(self._entries.high):
            return None
        state = self._state(decision_key(text))
        return None if state is None else _decisions()[state.decision]

    def __setitem__(self, text: str, decision: str) -> None:
        self._set(decision_key(text), _State(_indices()[decision]))

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
        after = _State(
            _indices()[code],
            signature.is_adjudicated,
            0 if signature.is_adjudicated else self._number_of(signature.coder),
            correction.is_doubted,
        )
        self._note_answer(key, before, after)
        if before is None:
            self._set(key, after)
            return NO_CONFLICT
        previous = _decisions()[before.decision]
        conflict = previous if contradict(code, previous) else None
        if before.is_adjudicated and not after.is_adjudicated:
            return Outcome(overruled_by=conflict)
        is_less_believed = after.is_doubted and not before.is_doubted
        if conflict is not None and is_less_believed and after.coder != before.coder:
            return Outcome(overruled_by=conflict, is_until_confirmed=True)
        if code != previous and previous.startswith(code):
            # A group says nothing of the last digit: its coder and the doubt about it stay.
            after = before._replace(is_adjudicated=after.is_adjudicated)
        elif after.decision == before.decision and not before.is_doubted:
            after = after._replace(is_doubted=False)  # somebody else says so, too
        is_settled = after.is_adjudicated and (conflict is not None or self._is_disputed(key))
        self._set(key, after)
        return Outcome(replaced=conflict, is_disputed=self._is_disputed(key), is_settled=is_settled)

    def _withdraw(self, key: bytes, before: _State | None, is_adjudicated: bool) -> Outcome:
        """Take all answers about a text back, those of every coder."""
        if before is None:
            return NO_CONFLICT
        previous = _decisions()[before.decision]
        if before.is_adjudicated and not is_adjudicated:
            return Outcome(overruled_by=previous)
        answers = self._by_name(self._answers.pop(key, {}))
        self._set(key, _State(_indices()[WITHDRAWN]))
        named = tuple(answers.items()) if set(answers.values()) - {previous} else ()
        return Outcome(replaced=previous, withdrawn=named)

    def is_disputed(self, text: str) -> bool:
        """Whether coders contradict each other about a text that nobody has adjudicated."""
        return self._is_disputed(decision_key(text))

    def _is_disputed(self, key: bytes) -> bool:
        state, answers = self._state(key), self._answers.get(key)
        if state is None or state.is_adjudicated or answers is None:
            return False
        codes = self._by_name(answers).values()
        return any(contradict(code, other) for code, other in combinations(codes, 2))

    def answers_of_two(self) -> Iterator[tuple[bytes, dict[str, str]]]:
        """Yield the hash of each text that two coders or more answered, and coder → answer."""
        for key, answers in self._answers.items():
            yield key, self._by_name(answers)

    def _by_name(self, answers: dict[int, int]) -> dict[str, str]:
        return {self._names[coder]: _decisions()[index] for coder, index in answers.items()}

    def teaches_others(self, text: str) -> bool:
        """Whether the decision about a text says something about other texts.

        It does if it is a unit group, and neither disputed nor in doubt. Groups of 3 digits, "not
        codable", disputed codes and those in doubt hold for their own text alone.
        """
        is_unit = len(self.get(text) or "") == UNIT
        return is_unit and not self.is_in_doubt(text) and not self.is_disputed(text)

    def is_in_doubt(self, text: str) -> bool:
        """Whether nobody but a coder in doubt gave the decision about a text."""
        state = self._state(decision_key(text))
        return state is not None and state.is_doubted

    def coder_of(self, text: str) -> str:
        """Return who gave the decision about a text; empty where that is not known."""
        state = self._state(decision_key(text))
        return "" if state is None else self._names.get(state.coder, "")

    def _state(self, key: bytes) -> _State | None:
        """Return what is known of a text; None without an answer, or where it was withdrawn."""
        bits = self._new.get(key)
        if bits is None:
            bits = self._entries.find(key)
        state = None if bits is None else _State.unpacked(bits)
        return None if state is None or state.decision == _indices()[WITHDRAWN] else state

    def _set(self, key: bytes, state: _State) -> None:
        self._new[key] = state.packed()
        if len(self._new) > _MAX_IN_DICTIONARY:
            self._entries = self._merged()
            self._new = {}

    def _note_answer(self, key: bytes, before: _State | None, after: _State) -> None:
        """Note the answer of a named coder about a text that another one has answered."""
        if not after.coder:
            return
        answers = self._answers.get(key)
        if answers is None and before is not None and before.coder not in (0, after.coder):
            answers = self._answers[key] = {before.coder: before.decision}
        if answers is not None:
            answers[after.coder] = after.decision

    def _number_of(self, coder: str) -> int:
        """Return the number of a coder; capital letters make no difference."""
        if not coder:
            return 0
        next_number = min(len(self._coders) + 1, _MAX_CODERS)  # all further names are one coder
        number = self._coders.setdefault(coder.casefold(), next_number)
        self._names.setdefault(number, coder)
        return number

    def version(self) -> str:
        """Return a hash of all decisions (8 hexadecimal digits); ``""`` without any.

        Who made them does not matter; that they are disputed or in doubt does.
        """
        entries = self._merged()
        if not len(entries.high):
            return ""
        digest = hashlib.sha256()
        for array in (entries.high, entries.low, entries.state.astype(np.uint16)):
            digest.update(array.tobytes())
        for key in sorted(filter(self._is_disputed, self._answers)):
            digest.update(key)
        return digest.hexdigest()[:8]

    def _merged(self) -> _Entries:
        """Return all entries, sorted, one for each text."""
        return self._entries.merged_with(_Entries.of(self._new)) if self._new else self._entries


def decision_key(text: str) -> bytes:
    """Return 128 bits by which a text is decided.

    What says nothing ("NA") counts as none, and Greek has no accents, as in capitals.
    """
    return text_hash(without_greek_accents(stated_text(text)))


@cache
def _decisions() -> tuple[str, ...]:
    return (*isco08().units, *isco08().minors, NOT_CODABLE, WITHDRAWN)


@cache
def _indices() -> dict[str, int]:
    return {decision: index for index, decision in enumerate(_decisions())}
