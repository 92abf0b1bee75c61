"""The calibration in force, and the probabilities that follow from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from core.corrections.office_answers import OfficeAnswers
from core.taxonomy import isco08
from inference.office.carried_calibration import CarriedCalibration


@dataclass(frozen=True)
class ShareAgreed:
    """The share of codes on which coders agree, with its 95 % interval (Wilson 1927).

    ``n_answers`` answers say it. Of ``high`` see ``office_fit.share_agreed``.
    """

    rate: float
    low: float
    high: float
    n_answers: int


@dataclass(frozen=True)
class WantedThreshold:
    """The lowest threshold that is expected to reach the wanted agreement; 1 where none does.

    ``low`` and ``high`` are its 95 % interval (bootstrap). ``autocoded_rate`` of the texts of the
    office are at it or above.
    """

    threshold: float
    low: float
    high: float
    autocoded_rate: float


@dataclass(frozen=True)
class OfficeCalibration:
    """The calibration in force.

    ``n_answers`` of the office were asked for, and the model has not learned them; ``n_sampled`` of
    them were drawn among the autocoded; ``n_learned`` further ones the model has learned. The
    latest is of the day ``until``. ``is_fitted``: they were enough. Else exponent, rate of slips
    and reliability are those that were ``carried`` over from an earlier version, or 1, 0 and none:
    the calibration is that of the bundle. The deviations are those of the logarithm of the exponent
    and of the rate. ``sample`` is the agreement on all of the random sample, ``agreement`` that on
    what this calibration autocodes with the threshold that is set; None where no answer is about
    it. ``threshold`` is in force: the ``wanted`` one where ``agreement`` is surely below
    ``wanted_agreement``, if it is higher than the one that is set. ``confidences`` and
    ``agreements`` (B,) are the reliability (``inference/training_profile.py``).
    """

    threshold: float
    set_threshold: float
    wanted_agreement: float
    n_answers: int = 0
    n_sampled: int = 0
    n_learned: int = 0
    until: str = ""
    is_fitted: bool = False
    exponent: float = 1.0
    slip_rate: float = 0.0
    exponent_deviation: float = 0.0
    slip_rate_deviation: float = 0.0
    carried: CarriedCalibration | None = None
    sample: ShareAgreed | None = None
    agreement: ShareAgreed | None = None
    wanted: WantedThreshold | None = None
    confidences: tuple[float, ...] = ()
    agreements: tuple[float, ...] = ()

    @property
    def is_raised(self) -> bool:
        """Whether the threshold is higher than the one that is set."""
        return self.threshold > self.set_threshold

    @property
    def wanted_threshold(self) -> float | None:
        """The threshold for the wanted agreement; None where none is known to reach it."""
        return self.wanted.threshold if self.wanted and self.wanted.threshold < 1 else None

    @property
    def is_sample_below(self) -> bool:
        """Whether coders agree with the random sample less than wanted, beyond chance."""
        return self.sample is not None and self.sample.high < self.wanted_agreement

    @property
    def highest_confidence(self) -> float:
        """The confidence that no text exceeds, because coders give another code at so many."""
        n_units = len(isco08().units)
        return 1 - self.slip_rate * (n_units - 1) / n_units

    @property
    def are_slips_many(self) -> bool:
        """Whether slips take more than half of the confidences from the threshold to 1."""
        return 1 - self.highest_confidence > (1 - self.threshold) / 2

    @property
    def n_behind(self) -> int:
        """How many answers of the office the numbers come from; 0 where they are the bundle's."""
        if self.is_fitted:
            return self.n_answers
        return self.carried.n_answers if self.carried is not None else 0

    def to_carry(self, version: str) -> CarriedCalibration | None:
        """Return what a training of the model ``version`` carries over; None without a fit."""
        if self.is_fitted:
            return (
                CarriedCalibration(
                    version=version,
                    n_answers=self.n_answers,
                    until=self.until,
                    exponent=self.exponent,
                    slip_rate=self.slip_rate,
                    exponent_deviation=self.exponent_deviation,
                    slip_rate_deviation=self.slip_rate_deviation,
                    wanted_agreement=self.wanted_agreement,
                    threshold=self.threshold if self.is_raised else None,
                    confidences=self.confidences,
                    agreements=self.agreements,
                )
                .discounted()
                .after_training()
            )
        return self.carried.after_training() if self.carried is not None else None

    def applied_to(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the ``probabilities`` (N, 436) of the model alone as the office's."""
        return recalibrated(probabilities, self.exponent, self.slip_rate)

    def summary(self) -> dict[str, Any]:
        """Return what a receipt states: everything but the reliability."""
        values = asdict(self)
        for part in (values, values["carried"]):
            if part is not None:
                del part["confidences"], part["agreements"]
        return values


def bundle_calibration(
    threshold: float,
    wanted_agreement: float,
    answers: OfficeAnswers,
    n_learned: int,
    carried: CarriedCalibration | None = None,
) -> OfficeCalibration:
    """Return the calibration of the bundle, for an office with too few ``answers``.

    If its training ``carried`` one over, that is in force.
    """
    bundled = OfficeCalibration(
        threshold=threshold,
        set_threshold=threshold,
        wanted_agreement=wanted_agreement,
        n_answers=len(answers),
        n_sampled=answers.n_sampled,
        n_learned=n_learned,
        until=answers.until,
    )
    if carried is None:
        return bundled
    return replace(
        bundled,
        threshold=max(threshold, carried.threshold_for(wanted_agreement)),
        exponent=carried.exponent,
        slip_rate=carried.slip_rate,
        exponent_deviation=carried.exponent_deviation,
        slip_rate_deviation=carried.slip_rate_deviation,
        carried=carried,
        confidences=carried.confidences,
        agreements=carried.agreements,
    )


def recalibrated(probabilities: np.ndarray, exponent: float, slip_rate: float = 0.0) -> np.ndarray:
    """Return (N, 436) float32: the ``probabilities`` of the model alone, raised to ``exponent``.

    Of the sum ``slip_rate`` is spread evenly over all unit groups.
    """
    if exponent == 1 and not slip_rate:
        return probabilities
    powers = probabilities.astype(np.float64) ** exponent
    powers *= (1 - slip_rate) / powers.sum(axis=1, keepdims=True)
    return (powers + slip_rate / probabilities.shape[1]).astype(np.float32)
