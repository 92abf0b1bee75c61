"""The examples of a question say nothing of whom and of what it asks."""

from __future__ import annotations

import pytest

from core.columns.header_names import match
from core.columns.header_words import name_table
from core.columns.questions.examples import without_examples
from core.settings_file.text_columns import DUTIES, JOB_TITLE

# Each example has a word that says, elsewhere, that a column is about something else.
JOBS = """\
What is your job title? (e.g. childminder, second chef)
What is your occupation? For example: mother's help, company secretary, code enforcement officer
Main job title, e.g. industrial cleaner, partner in a law firm
Welchen Beruf üben Sie aus? (z. B. Industriemechaniker, Vaterschaftsgutachter, Zweitkoch)
Beruf (z.B. Branchenmanager, Kinderpfleger)
Quel est l'intitulé de votre poste ? (ex. : second de cuisine, chef d'entreprise)
Quelle est votre profession ? Par exemple : secrétaire d'entreprise, père abbé
¿Cuál es su ocupación? (p. ej. segundo maquinista, empresario, madre de día)
Ocupación principal (ej.: secretaria de empresa, codificador)
Qual è la sua professione? (es. secondo pilota, assistente all'infanzia, codificatore)
Qual é a sua profissão? (ex.: segundo piloto, codificador, ama de crianças)
Wat is uw beroep? (bijv. tweede kok, kinderverzorgster, bedrijfsleider)
Jaki zawód Pan/Pani obecnie wykonuje? (np. opiekunka dziecięca, drugi pilot)
Mi a foglalkozása? (pl. második pilóta, gyermekfelügyelő)
Vad är ditt yrke? (t.ex. barnskötare, andra pilot)
Mikä on ammattisi? (esim. toinen perämies, lastenhoitaja)
Apa pekerjaan utama Anda? (contoh: pengasuh anak, kepala perusahaan)
Ποιο είναι το επάγγελμά σας; (π.χ. δεύτερος πιλότος)
Ce ocupație aveți? (de ex. al doilea pilot, mamă socială)
Koje je vaše zanimanje? (npr. drugi pilot, dadilja djece)
Каква е вашата професия? (напр. втори пилот, детска учителка)
Kokia jūsų profesija? (pvz. antrasis pilotas)
Mesleğiniz nedir? (örn. ikinci kaptan, çocuk bakıcısı)
Ваша профессия (например, второй пилот, детский врач)"""

OTHER_JOBS = """\
Occupation of your mother (e.g. nurse)
Second job, for example taxi driver
Beruf des Vaters (z. B. Maurer)
Quelle était la profession de votre père ? (ex. : maçon)
Occupation code (e.g. 2221)
Ocupación de la madre (por ejemplo, enfermera)"""


@pytest.mark.parametrize("header", JOBS.splitlines())
def test_the_job_is_asked_for_whatever_the_examples_are(header: str) -> None:
    assert match(header, JOB_TITLE)


@pytest.mark.parametrize("header", OTHER_JOBS.splitlines())
def test_what_is_before_the_examples_counts(header: str) -> None:
    assert match(header, JOB_TITLE) is None


def test_duties_have_examples_too() -> None:
    assert match("What are your main duties? (e.g. manage the firm, look after children)", DUTIES)


@pytest.mark.parametrize(
    ("header", "left"),
    [
        ("Job (e.g. nurse) of [NAME]", "Job () of [NAME]"),
        ("Which? E.g. nurse! Be exact", "Which?! Be exact"),
        ("¿Cuál es su oficio?", "¿Cuál es su oficio?"),
        ("Ex profession", "Ex profession"),
        ("Beruf\nBeispiel: Koch", "Beruf\n"),
    ],
)
def test_an_example_ends_with_its_sentence_or_brackets(header: str, left: str) -> None:
    assert without_examples(header) == left


def test_all_languages_have_words_for_examples() -> None:
    assert set(name_table()["gives_examples"]) >= set(name_table()["open_answer"])
