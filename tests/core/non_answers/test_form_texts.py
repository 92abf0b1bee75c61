"""Totals, salutations, sexes, redactions and what statistics packages write state nothing."""

from __future__ import annotations

import pytest

from core.delimited.label_rows import LabelRow, label_row
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.text import join

STATING_NOTHING = """\
Total
Insgesamt
ogółem
yhteensä
Row Labels
text
Freitext
texte libre
string
Gesamtergebnis
Teilergebnis
Étiquettes de lignes
Etiquetas de fila
Totale complessivo
Total Global
Subtotaal
Suma końcowa
Etichete de rând
Celkový součet
Medzisúčet
Skupna vsota
Ukupni zbroj
Végösszeg
Общ сбор
Γενικό άθροισμα
Bendroji suma
Kopsumma
Üldsumma
Loppusumma
Delsumma
Hovedtotal
Totalsum
Heildarsumma
Total keseluruhan
الإجمالي الكلي
Mr
Herr
Mme
Señora
male
weiblich
kobieta
[redacted]
anonymisiert
system missing
System-Missing
SYSMIS
no answer given
job_title
Berufsbezeichnung
as last year
wie im Vorjahr
comme l'année dernière
samma som förra året"""

BY_INTERVIEWERS = """\
DK/REF
-oth-
Refused (spontaneous)
Don't know - DO NOT READ
verweigert (spontan)
WN/KA
s/d
Unchecked
Not Selected
nicht ausgewählt
non coché
no marcado
niezaznaczone
nezaškrtnuto
not ascertained
nicht erhoben
same as job 1
wie Hauptberuf
idem que précédemment
igual que empleo 1
come il lavoro principale
zelfde als hoofdbaan
jak praca główna
viz hlavní zaměstnání
ugyanaz mint fent
същото като по-горе
βλ. κύρια εργασία
samma som huvudsyssla
sama kuin päätyö
نفس العمل الرئيسي
sama dengan pekerjaan utama
Click or tap here to enter text.
Klicken Sie hier, um Text einzugeben."""
"""What interviewers and survey programs write where somebody has not answered."""


@pytest.mark.parametrize("text", [*STATING_NOTHING.splitlines(), *BY_INTERVIEWERS.splitlines()])
def test_what_forms_and_programs_write_states_nothing(text: str) -> None:
    assert built_in_non_answers().find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize(
    "text",
    [
        "man.",
        "MS",
        "muz.",
        "HR",
        "Dr",
        "Prof",
        "fröken",
        "male nurse",
        "total care nurse",
        "MISS",
        "interviewer",
    ],
)
def test_short_forms_of_occupations_are_answers(text: str) -> None:
    """ "man." is a manager, "muz." a musician, "fröken" a teacher of small children in Sweden."""
    assert built_in_non_answers().find(join(text)) is None


def test_a_name_of_the_job_may_stand_in_a_row_of_labels() -> None:
    rows = [["Occupation", "Age in years", "Income"], ["cook", "31", "900"], ["nurse", "40", "800"]]
    assert label_row(["q1", "q2", "q3"], rows, {"job_title": ()}) is LabelRow.YES
