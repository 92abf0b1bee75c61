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


def test_answers_in_words_do_not_hide_a_renamed_column() -> None:
    """A coder of Budapest translated the name, and was not sure of every code."""
    answers = ["5223", "nem kódolható", "talán 1420", "FEOR 5113", "visszavonva", "könyvelő", "NT"]
    rows = [["eladó | unknown", "1", answer] for answer in answers]
    assert columns_with_codes(["text", "n_records", "javított kód"], rows) == ["javított kód"]
    remarks = [["eladó | unknown", "1", remark] for remark in ("jó", "nézd meg", "2026", "5223 ?")]
    assert not columns_with_codes(["text", "n_records", "megjegyzés"], remarks)
