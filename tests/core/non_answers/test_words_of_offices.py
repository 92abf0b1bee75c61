"""What people of Greece, Finland, Estonia and Indonesia type where they have no occupation."""

from __future__ import annotations

import re

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.repeat_marks import is_repeat_mark
from core.text import join

NOT_WORKING = """\
syntaxiouxos | sintaxiouhos | OIKIAKA | oikiaka | noikokyra | anergos | foititria
ANEPΓOΣ | με αναπηρική σύνταξη | ΣΕ ΑΔΕΙΑ ΑΝΑΤΡΟΦΗΣ | δε δουλεύω | ταμείο ανεργίας
työeläkkeellä | pitkäaikaistyötön | kotihoidontuella | opiskelija AMK | vårdledig"""
NOT_STATED = """\
den ksero | ΟΥΔΕΝ | ΔΞΔΑ | ό,τι βρω | igasuguseid töid | nggak tau"""
STATUS = """\
idiotikos ypallilos | dhmosios ypallhlos | Δ.Υ. | Ελ. Επαγγελματίας | περιστασιακά | P3K
ylempi toimihenkilö | ammatinharjoittaja | sijainen | julkinen sektori"""
ABOVE = "όπως άνω | ίδιο με πάνω | kts. edellinen | ks. edellä | vt eelmist"
JOBS = """\
λογιστής σε σύνταξη εγγράφων | σύνταξη κειμένων | syntaktis | sijaisopettaja | sijainen opettaja
julkisen sektorin asiantuntija | oikiaki boithos | υπάλληλος ΕΣΠΑ ταμείο"""


def of(texts: str) -> list[str]:
    return re.split(r"\s+\|\s+|\n", texts)


@pytest.mark.parametrize("text", of(NOT_WORKING))
def test_no_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_WORKING


@pytest.mark.parametrize("text", of(STATUS))
def test_a_status(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.STATUS


@pytest.mark.parametrize("text", of(f"{NOT_STATED} | {ABOVE}"))
def test_nothing_of_the_work(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize("text", of(ABOVE))
def test_a_mark_for_the_title_above(text: str) -> None:
    assert is_repeat_mark(text)


@pytest.mark.parametrize("text", of(JOBS))
def test_a_job_with_such_words_is_an_answer(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is None
