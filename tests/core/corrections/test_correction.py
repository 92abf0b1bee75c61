"""What a person writes where no code fits."""

from __future__ import annotations

import pytest

from core.corrections.correction import CorrectionStatus
from core.corrections.correction_table import judge
from core.isco_codes.code_column import CodeReader


@pytest.mark.parametrize(
    "written",
    [
        "not codable",
        "NOT_CODABLE",
        " Not codeable. ",
        "non-codable",
        "uncodable",
        "cannot be coded",
        "no code",
        "nicht kodierbar",
        "Nicht codierbar",
        "no codificable",
        "não codificável",
        "nie do zakodowania",
        "nelze kódovat",
        "kan ikke kodes",
        "ei koodattavissa",
        "غير قابل للترميز",
        "non codifiable",
        "går inte att koda",
        "nu poate fi codificat",
        "ne može se kodirati",
        "ei ole kodeeritav",
        "nekoduojama",
        *("nejde zakódovať", "nezaraditeľné", "nekód.", "nejde zakódovat", "nije za kodiranje"),
        *("ni mogoče šifrirati", "не може да се класифицира", "nem besorolható", "brak kodu"),
    ],
)
def test_not_codable_in_many_languages(written: str) -> None:
    status, decision, _ = judge("fixer | unknown", written, CodeReader())
    assert (status, decision) == (CorrectionStatus.NOT_CODABLE, "not codable")


@pytest.mark.parametrize(
    "written", ["codable", "coder", "not", "no code yet, ask Ann", "kodierbar"]
)
def test_other_words_are_no_decision(written: str) -> None:
    assert judge("fixer | unknown", written, CodeReader())[0] == CorrectionStatus.REJECTED


@pytest.mark.parametrize(
    "written",
    ["withdraw", "Withdrawn", "zurückgezogen", "retirer", "retirée", "retirado", "wycofać"],
)
def test_an_answer_is_taken_back_in_many_languages(written: str) -> None:
    status, decision, _ = judge("fixer | unknown", written, CodeReader())
    assert (status, decision) == (CorrectionStatus.WITHDRAWN, "withdraw")
