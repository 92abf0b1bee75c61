"""Reviews whose columns were removed or renamed, of this version and of 0.1."""

from __future__ import annotations

from core.own_tables.trimmed_review import columns_with_codes, has_review_texts
from core.review_contract import CHOICE_COLUMNS


def test_a_review_of_version_0_1_is_recognised() -> None:
    """Its texts have what is left out of titles today: they must not be coded as records."""
    rows = [
        ["altenpflegerin m w d | unknown", "5321"],
        ["verkäufer 80 100 | schuhe", "5223"],
        ["koch in münchen | kocht", "5120"],
    ]
    assert has_review_texts(["Beruf", "code"], rows)
    assert not has_review_texts(["Beruf", "code"], [*rows, ["Koch (m/w/d)", "5120"]])


def test_the_choices_of_a_workbook_are_no_answers() -> None:
    rows = [["nurse | unknown", *["2221 Nursing Professionals"] * len(CHOICE_COLUMNS), "2221"]]
    assert columns_with_codes(["text", *CHOICE_COLUMNS, "final"], rows) == ["final"]
