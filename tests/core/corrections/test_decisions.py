"""Decisions are those of a dictionary, whoever made them and in whatever order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.decisions import NO_CONFLICT, Decisions, Outcome, decided_text
from core.corrections.signature import Signature
from core.taxonomy import isco08
from core.text import join
from tests.support.decided_texts import decide

CHOICES = [*isco08().units[:8], "not codable"]
# One decision holds for all texts that have this in common.
TEXTS = st.text(max_size=3).map(decided_text)
WRITTEN = st.lists(st.tuples(TEXTS, st.sampled_from(CHOICES)), max_size=60)


@given(written=WRITTEN, more=WRITTEN)
def test_they_are_those_of_a_dictionary(
    written: list[tuple[str, str]], more: list[tuple[str, str]]
) -> None:
    decisions, expected = Decisions(), dict[str, str]()
    for text, decision in written:
        decide(decisions, text, decision)
        expected[text] = decision
    earlier = decisions.copy()
    for text, decision in more:
        decide(decisions, text, decision)
    assert [earlier.get(text) for text in expected] == list(expected.values())
    expected |= dict(more)
    assert [decisions.get(text) for text in expected] == list(expected.values())
    assert decisions.get("another text") is None and len(decisions) == len(expected)
    # The version does not depend on the order.
    again = Decisions()
    for text, decision in reversed(expected.items()):
        decide(again, text, decision)
    assert again.version() == decisions.version()
    assert bool(decisions.version()) == bool(expected)


@pytest.mark.parametrize("duties", ["NA", "n/a", "#N/A", "NULL", "99", "-", "keine Angabe"])
def test_duties_that_say_nothing_are_no_other_text(duties: str) -> None:
    """One wave of a survey has NA where the other has an empty cell."""
    decisions = Decisions()
    decide(decisions, join("driver cleaner"), "7126")
    assert decisions.get(join("driver cleaner", duties)) == "7126"
    assert decisions.get(join("", duties)) is None
    decide(decisions, join("driver cleaner", duties), "9112")
    assert decisions.get(join("driver cleaner")) == "9112"


@pytest.mark.parametrize("duties", ["retired", "none of the cars", "in an office"])
def test_duties_that_say_something_are_another_text(duties: str) -> None:
    decisions = Decisions()
    decide(decisions, join("driver cleaner"), "7126")
    assert decisions.get(join("driver cleaner", duties)) is None


TEXT = "nurse | wards"


@pytest.mark.parametrize("title", ["ΠΡΟΪΣΤΑΜΕΝΟΣ", "ΠΡΟΙΣΤΑΜΕΝΟΣ", "Προισταμενος", "προϊστάμενος"])
@pytest.mark.parametrize("decided_title", ["προϊστάμενος", "ΠΡΟΙΣΤΑΜΕΝΟΣ"])
def test_greek_capitals_without_accents_are_no_other_text(title: str, decided_title: str) -> None:
    decisions = Decisions()
    decide(decisions, join(decided_title), "1219")
    assert decisions.get(join(title)) == "1219"


@pytest.mark.parametrize(
    ("title", "other"), [("Α΄ μάγειρας", "Α μάγειρας"), ("΄Εμπορος", "έμπορος")]
)
def test_the_sign_of_greek_alone_is_no_other_text(title: str, other: str) -> None:
    decisions = Decisions()
    decide(decisions, join(title), "5120")
    assert decisions.get(join(other)) == "5120"


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Técnico", "tecnico"),
        ("INFIRMIERE DIPLOMEE", "infirmière diplômée"),
        ("účtovník", "uctovnik"),
        ("بحّار", "بحار"),
        ("Główny księgowy", "glowny ksiegowy"),
        ("вахтёр", "вахтер"),
        ("hastabakıcı", "HASTABAKICI"),
        ("međunarodni vozač", "medunarodni vozac"),
    ],
)
def test_accents_that_people_leave_out_make_no_other_text(title: str, other: str) -> None:
    for decided_title, asked in [(title, other), (other, title)]:
        decisions = Decisions()
        decide(decisions, join(decided_title), "3119")
        assert decisions.get(join(asked)) == "3119"


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("skötare", "skotare"),
        ("vägtekniker", "vågtekniker"),
        ("operatőr", "operátor"),
        ("डॉकटर", "डॉकटरी"),
        ("thợ may", "thợ máy"),
    ],
)
def test_a_mark_that_makes_another_letter_makes_another_text(title: str, other: str) -> None:
    decisions = Decisions()
    decide(decisions, join(title), "2211")
    assert decisions.get(join(other)) is None


def answer(code: str, coder: str = "", *, is_adjudicated: bool = False) -> Correction:
    group = CorrectionStatus.GROUP if len(code) == 3 else CorrectionStatus.ACCEPTED
    signature = Signature(coder, is_adjudicated=is_adjudicated)
    return Correction(1, TEXT, code, code, group, signature=signature)


def decided(*answers: Correction) -> Decisions:
    decisions = Decisions()
    for one in answers:
        decisions.apply(one)
    return decisions


def test_an_adjudicated_answer_holds_against_later_plain_ones() -> None:
    decisions = decided(answer("2221", "anna"), answer("3221", "ben"))
    settled = decisions.apply(answer("2221", "chris", is_adjudicated=True))
    assert settled == Outcome(replaced="3221", is_settled=True)
    assert decisions.apply(answer("3221", "ben")) == Outcome(overruled_by="2221")
    assert decisions.apply(answer("222", "ben")) == Outcome(confirmed="2221")
    assert decisions.get(TEXT) == "2221"
    again = decisions.apply(answer("3221", is_adjudicated=True))
    assert again == Outcome(replaced="2221", is_settled=True)
    assert decisions.get(TEXT) == "3221" and decisions.copy().get(TEXT) == "3221"


def test_an_adjudicated_answer_settles_what_it_agrees_with_once() -> None:
    decisions = decided(answer("2221", "anna"), answer("3221", "ben"))
    settled = decisions.apply(answer("3221", is_adjudicated=True))
    assert settled == Outcome(is_settled=True)
    assert decisions.version() != decided(answer("3221")).version()  # it holds against others
    assert decisions.apply(answer("3221", is_adjudicated=True)) == NO_CONFLICT


def test_what_two_coders_contradict_teaches_nobody_until_it_is_settled() -> None:
    decisions = decided(answer("2221", "Anna"))
    assert decisions.teaches_others(TEXT)
    plain = decisions.version()
    decisions.apply(answer("3221", "ben"))
    assert decisions.get(TEXT) == "3221" and decisions.is_disputed(TEXT)
    assert not decisions.teaches_others(TEXT) and not decisions.copy().teaches_others(TEXT)
    assert [answers for _, answers in decisions.answers_of_two()] == [
        {"Anna": "2221", "ben": "3221"}
    ]
    decisions.apply(answer("3221", "ANNA"))  # she changed her mind
    assert decisions.teaches_others(TEXT)
    decisions.apply(answer("2221", "Carla"))
    assert decisions.is_disputed(TEXT) and decisions.version() != plain
    decisions.apply(answer("2221", is_adjudicated=True))
    assert decisions.teaches_others(TEXT)


def test_an_answer_about_one_of_several_occupations_teaches_nobody() -> None:
    plain, of_several = answer("2221"), replace(answer("2221"), is_of_several=True)
    decisions = decided(of_several)
    assert decisions.get(TEXT) == "2221" and not decisions.teaches_others(TEXT)
    assert decisions.version() != decided(plain).version()
    withdrawn = replace(plain, status=CorrectionStatus.WITHDRAWN)
    # The same text without the sign between its occupations: in whatever order a review is sorted.
    for rows in ((of_several, plain), (plain, of_several), (of_several, answer("3221", "ben"))):
        assert not decided(*rows).teaches_others(TEXT)
    settled = answer("8322", is_adjudicated=True)
    # The answer of before stays, and yet it is about one of several occupations.
    group = replace(answer("222"), is_of_several=True)
    doubted = replace(of_several, code="8322", is_doubted=True)
    for rows in ((settled, of_several), (plain, group), (answer("2221", "ben"), doubted)):
        decisions = decided(*rows)
        assert decisions.get(TEXT) == rows[0].code and not decisions.teaches_others(TEXT)
    assert not decided(of_several, settled).teaches_others(TEXT), "isco coders lists the text alone"
    assert decided(of_several, withdrawn, plain).teaches_others(TEXT)


def test_an_answer_in_doubt_replaces_none_of_another_coder_who_is_believed() -> None:
    decisions = decided(answer("2221", "anna"))
    doubted = replace(answer("3221", "ben"), is_doubted=True)
    stays = Outcome(overruled_by="2221", is_until_confirmed=True)
    assert decisions.apply(doubted) == stays and decisions.get(TEXT) == "2221"
    assert decisions.is_disputed(TEXT) and not decisions.is_in_doubt(TEXT)
    nameless = replace(answer("3221"), is_doubted=True)
    assert decisions.apply(nameless) == stays
    assert decided(answer("2221", "anna"), answer("3221", "ben")).get(TEXT) == "3221"  # confirmed
    own = decided(answer("2221", "ben"))
    assert own.apply(doubted) == Outcome(replaced="2221") and own.is_in_doubt(TEXT)
    assert own.apply(answer("2221", "anna")) == Outcome(replaced="3221", is_disputed=True)


def test_one_coder_nobody_and_a_wider_group_dispute_nothing() -> None:
    assert not decided(answer("2221", "anna"), answer("3221", "Anna")).is_disputed(TEXT)
    assert not decided(answer("2221", "anna"), answer("3221")).is_disputed(TEXT)
    assert not decided(answer("2221", "anna"), answer("222", "ben")).is_disputed(TEXT)


def test_groups_and_not_codable_teach_nobody() -> None:
    assert not decided(answer("222", "anna")).teaches_others(TEXT)
    assert not Decisions().teaches_others(TEXT)
    decisions = Decisions()
    decide(decisions, TEXT, "not codable")
    assert not decisions.teaches_others(TEXT)


def test_whose_a_decision_is_changes_no_result() -> None:
    named, unnamed = decided(answer("2221", "anna")), decided(answer("2221"))
    assert named.version() == unnamed.version()
    agreed = decided(answer("2221", "anna"), answer("2221", "ben"))
    assert agreed.version() == unnamed.version()
