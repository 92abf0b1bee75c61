"""Marks for the text of the row above are no answers, and are told from other texts."""

from __future__ import annotations

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.repeat_marks import is_repeat_mark
from core.text import join
from tests.core.listed_texts import listed

MARKS = (
    '" | "" | \'\' | „ | ” | 〃 | ″ | -"- | – " – | " " | -〃- | Dito | dto. | DITTO | idem'
    " | id. ci-dessus"
    " | desgl. | ebenso | s.o. | wie oben | same as above | ibid. | 同上 | 々 | ,, | -''-"
    " | jw. | to samo co wyżej | même que ci-dessus | كما سبق | نفس السابق | lo mismo que arriba"
)
REFERENCES = """\
see previous line | see row 12 | same as in question 4 | siehe vorherige Zeile | siehe Zeile 12
wie Frage 3 | voir ligne précédente | voir ligne 12 | VOIR LIGNE N° 12 | cf. question 3
ver fila anterior | véase la línea 12 | igual que en la pregunta 4 | vedi riga precedente
come alla domanda 3 | ver linha anterior | vide pergunta 12 | zie vorige regel | zie regel 12
zie vraag 3 | patrz poprzedni wiersz | jak w wierszu 12 | viz předchozí řádek | viz řádek č. 12
vezi rândul de mai sus | vezi rândul 12 | pozri predchádzajúci riadok | viď riadok 12
glej prejšnjo vrstico | glej vrstico 12 | vidi prethodni redak | vidi redak br. 12
lásd az előző sort | lásd a 12. sort | виж предишния ред | виж ред № 12
βλέπε προηγούμενη γραμμή | βλ. γραμμή 12 | žr. ankstesnę eilutę | žr. 12 eilutę
skatīt iepriekšējo rindu | skat. 12. rindu | vt eelmist rida | vt rida 12 | katso edellinen rivi
ks. rivi 12 | se föregående rad | se rad 12 | se forrige række | se linje 12 | som spørsmål 4
sjá línuna að ofan | sjá línu 12 | انظر السطر السابق | انظر السطر 12 | lihat baris sebelumnya
lihat baris nomor 12 | ara l-linja ta' fuq
bħal mistoqsija 3 | féach an líne thuas | féach líne 12"""
OTHERS = (
    "nurse | - | . | ... | 0 | ' | C++ | DO | do | do it | ID | id | dito GmbH | 12\" pipes | |"
    " | 12"
)


@pytest.mark.parametrize("mark", MARKS.split(" | "))
def test_a_mark_is_no_answer(mark: str) -> None:
    assert is_repeat_mark(mark)
    assert built_in_non_answers().find(join(mark)) == NonAnswerKind.NOT_STATED
    assert built_in_non_answers().find(join(mark, mark)) == NonAnswerKind.NOT_STATED
    assert built_in_non_answers().find(join(mark, "cares for patients")) is None


@pytest.mark.parametrize("text", listed(REFERENCES))
def test_a_row_or_a_question_referred_to_is_no_answer(text: str) -> None:
    assert is_repeat_mark(text)
    assert built_in_non_answers().find(join(text)) == NonAnswerKind.NOT_STATED


@pytest.mark.parametrize("text", ["line operator 12", "Zeilenleser", "record keeper", "chef 12"])
def test_an_occupation_with_such_a_word_is_an_answer(text: str) -> None:
    assert not is_repeat_mark(text)
    assert built_in_non_answers().find(join(text)) is None


@pytest.mark.parametrize("text", ["", *OTHERS.split(" | ")])
def test_other_texts_are_no_marks(text: str) -> None:
    assert not is_repeat_mark(text)


@pytest.mark.parametrize(("mark", "other"), [("do.", "DO"), ("id.", "id"), ("Id.", "ID")])
def test_a_full_stop_makes_letters_a_mark_that_a_person_reads(mark: str, other: str) -> None:
    assert is_repeat_mark(mark)
    assert built_in_non_answers().find(join(other)) is None
