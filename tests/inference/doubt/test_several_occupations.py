"""A record whose title names several occupations goes to a person, with candidates of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.own_tables.code_source import CodeSource
from core.row_counts import Progress, no_progress
from core.text import join
from inference.decision import Prediction, no_code, unheld
from inference.doubt.several_occupations import code_records


def sure(code: str, confidence: float = 0.96) -> Prediction:
    is_sure = confidence > 0.9
    others = [(other, 0.01) for other in ("1111", "1112", "1113", "1114")]
    return Prediction(
        isco_code=code if is_sure else code[:3],
        confidence=confidence,
        is_fallback=not is_sure,
        minor_code=code[:3],
        minor_confidence=confidence,
        candidates=((code, confidence), *others),
        source=CodeSource.MODEL,
    )


def corrected(code: str) -> Prediction:
    return replace(
        sure(code, 1.0), isco_code=code, candidates=((code, 1.0),), source=CodeSource.CORRECTION
    )


PREDICTIONS = {
    "nurse": sure("2221"),
    "taxi driver": sure("8322"),
    "bus driver": sure("8331"),
    "van driver": sure("8322"),
    "teacher": sure("2341"),
    "waiter": sure("5131", 0.92),
    "pilot": sure("3153", 0.98),
    "cook": corrected("5120"),
    "guard": corrected("541"),
    "care for patients": sure("5321", 0.6),
    "retired": no_code(CodeSource.NOT_WORKING),
}


def coded(title: str, whole: Prediction) -> Prediction:
    def code(texts: Sequence[str], progress: Progress) -> list[Prediction]:
        return [
            whole if text == join(title) else PREDICTIONS[text.removesuffix(" | unknown")]
            for text in texts
        ]

    records = code_records(code, ["nurse", title], [join("nurse"), join(title)], no_progress)
    assert records[0] == PREDICTIONS["nurse"]
    return records[1]


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("Nurse / taxi driver", ("2221", "8322")),
        ("nurse and taxi driver", ("2221", "8322")),
        ("nurse; taxi driver; cook", ("2221", "8322", "5120")),
        ("1) nurse 2) teacher", ("2221", "2341")),  # a list: other minor groups are enough
        ("taxi driver; bus driver", ("8322", "8331")),
        ("nurse / waiter", ("2221", "5131")),
        ("cook, pilot", ("5120", "3153")),
        ("pilot - cook", ("3153", "5120")),
    ],
)
def test_a_person_is_asked(title: str, codes: tuple[str, ...]) -> None:
    prediction = coded(title, sure("2221", 0.97))
    assert (prediction.isco_code, prediction.source) == ("", CodeSource.TOO_UNSURE)
    assert prediction.needs_review
    assert prediction.is_by_model
    assert prediction.occupations == codes
    units = [unit for unit, _ in prediction.candidates]
    assert len(units) == 5
    assert set(codes) == set(units[: len(codes)])
    assert prediction.confidence == prediction.candidates[0][1] <= 0.5


@pytest.mark.parametrize(
    "title",
    [
        "nurse / teacher",  # of one major group
        "taxi driver; van driver",
        "nurse; care for patients",
        "nurse / retired",
        "nurse / guard",  # a correction of three digits
        "nurse, waiter",  # sure, but not sure enough after a comma
    ],
)
def test_one_occupation_keeps_its_code(title: str) -> None:
    assert coded(title, sure("2221", 0.97)) == sure("2221", 0.97)


def test_a_title_that_a_person_decides_anyway_is_divided() -> None:
    prediction = coded("nurse / taxi driver", sure("8322", 0.5))
    assert (prediction.isco_code, prediction.occupations) == ("", ("2221", "8322"))
    assert {"2221", "8322"} <= {unit for unit, _ in prediction.candidates}


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("nurse / taxi driver", corrected("2221")),
        ("nurse / taxi driver", unheld(sure("2221"))),
        ("nurse / taxi driver", no_code(CodeSource.NOT_WORKING)),
        ("nurse / care for patients", sure("2221", 0.5)),
        ("nurse / guard", sure("2221", 0.5)),
        ("nurse, pilot", sure("3153", 0.5)),  # what follows a comma often says more of one title
    ],
)
def test_what_is_decided_or_not_sure_stays(title: str, whole: Prediction) -> None:
    assert coded(title, whole) == whole
