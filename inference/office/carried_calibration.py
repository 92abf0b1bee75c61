"""What a nightly training carries over to the new version, which has learned the answers.

The new version knows the answers by heart, so it cannot be fitted on them. A training that keeps
the level of the confidence (``training/evaluation/calibration.py``, ``follow_temperature``) leaves
the numbers nearly right that were fitted with the version before. But it may learn what made the
office different. So the logarithm of the exponent is taken to be a stationary first-order process:
each training keeps three quarters of it, and adds so much uncertainty that an office without new
answers ends where one begins that never answered. The rate of slips is the coders', and stays
(``benchmarks/results/learning.md``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import BundleError
from inference.bundle import OFFICE_CALIBRATION, Bundle

Rate = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]

RETAINED = 0.75
"""Of the logarithm of the exponent, from one version to the next."""
DEVIATION = 0.15
"""So uncertain is the logarithm of the exponent of an office that never answered."""
SLIP_RATE = 0.05
"""The mean rate of slips of such offices."""
_COUNTED_ONCE = 0.8  # one answer in five is kept out of the first training, and counts again


@dataclass(frozen=True)
class CarriedCalibration:
    """The numbers that were fitted with the model ``version``.

    They come from ``n_answers`` that it had not learned, the latest of the day ``until``. The
    deviations are those of the logarithm of the exponent and of the rate of slips, for the version
    that carries them. ``threshold`` is the raised one, None if it was not; it holds for a
    ``wanted_agreement``. ``confidences`` and ``agreements`` (B,) are the reliability.
    """

    version: str
    n_answers: int
    until: str
    exponent: Positive
    slip_rate: Rate
    exponent_deviation: Positive
    slip_rate_deviation: Positive
    wanted_agreement: Rate
    threshold: Rate | None
    confidences: tuple[Rate, ...]
    agreements: tuple[Rate, ...]

    def discounted(self) -> CarriedCalibration:
        """Return what a fit is worth whose answers count in part again."""
        return replace(
            self,
            exponent_deviation=self.exponent_deviation / math.sqrt(_COUNTED_ONCE),
            slip_rate_deviation=self.slip_rate_deviation / math.sqrt(_COUNTED_ONCE),
        )

    def after_training(self) -> CarriedCalibration:
        """Return what is left of the numbers after one more training."""
        added = math.sqrt(1 - RETAINED**2) * DEVIATION
        kept = RETAINED * min(self.exponent_deviation, DEVIATION)
        return replace(
            self,
            exponent=round(self.exponent**RETAINED, 4),
            exponent_deviation=round(math.hypot(kept, added), 4),
            slip_rate_deviation=round(min(self.slip_rate_deviation, SLIP_RATE), 4),
        )

    def threshold_for(self, wanted_agreement: float) -> float:
        """Return the threshold that is raised for this agreement, 0 where none is."""
        is_asked = wanted_agreement >= self.wanted_agreement
        return self.threshold if self.threshold is not None and is_asked else 0.0


def carried_by(bundle: Bundle) -> CarriedCalibration | None:
    """Return what the training of a bundle carried over; None where it carried nothing.

    Raises BundleError where the manifest states it wrongly.
    """
    values: Any = bundle.manifest.training.get(OFFICE_CALIBRATION)
    if values is None:
        return None
    try:
        return TypeAdapter(CarriedCalibration).validate_python(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise BundleError(
            f"the manifest of {str(bundle.path)!r} is wrong in training.{OFFICE_CALIBRATION}: "
            f"{wrong}. Roll back to another version, or remove the entry: the confidence is then "
            "fitted anew from 100 answers on"
        ) from None
