"""What a nightly training carries over of the confidence that is fitted to the office."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.settings import Settings
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.office.carried_calibration import carried_by
from training.champion import on_cpu


def calibration_to_carry(champion: Bundle, settings: Settings) -> dict[str, Any] | None:
    """Return the fields of a ``CarriedCalibration``, None if nothing was ever fitted.

    It is fitted on the answers that the champion has not learned, as in service. The challenger is
    about to learn them.
    """
    data = settings.data
    lookup = CorrectionsLookup.load(
        data.corrections_dir, data.read_columns, legacy_encoding=data.encoding
    )
    if not lookup.answers.are_enough and carried_by(champion) is None:
        return None  # and the model need not be loaded
    inference = on_cpu(settings.inference)
    autocoder = open_autocoder(
        champion, settings.model_copy(update={"inference": inference}), lookup
    )
    autocoder.learn_corrections()
    carried = autocoder.calibration.to_carry(champion.manifest.version)
    return asdict(carried) if carried is not None else None
