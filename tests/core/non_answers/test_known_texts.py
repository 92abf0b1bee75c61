"""What is no answer is recognised in 28 languages, and no occupation is taken for it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join

LISTS = Path(__file__).parent
NON_ANSWERS = built_in_non_answers()
LANGUAGES = "de es fr it pt nl pl ro cs sk sl hr hu bg el lt lv et fi sv da no is ga mt ar id en"
STATING_NOTHING = """\
0
99
-9
9999
97000
-8.0
1,5
x
XX
zzz
x x x
#N/A
#REF!
#NAME?
#DIV/0!
#NULL!
#NV
#NOM?
#¿NOMBRE?
#VERW!
#HIÁNYZIK
#SAKNAS!
#PUUTTUU!
#ADR!
Err:502
qwertz
asdasdasd
lkjh
sdfsdf"""
AT_VARIOUS_JOBS = """\
various
Diverse
several jobs
all sorts
Verschiedenes
alles Mögliche
divers
un peu de tout
varios
de todo un poco
diversi lavori
vários
van alles
różne
všechno možné
mindenféle
razno
διάφορα
įvairūs
dažādi
mitmesugust
kaikenlaista
lite av varje
forskelligt
ýmislegt
macam-macam
أعمال مختلفة
разни неща
[not completed]
Не отговорил
ελλείπουσα τιμή
manjkajoče
faltante
em falta
saltato
(prázdny)
Ebda tweġiba"""

RELATIVES = """\
son
daughter-in-law
Tochter
Schwägerin
fille
belle-sœur
sobrino
nuora
neta
kleinzoon
wnuczka
nepoată
sestřenice
dcéra
hčerka
nećakinja
unoka
внучка
ανιψιά
anūkas
mazdēls
tütar
miniä
svärdotter
svigersøn
svoger
tengdadóttir
iníon
ziju
ابنة
menantu"""


def rows(name: str) -> Iterator[tuple[dict[str, str], str]]:
    """Yield each text of a list with its row."""
    with (LISTS / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for text in row["texts"].split(";"):
                yield row, text.strip()


def test_non_answers_are_recognised_with_their_kind() -> None:
    n_texts: Counter[str] = Counter()
    n_right: Counter[str] = Counter()
    for row, text in rows("non_answers.csv"):
        n_texts[row["language"]] += 1
        n_right[row["language"]] += NON_ANSWERS.find(join(text)) == row["kind"]
    assert set(n_texts) == set(LANGUAGES.split()) and min(n_texts.values()) >= 20
    assert n_right.total() >= 0.95 * n_texts.total()
    for language in LANGUAGES.split():
        assert n_right[language] >= 0.9 * n_texts[language], language


def test_no_occupation_is_taken_for_a_non_answer() -> None:
    texts = [text for _, text in rows("answers.csv")]
    assert len(texts) >= 200
    assert [text for text in texts if NON_ANSWERS.find(join(text))] == []


def test_no_title_of_isco_is_taken_for_one() -> None:
    assert [title for title in isco08().titles.values() if NON_ANSWERS.find(join(title))] == []


@pytest.mark.parametrize("text", STATING_NOTHING.splitlines())
def test_numbers_errors_of_spreadsheets_and_random_keys_state_nothing(text: str) -> None:
    assert NON_ANSWERS.find(join(text)) is NonAnswerKind.NOT_STATED
    assert NON_ANSWERS.find(join("", text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize("text", ["#1 nurse", "#REF! clerk", "#teacher", "errand boy", "医", "E"])
def test_what_looks_like_an_error_may_be_an_answer(text: str) -> None:
    assert (NON_ANSWERS.find(join(text)) is None) == (text != "E")


@pytest.mark.parametrize(
    ("title", "duties", "kind"),
    [
        ("retired", "", "not_working"),
        ("retired", "n/a", "not_working"),
        ("", "retired", "not_working"),
        ("refused", "retired", "not_working"),
        ("retired", "taught maths", None),
        ("n/a", "drives a lorry", None),
        ("teacher", "retired", None),
        ("retired / disabled", "none", "not_working"),
        ("pensioner, was a clerk", "", None),
        ("99 - not stated", "", "not_stated"),
        ("hospital", "", "not_stated"),
        ("hospital", "NA", "not_stated"),
        ("keine Angabe", "hospital", "not_stated"),
        ("employee", "hospital", None),
        ("hospital", "retired", None),
    ],
)
def test_duties_can_make_an_answer_of_a_title(title: str, duties: str, kind: str | None) -> None:
    assert NON_ANSWERS.find(join(title, duties)) == kind


@pytest.mark.parametrize(
    ("title", "is_answer"),
    [
        ("psychology student", False),
        ("I'm studying computer science at university", False),
        ("Psychologiestudentin", False),
        ("étudiante en histoire", False),
        ("estudiante de bachillerato", False),
        ("uczennica szkoły podstawowej", False),
        ("caring for my elderly mother", False),
        ("kümmere mich um meine Enkelkinder", False),
        ("law student adviser", True),
        ("student nurse", True),
        ("Werkstudent Informatik", True),
        ("estudio de arquitectura", True),
        ("studio medicina legale", True),
        ("law", True),
        ("carer for the elderly", True),
        ("looking after children", True),
        ("Elev i bank", True),
    ],
)
def test_patterns_and_the_words_in_them(title: str, is_answer: bool) -> None:
    assert (NON_ANSWERS.find(join(title)) is None) == is_answer


def test_an_empty_text_has_no_kind() -> None:
    assert NON_ANSWERS.find(EMPTY_TEXT) is None


def test_words_of_two_languages_do_not_mix() -> None:
    # "på" stands around Danish non-answers; without its accent it is a physician's assistant.
    assert NON_ANSWERS.find(join("PA in hospital")) is None


@pytest.mark.parametrize("text", ["Kita", "Kitas", "solar", "sea", "engin", "Latin"])
def test_a_place_or_a_field_of_work_is_no_word_of_another_language(text: str) -> None:
    """Found among the 20,000 most frequent words of each language."""
    assert NON_ANSWERS.find(join(text)) is None


def test_added_texts_are_whole_texts_and_come_first() -> None:
    kind = NonAnswerKind.NOT_WORKING
    added = NON_ANSWERS.extended({kind: ["Sabbatical", "Test"]})
    assert added.find(join("sabbatical!")) is kind
    assert added.find(join("test")) is kind
    assert added.find(join("sabbatical planner")) is None
    assert added.find(join("Rentner")) is kind
    assert added.version != NON_ANSWERS.version == NON_ANSWERS.extended({kind: []}).version
    assert NON_ANSWERS.extended({kind: ["", "-", "?!"]}) is NON_ANSWERS, "nothing to be added"


def test_a_long_text_costs_no_more_than_its_length() -> None:
    assert NON_ANSWERS.find(join("x" * 100_000)) is NonAnswerKind.NOT_STATED
    assert NON_ANSWERS.find(join("ab" * 100_000)) is None
    assert NON_ANSWERS.find(join("retired " * 50_000)) is None


@pytest.mark.parametrize("text", ["babá", "dada", "DGKS", "TES", "RSI", "OMM", "altra", "PIP"])
def test_an_occupation_of_another_language_is_an_answer(text: str) -> None:
    """Nannies in Brazil and Hungary, nurses in Austria and Ireland, a paramedic in Spain."""
    assert NON_ANSWERS.find(join(text)) is None


@pytest.mark.parametrize("text", AT_VARIOUS_JOBS.splitlines())
def test_various_is_no_occupation(text: str) -> None:
    assert NON_ANSWERS.find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("semi retired", "status"),  # works, and does not say as what
        ("I am semi-retired", "status"),
        ("Teilrentnerin", "status"),
        ("retraite progressive", "status"),
        ("pracujący emeryt", "status"),
        ("delvis pensjonert", "status"),
        ("retired", "not_working"),
        ("semi retired teacher", None),
        ("semi-retraité, garde d'enfants", None),
        ("diverse Reinigungsarbeiten", None),
        ("various cleaning jobs", None),
        ("diversity officer", None),
        ("odd jobs", None),
        ("oficios varios", None),
    ],
)
def test_who_works_in_retirement_has_an_occupation(text: str, kind: str | None) -> None:
    assert NON_ANSWERS.find(join(text)) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("that's private", "not_stated"),
        ("das ist privat", "not_stated"),
        ("c'est personnel", "not_stated"),
        ("no es asunto suyo", "not_stated"),
        ("não é da sua conta", "not_stated"),
        ("non sono affari vostri", "not_stated"),
        ("nie pana sprawa", "not_stated"),
        ("nu vă privește", "not_stated"),
        ("I was dismissed", "not_working"),
        ("wurde gekündigt", "not_working"),
        ("j'ai perdu mon emploi", "not_working"),
        ("fui despedida", "not_working"),
        ("andata in pensione", "not_working"),
        ("przeszłam na emeryturę", "not_working"),
        ("gick i pension", "not_working"),
        ("private", None),
        ("Privat", None),
        ("private tutor", None),
        ("détective privé", None),
        ("despedidas de soltero", None),
    ],
)
def test_sentences_that_refuse_or_tell_of_a_lost_job(text: str, kind: str | None) -> None:
    assert NON_ANSWERS.find(join(text)) == kind


@pytest.mark.parametrize("text", RELATIVES.splitlines())
def test_a_relative_is_no_occupation(text: str) -> None:
    assert NON_ANSWERS.find(join(text)) is NonAnswerKind.NOT_WORKING
    assert NON_ANSWERS.find(join(text, "sews in a factory")) is None


@pytest.mark.parametrize("text", ["Schwester", "frère", "padre", "Moster", "tia", "poika", "صهر"])
def test_a_relative_that_is_also_an_occupation_is_an_answer(text: str) -> None:
    """A nurse, a monk, a priest, a cider maker, a child minder, a boy who helps, and smelting."""
    assert NON_ANSWERS.find(join(text)) is None


@pytest.mark.parametrize("text", ["unknown", "Unknown.", "(UNKNOWN)", "unbekannt", "Inconnu"])
def test_a_typed_unknown_is_an_answer_that_states_nothing(text: str) -> None:
    assert NON_ANSWERS.find(join(text)) is NonAnswerKind.NOT_STATED
    assert NON_ANSWERS.find(join("", text)) is NonAnswerKind.NOT_STATED
    assert NON_ANSWERS.find(join(text, "drives a lorry")) is None


@pytest.mark.parametrize(
    "text",
    [
        "item non-response",
        "[inaudible]",
        "---Select one---",
        "Choose an option",
        "Bitte auswählen",
        "wybierz",
        "b.d.",
        "DK/RF",
        "doesn't apply",
        "true",
    ],
)
def test_what_forms_and_coders_leave_states_nothing(text: str) -> None:
    assert NON_ANSWERS.find(join(text)) is NonAnswerKind.NOT_STATED


@pytest.mark.parametrize(
    "text",
    [
        "self employed",
        "I have my own business",
        "Freiberufler",
        "auto-entrepreneur",
        "negocio propio",
        "własna działalność gospodarcza",
        "zzp'er",
        "karyawan swasta",
        "wolontariuszka",
    ],
)
def test_a_status_in_employment_is_no_occupation(text: str) -> None:
    assert NON_ANSWERS.find(join(text, "")) is NonAnswerKind.STATUS


@pytest.mark.parametrize(
    "text",
    ["self employed builder", "freelance journalist", "volunteer firefighter", "Freier Maler"],
)
def test_an_occupation_with_a_status_in_employment_is_an_answer(text: str) -> None:
    assert NON_ANSWERS.find(join(text, "")) is None


def test_a_housewife_in_both_words_of_croatian() -> None:
    assert NON_ANSWERS.find(join("domaćica")) is NonAnswerKind.NOT_WORKING


@pytest.mark.parametrize(
    "text",
    ["OA", "BD", "RF engineer", "selection clerk", "select committee clerk", "same day courier"],
)
def test_words_near_these_are_answers(text: str) -> None:
    """OA is a senior physician in German, BD business development in English."""
    assert NON_ANSWERS.find(join(text)) is None
