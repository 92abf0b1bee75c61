"""Measure the confidence that is fitted to an office:
``python -m benchmarks.office_confidence [--data DIR] [--bundle DIR]``.

The offices are those of ``benchmarks/offices.py``. An office drops a file and answers its review:
all texts below the threshold, those of the lowest confidence first, and after every nine of them
one of the random sample. ``whole``: the file is so small that its review has 100 or 300 questions,
and all are answered. ``part``: the file has half of the texts of the office, and the first 100 or
300 questions are answered. Measured are texts that were in no file, each pair of columns before and
after the fit; the corrections teach similar texts in both. *named* is the threshold for an
agreement of 95 % that the report names. With ``--slips`` coders give any code in so many cases.

The prior was chosen on the offices ``survey``, ``de`` and ``own rules``: ``--priors`` prints what
others would have done on each half of the offices.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.offices import ReadTexts, figures, offices
from core.corrections.office_answers import OfficeAnswers
from core.settings import DEFAULT_WANTED_AGREEMENT, InferenceSettings
from core.taxonomy import isco08
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.office.exponent_fit import FITTED_PRIOR, Prior
from inference.office.office_calibration import OfficeCalibration, bundle_calibration
from inference.office.office_fit import fit_office
from inference.similar_corrections import FITTED_RULES, SimilarCorrections

_UNITS = isco08().units
_CHOSEN_ON = ("survey", "de", "own rules")
_THRESHOLD = 0.9
_UNCERTAIN_PER_SAMPLED = 9
_PRIORS = (
    *(Prior(deviation, FITTED_PRIOR.slip_rate) for deviation in (0.08, 0.15, 0.3, 1.0)),
    *(Prior(FITTED_PRIOR.deviation, slip_rate) for slip_rate in (0.001, 0.02, 0.1)),
)


@dataclass(frozen=True)
class _Review:
    """The answered rows of a review with their weights, and the rows that were in no file."""

    answered: np.ndarray
    is_sampled: np.ndarray
    weights: np.ndarray
    answered_rate: float
    rest: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with dev_titles.csv")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--slips", type=float, default=0.0, help="share of wrong answers, 0 to 1")
    parser.add_argument("--priors", action="store_true")
    arguments = parser.parse_args()
    table = pd.DataFrame(_measure_all(arguments))
    keys = ["half", "prior", "answers"] if arguments.priors else ["office", "answers", "mode"]
    for grouped in (keys, ["half", "answers"]):
        print(table.groupby(grouped, sort=False).mean(numeric_only=True).round(4).to_string())


def _measure_all(arguments: argparse.Namespace) -> list[dict[str, object]]:
    priors = _PRIORS if arguments.priors else (FITTED_PRIOR,)
    classifier = open_classifier(Bundle.open(arguments.bundle), InferenceSettings())
    rows = []
    for name, table in offices(arguments.reference, arguments.data)[0].items():
        office = ReadTexts.of(table.drop_duplicates("text"), classifier)
        for mode in ("whole", "part"):
            for n_answers in (100, 300):
                for seed in range(arguments.seeds):
                    rng = np.random.default_rng(seed)
                    said = office.units.copy()
                    slips = rng.random(len(said)) < arguments.slips
                    said[slips] = rng.integers(0, len(_UNITS), int(slips.sum()))
                    review = _review(office, n_answers, mode, rng)
                    for prior in priors:
                        rows.append(
                            {
                                "office": name,
                                "half": "chosen on" if name in _CHOSEN_ON else "others",
                                "prior": f"{prior.deviation}, {prior.slip_rate}",
                                "answers": n_answers,
                                "mode": mode,
                                **_measure(office, review, said, prior),
                            }
                        )
    return rows


def _review(office: ReadTexts, n_answers: int, mode: str, rng: np.random.Generator) -> _Review:
    confidence = office.probabilities.max(axis=1)
    order = rng.permutation(len(office.texts))
    file = order[: len(order) // 2]
    if mode == "whole":
        is_below = (confidence[order] < np.float32(_THRESHOLD)).cumsum()
        n_questions = is_below + np.ceil(is_below / _UNCERTAIN_PER_SAMPLED)
        n_texts = int(np.searchsorted(n_questions, n_answers)) + 1
        file = order[: min(n_texts, int(len(order) * 0.7))]
    is_sure = confidence[file] >= np.float32(_THRESHOLD)
    uncertain = file[~is_sure][np.argsort(confidence[file[~is_sure]], kind="stable")]
    sample = rng.permutation(file[is_sure])[: -(-len(uncertain) // _UNCERTAIN_PER_SAMPLED)]
    n_blocks = -(-n_answers // (_UNCERTAIN_PER_SAMPLED + 1))
    asked = uncertain[: n_answers - min(n_blocks, len(sample))]
    drawn = sample[:n_blocks]
    weights = np.concatenate(
        [
            np.full(len(asked), len(uncertain) / len(asked)),
            np.full(len(drawn), is_sure.sum() / len(drawn)),
        ]
    )
    return _Review(
        answered=np.concatenate([asked, drawn]),
        is_sampled=np.arange(len(weights)) >= len(asked),
        weights=weights,
        answered_rate=len(asked) / len(uncertain),
        rest=np.setdiff1d(order, file),
    )


def _measure(
    office: ReadTexts, review: _Review, said: np.ndarray, prior: Prior
) -> dict[str, object]:
    similar = office.corrections(review.answered, said, FITTED_RULES)
    answers = OfficeAnswers(
        texts=tuple(office.texts[row] for row in review.answered),
        codes=tuple(_UNITS[said[row]] for row in review.answered),
        weights=tuple(review.weights),
        is_sampled=tuple(review.is_sampled.tolist()),
        files=((),) * len(review.answered),
        n_autocoded=int(review.is_sampled.sum()),
        answered_rate=review.answered_rate,
    )
    bundled = bundle_calibration(_THRESHOLD, DEFAULT_WANTED_AGREEMENT, answers, 0)
    answered = review.answered
    others = similar.nearest_others(answers.texts, office.vectors[answered])
    alone = office.probabilities[answered]
    fitted = fit_office(bundled, answers, alone, others, similar, prior)
    return _compare(office, review.rest, said, similar, bundled, fitted)


def _compare(
    office: ReadTexts,
    rest: np.ndarray,
    said: np.ndarray,
    similar: SimilarCorrections,
    bundled: OfficeCalibration,
    fitted: OfficeCalibration,
) -> dict[str, object]:
    neighbors = similar.nearest(office.vectors[rest])
    row: dict[str, object] = {}
    for when, calibration in (("before", bundled), ("after", fitted)):
        alone = calibration.applied_to(office.probabilities[rest])
        served = similar.blend(alone, neighbors, calibration.threshold)
        row |= figures(served, said[rest], when, calibration.threshold)
    wanted = fitted.wanted
    assert wanted is not None
    served = similar.blend(alone, neighbors, wanted.threshold)
    named = figures(served, said[rest], "named", wanted.threshold)
    return {
        **row,
        "exponent": fitted.exponent,
        "slip rate": fitted.slip_rate,
        "raised": fitted.is_raised,
        "named threshold": wanted.threshold,
        "autocoded named": named["autocoded named"],
        "agreeing named": named["agreeing named"],
        "in interval": wanted.low <= _reaching(served, said[rest]) <= wanted.high,
    }


def _reaching(served: np.ndarray, said: np.ndarray) -> float:
    """Return the threshold that reaches the wanted agreement on texts that were in no file."""
    confidence = served.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    hits = (served.argmax(axis=1) == said)[order].cumsum() / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(hits >= DEFAULT_WANTED_AGREEMENT)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.0


if __name__ == "__main__":
    main()
