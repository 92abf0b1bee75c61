"""What one more answer did to the decision about its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What an answer did to the decision about its text.

    ``replaced`` is the decision that it contradicts and replaced. ``overruled_by`` is the
    one that it contradicts, and that stays: an adjudicated one, or with ``is_until_confirmed`` that
    of another coder, since this answer is in doubt. Both are None otherwise. ``withdrawn`` are the
    answers of coders who contradict each other that a withdrawal took back: the coder and the code
    of each. ``is_disputed``: coders contradict each other about the text now. ``is_settled``: an
    adjudicated answer ended that, or replaced another decision.
    """

    replaced: str | None = None
    overruled_by: str | None = None
    is_until_confirmed: bool = False
    withdrawn: tuple[tuple[str, str], ...] = ()
    is_disputed: bool = False
    is_settled: bool = False


NO_CONFLICT = Outcome()


def contradict(code: str, other: str) -> bool:
    """Whether two decisions differ, and neither is the group that the other lies in."""
    return not (code.startswith(other) or other.startswith(code))
