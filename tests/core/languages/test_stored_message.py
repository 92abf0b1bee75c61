"""A message kept in a file of the program is said by a page in its language, and only then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.languages.message import LanguageName, Message, Rounded
from core.languages.page_language import page_language
from core.languages.stored_message import REASON_VALUES, REASONS, restored_reasons, stored

CHANGE = Message(
    "95 % of the differences: {low} to {high}",
    low=Rounded(-0.01234, 4, is_signed=True),
    high=Rounded(0.5, 4, is_signed=True),
)
REASON = Message(
    "{check}: {before} before, {now} now; {limit}",
    check=Message("macro-F1, {texts}", texts=Message("own hold-out set")),
    before=Rounded(0.71234, 3),
    now=Rounded(0.5, 3),
    limit=Message(
        "must not fall by more than {allowed} and chance ({differences})",
        allowed=0.01,
        differences=CHANGE,
    ),
)
COUNTED = Message.counted(
    1,
    "of {n} correction the model in service has learned {n_learned}; left out: {left_out}",
    "of {n} corrections the model in service has learned {n_learned}; left out: {left_out}",
    n_learned=1_000,
    left_out=Message.listed([Message("disputed"), Message("in doubt")]),
)


def kept(*reasons: str) -> dict[str, Any]:
    """What a file has of them, read again."""
    values = {REASONS: list(reasons), REASON_VALUES: list(map(stored, reasons))}
    return json.loads(json.dumps(values))


def test_a_file_has_the_english_sentence_and_a_page_says_it_in_its_language() -> None:
    values = kept(REASON, COUNTED)
    assert values[REASONS] == [
        "macro-F1, own hold-out set: 0.712 before, 0.500 now; must not fall by more than 0.01 and "
        "chance (95 % of the differences: -0.0123 to +0.5000)",
        "of 1 correction the model in service has learned 1,000; left out: disputed; in doubt",
    ]
    reasons = restored_reasons(values)
    assert reasons == values[REASONS]
    assert list(map(page_language("de").gettext, reasons)) == [
        "Makro-F1, eigene Prüfmenge: vorher 0,712, jetzt 0,500; darf nicht um mehr fallen als 0,01 "
        "und was der Zufall erklärt (95 % der Differenzen: −0,0123 bis +0,5000)",
        "von 1 Korrektur hat das amtierende Modell 1.000 gelernt; ausgelassen: strittig; "
        "angezweifelt",
    ]


def test_a_name_of_a_language_and_a_text_called_text_are_kept() -> None:
    note = Message("{n} {text}: {language}", n=2, text="{x}", language=LanguageName("cs"))
    (again,) = restored_reasons(kept(note))
    assert isinstance(again, Message) and again == "2 {x}: Czech"
    assert page_language("de").gettext(again) == "2 {x}: Tschechisch"


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "another sentence",
        [],
        {},
        {"text": 5},
        {"text": "{why}"},
        {"text": "{why.__class__}", "values": {"why": "x"}},
        {"text": "{why:>9999999}", "values": {"why": "x"}},
        {"text": "{why", "values": {"why": "x"}},
        {"text": "{why}", "values": {"why": {"number": 0.5, "digits": 10**9, "is_signed": False}}},
        {"text": "{why}", "values": {"why": {"language": "no language"}}},
        {"one": "{n} row", "many": "{n} rows", "n": "many"},
        {"one": "{n} row", "n": 1},
        {"one": "{n} row", "many": "{n} rows", "n": float("inf")},
        {"text": "{why}", "values": {"why": {"number": 10**400, "digits": 1, "is_signed": False}}},
        {"text": "another sentence"},
    ],
)
def test_what_is_damaged_or_says_something_else_leaves_the_english_sentence(value: Any) -> None:
    (reason,) = restored_reasons({REASONS: ["the sentence"], REASON_VALUES: [value]})
    assert reason == "the sentence" and not isinstance(reason, Message)


def test_messages_within_each_other_without_end_are_not_followed() -> None:
    value: Any = "x"
    for _ in range(500):
        value = {"text": "{why}", "values": {"why": value}}
    assert restored_reasons({REASONS: ["x"], REASON_VALUES: [value]}) == ["x"]


@pytest.mark.parametrize("values", [{}, {REASON_VALUES: []}, {REASON_VALUES: "ab"}])
def test_a_file_of_an_earlier_version_has_the_sentences_alone(values: dict[str, Any]) -> None:
    assert restored_reasons({REASONS: ["a", "b"], **values}) == ["a", "b"]
    assert restored_reasons(values) == []
