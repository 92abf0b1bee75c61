"""What a confirmed rule of the office decides otherwise does not measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.taxonomy import isco08
from inference.classifier import Reading
from inference.similar_corrections import FITTED_RULES
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES, OWN_HOLD_OUT
from training.evaluation.gate import ComparedTexts
from training.own_rules import without_overruled

N_UNITS = len(isco08().units)
OFFICE_SAYS = pd.DataFrame([("secretary", "4120")], columns=["text", "label"])
ANSWERS = {
    BUNDLED_HOLD_OUT: [
        ("legal secretary", "3342"),
        ("typing secretary", "4120"),
        ("welder", "7212"),
    ],
    OTHER_LANGUAGES: [("soudeur", "7212")],
    OWN_HOLD_OUT: [("my secretary", "3342")],
}


def read(texts: Sequence[str]) -> Reading:
    """Read texts of which those with a secretary are alike."""
    rng = np.random.default_rng(0)
    logits, vectors = rng.normal(size=(len(texts), N_UNITS)), rng.normal(size=(len(texts), 96))
    alike = ["secretary" in text for text in texts]
    logits[alike], vectors[alike] = logits[0], vectors[0]
    return Reading(np.zeros_like(logits), logits, vectors)


def compared_and_hold_out() -> tuple[dict[str, ComparedTexts], dict[str, pd.DataFrame]]:
    hold_out = {
        name: pd.DataFrame(rows, columns=["text", "label"]) for name, rows in ANSWERS.items()
    }
    compared = {}
    for name, rows in hold_out.items():
        numbers = np.repeat(np.arange(len(rows))[:, None], N_UNITS, axis=1)
        compared[name] = ComparedTexts(list(rows["label"]), numbers, numbers)
    return compared, hold_out


def test_answers_that_confirmed_corrections_overrule_do_not_measure() -> None:
    compared, hold_out = compared_and_hold_out()
    sets, n_overruled = without_overruled(compared, hold_out, OFFICE_SAYS, FITTED_RULES, read)
    assert n_overruled == {BUNDLED_HOLD_OUT: 1}
    bundled = sets[BUNDLED_HOLD_OUT]
    assert bundled.codes == ["4120", "7212"]
    assert bundled.champion[:, 0].tolist() == bundled.challenger[:, 0].tolist() == [1, 2]
    assert sets[OTHER_LANGUAGES] is compared[OTHER_LANGUAGES]
    assert sets[OWN_HOLD_OUT] is compared[OWN_HOLD_OUT], "own records have the office's codes"


def test_what_nobody_confirmed_overrules_nothing() -> None:
    compared, hold_out = compared_and_hold_out()
    nobody = OFFICE_SAYS.iloc[:0]
    assert without_overruled(compared, hold_out, nobody, FITTED_RULES, read) == (compared, {})
