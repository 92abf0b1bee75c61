"""One check of the gate: its figures as they were measured, and the sentence about them.

``metrics.json`` has the figures; the sentence is made where it is shown, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from core.languages.message import Message, Rounded
from training.part_names import part_name

LEARNED, KEPT_OUT = "learned corrections", "corrections kept out"
"""The sets of corrections that are checked, beside the hold-out sets."""
_DIGITS, _INTERVAL_DIGITS = 3, 4


class GateFigure(StrEnum):
    """Which figure of both models a check compares."""

    MACRO_F1 = "macro_f1"
    PRODUCTION_RATE = "production_rate_95"
    MAJOR_GROUP_AGREEMENT = "accuracy_4_in_major_group"
    CALIBRATION_ERROR = "ece"
    LOG_LIKELIHOOD = "log_likelihood"
    AGREEMENT = "accuracy_4"


@dataclass(frozen=True)
class GateCheck:
    """One figure of both models on one set of texts.

    Attributes
    ----------
    texts : the name of the hold-out set, ``LEARNED`` or ``KEPT_OUT``; ``n`` is how many they are.
    champion, challenger : the figure; with ``since_reference`` the first is that of the reference
        version.
    interval : the 95 % interval of the difference, challenger less champion; None where chance is
        not asked.
    allowed : by how much the challenger may be worse besides.
    major_group : the group within the texts; empty where the check is about all of them.
    """

    figure: GateFigure
    texts: str
    n: int
    champion: float
    challenger: float
    passed: bool
    interval: tuple[float, float] | None = None
    allowed: float = 0.0
    major_group: str = ""
    since_reference: bool = False

    @property
    def change(self) -> float:
        """By how much the challenger differs from the champion."""
        return self.challenger - self.champion

    @property
    def name(self) -> Message:
        """What is compared, in words."""
        if self.since_reference:
            return Message("{check}, since the reference version", check=self._figure_name)
        return self._figure_name

    @property
    def _figure_name(self) -> Message:
        texts = part_name(self.texts)
        match self.figure:
            case GateFigure.MACRO_F1:
                return Message("macro-F1, {texts}", texts=texts)
            case GateFigure.PRODUCTION_RATE:
                return Message("production rate at 95 %, {texts}", texts=texts)
            case GateFigure.MAJOR_GROUP_AGREEMENT:
                return Message(
                    "top-1 in major group {group}, {texts}", group=self.major_group, texts=texts
                )
            case GateFigure.CALIBRATION_ERROR:
                return Message("calibration error, {texts}", texts=texts)
            case GateFigure.LOG_LIKELIHOOD:
                return Message("log-likelihood of learned corrections")
            case GateFigure.AGREEMENT:
                return Message("agreement on corrections kept out")

    @property
    def limit(self) -> Message:
        """What would have been accepted, in words."""
        if self.interval is None:
            return Message("must rise, unless all of them are right")
        low, high = (Rounded(end, _INTERVAL_DIGITS, is_signed=True) for end in self.interval)
        drawn = Message("95 % of the differences: {low} to {high}", low=low, high=high)
        if self.figure is GateFigure.CALIBRATION_ERROR:
            return Message(
                "may rise by at most {allowed}, or by chance ({differences})",
                allowed=self.allowed,
                differences=drawn,
            )
        if self.figure is GateFigure.MAJOR_GROUP_AGREEMENT:
            return Message(
                "may fall by at most {allowed}, or by chance ({differences})",
                allowed=self.allowed,
                differences=drawn,
            )
        if self.allowed:
            return Message(
                "must not fall by more than {allowed} and chance ({differences})",
                allowed=self.allowed,
                differences=drawn,
            )
        return Message("must not fall by more than chance ({differences})", differences=drawn)

    @property
    def sentence(self) -> Message:
        """The check in a sentence."""
        return Message(
            "{check}: {before} before, {now} now; {limit}",
            check=self.name,
            before=Rounded(self.champion, _DIGITS),
            now=Rounded(self.challenger, _DIGITS),
            limit=self.limit,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what ``metrics.json`` has: the values, and for programs the English words."""
        values = {"name": str(self.name), **asdict(self), "change": self.change}
        return {**values, "limit": str(self.limit)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> GateCheck:
        """Return the check that ``to_json`` wrote. Raises ValueError for anything else."""
        return TypeAdapter(cls).validate_python(values)


def small_falls_added_up(version: str, reference: str) -> Message:
    """Return what to do about a ``version`` that is worse than the reference version alone."""
    return Message(
        "the falls of several nights since {reference} add up to more than chance: put it back "
        "into service (isco models promote {reference}), and the next night teaches it all "
        "corrections that hold; or accept them (isco models promote {version}), and later nights "
        "are compared with that version",
        reference=reference,
        version=version,
    )
