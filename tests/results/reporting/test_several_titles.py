"""Cells with two occupations are counted and named; duties behind a title are none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.own_tables.code_source import CodeSource
from core.settings import Settings
from inference.bundle import Bundle
from inference.decision import Prediction, no_code
from results.reporting.several_titles import SeveralTitles, parts_of
from tests.results.test_input_columns import coded


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("nurse; taxi driver", ["nurse", " taxi driver"]),
        ("nurse;cook;", ["nurse", "cook"]),
        ("1) nurse 2) taxi driver", ["nurse", "taxi driver"]),
        ("1. nurse, 2. cook", ["nurse", "cook"]),
        ("nurse", []),
        ("nurse;", []),
        ("nurse; 2221", []),
        ("a;b;c;d;e", []),
        ("1) nurse", []),
        ("nurse, cook", []),
        (f"{'x' * 90}; cook", []),
    ],
)
def test_the_parts_of_a_title(title: str, parts: list[str]) -> None:
    assert parts_of(title) == parts


def sure(code: str, confidence: float = 0.99) -> Prediction:
    is_sure = confidence > 0.9
    return Prediction(
        isco_code=code if is_sure else code[:3],
        confidence=confidence,
        is_fallback=not is_sure,
        minor_code=code[:3],
        minor_confidence=confidence,
        candidates=((code, confidence),),
        source=CodeSource.MODEL,
    )


NURSE, DRIVER = sure("2221"), sure("8322")
PARTS = {
    "nurse": NURSE,
    "taxi driver": DRIVER,
    "bus driver": sure("8331"),
    "van driver": sure("8322"),
    "care for patients": sure("5321", 0.6),
    "retired": no_code(CodeSource.NOT_WORKING),
}


def notes(titles: Sequence[str], prediction: Prediction = NURSE) -> list[str]:
    def code(texts: Sequence[str]) -> list[Prediction]:
        return [PARTS[text.removesuffix(" | unknown")] for text in texts]

    several = SeveralTitles()
    several.add(titles, [prediction] * len(titles), code)
    return several.notes()


def test_two_occupations_in_a_cell_are_counted() -> None:
    (note,) = notes(["nurse", "Nurse; taxi driver", "1) nurse 2) bus driver", "nurse; retired"])
    assert note.startswith("2 records have two") and "('Nurse; taxi driver', " in note
    assert "2221, 8322" in note
    assert notes(["taxi driver; bus driver"], DRIVER)  # other minor groups


@pytest.mark.parametrize(
    "title", ["nurse; care for patients", "taxi driver; van driver", "retired; nurse", "nurse;"]
)
def test_duties_and_titles_of_one_group_are_no_two(title: str) -> None:
    assert notes([title]) == []


def test_what_a_person_reads_anyway_is_not_counted() -> None:
    assert notes(["nurse; taxi driver"], sure("2221", 0.5)) == []


def test_the_receipt_says_it(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    model = settings.model.model_copy(update={"confidence_threshold": 1e-9})
    settings = settings.model_copy(update={"model": model})
    folder = settings.data.corrections_dir  # the weights of the model are random
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["text,corrected_isco_code", "nurse | unknown,2221", "welder | unknown,7212"]
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    receipt, _ = coded(tmp_path, "id|occupation\n1|nurse; welder\n2|cook\n", bundle, settings)
    assert sum(note.startswith("1 record has two occupations") for note in receipt.notes) == 1
