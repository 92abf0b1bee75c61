"""Words of adverts go, what may be a job stays, and what was no answer is still none."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.adverts
import core.non_answers
from core.adverts.advert_words import without_advert_words
from core.files.compiled_table import read_yaml
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.listed_texts import listed_texts
from core.text import SEPARATOR, clean, join


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Cook full-time", "cook"),
        ("Nurse (part time, permanent contract)", "nurse"),
        ("Teacher - maternity cover - fixed term", "teacher"),
        ("Receptionist part time job", "receptionist"),
        ("Cook on a part-time basis", "cook"),
        ("Wanted: welder", "welder"),
        ("Cleaner needed", "cleaner"),
        ("Koch in Vollzeit oder in Teilzeit gesucht", "koch"),
        ("Koch/Köchin in Voll- oder Teilzeit", "koch köchin"),
        ("Wir suchen eine/n Bäcker ab sofort", "bäcker"),
        ("Vendeuse à temps partiel (CDI)", "vendeuse"),
        ("Commis de cuisine recherché", "commis de cuisine"),
        ("Se busca camarero a jornada completa", "camarero"),
        ("Cercasi cuoco, tempo pieno", "cuoco"),
        ("Kasjer na 1/2 etatu", "kasjer"),
        ("Zatrudnię kucharza od zaraz", "kucharza"),
        ("Verkäufer full time", "verkäufer"),
        ("Koch in Vollzeit und/oder Teilzeit", "koch"),
        ("Kok fulltime of parttime", "kok"),
        ("Cook full-time as well as part-time", "cook"),
        ("LKW-Fahrer C/E Vollzeit", "lkw fahrer c e"),
        ("Full time A level tutor", "a level tutor"),
        ("Camarero jornada completa o media jornada", "camarero"),
        ("Nous recherchons un médecin du travail", "médecin du travail"),
        ("Cercasi cuoco hotel 5 stelle", "cuoco hotel 5 stelle"),
        ("Lowongan kerja sopir", "sopir"),
        ("готвач на пълно работно време", "готвач"),
        ("ζητείται μάγειρας", "μάγειρας"),
        ("مطلوب طباخ دوام كامل", "طباخ"),
        ("Accountant - Hybrid - apply now", "accountant"),
        ("Cleaner, no experience needed", "cleaner"),
        ("Welder, rotating shifts, weekly pay", "welder"),
        ("Entry level bookkeeper", "bookkeeper"),
        ("Koch/Köchin in VZ oder TZ", "koch köchin"),
        ("Bäcker (m/w/d) im 3-Schicht-Betrieb", "bäcker m w d"),
        ("Buchhalter im Homeoffice", "buchhalter"),
        ("Quereinsteiger als Busfahrer", "busfahrer"),
        ("Tischler zur Verstärkung unseres Teams", "tischler"),
        ("Spawacz, praca od zaraz, 3 zmiany", "spawacz"),
        ("Księgowa - praca zdalna", "księgowa"),
        ("Oferta pracy: kucharz bez doświadczenia", "kucharz"),
        ("Contable en remoto, contratación inmediata", "contable"),
        ("Camarero con experiencia, fines de semana", "camarero"),
        ("Vacante: soldador turnos rotativos", "soldador"),
        ("Comptable en télétravail", "comptable"),
        ("Nous recrutons un boulanger, débutant accepté", "boulanger"),
        ("Cuoco su turni, inserimento immediato", "cuoco"),
        ("Lasser in 3 ploegen, geen ervaring nodig", "lasser"),
        ("Padeiro escala 6x1, início imediato", "padeiro"),
        ("Svářeč, třísměnný provoz, nástup ihned", "svářeč"),
        ("Kock sökes omgående", "kock"),
        ("शिक्षक full time", "शिक्षक"),  # its vowels are marks, no letters
    ],
)
def test_words_of_an_advert_go(title: str, left: str) -> None:
    assert without_advert_words(clean(title)) == left
    assert join(title) == join(left)


@pytest.mark.parametrize(
    "title",
    [
        "chargé de recherche",
        "permanent secretary",
        "special needs teacher",
        "hiring manager",
        "time and motion analyst",
        "looking for work",
        "stelle als sekretärin gesucht",
        "teilzeitstelle als verkäuferin gesucht",
        "suche minijob als putzfrau",
        "cherche un cdi comme maçon",
        "procuro part time",
        "temporary contract manager",
        "fixed term deposit officer",
        "urgent care doctor",
        "porter night shift",
        "teamleiter frühschicht",
        "mama und teilzeit",
        "padre a tiempo completo",
        "remote sensing analyst",
        "hybrid vehicle mechanic",
        "inginer cu experiență în irigații",
        "con experiencia en ventas",
        "senior nurse",
        "starszy mechanik",
        "office temp",
        "bank clerk",
        "home office",
        "recrute du personnel",
        "handlowiec b2b",
        "on time full stop",
        "part time",
        "full time or part time",
        "full time mother",
        "2 part time",
    ],
)
def test_a_job_and_a_term_alone_stay(title: str) -> None:
    assert without_advert_words(title) == title


def test_duties_keep_their_words() -> None:
    assert join("clerk", "full time clerk") == "clerk | full time clerk"


def test_what_is_left_has_nothing_more_to_lose() -> None:
    """Removing a term can bring the words of another one together."""
    assert without_advert_words("cook full full time time") == "cook"


def test_no_listed_text_without_an_occupation_becomes_an_answer() -> None:
    non_answers = built_in_non_answers()
    folder = Path(core.non_answers.__file__).parent
    texts = {
        clean(text.replace(SEPARATOR, " "))
        for path in folder.glob("*.csv")
        for _, kind, listed in listed_texts(path.read_text(encoding="utf-8"))
        if kind in set(map(str, NonAnswerKind))
        for text in listed
    }
    assert len(texts) > 1000
    changed = {
        text: without_advert_words(text)
        for text in texts
        for has_more in (False, True)
        if non_answers.find(text, has_more)
        != non_answers.find(without_advert_words(text), has_more)
    }
    assert not changed


def test_a_text_of_the_settings_is_found_without_its_advert_words() -> None:
    title = "full-time placement"
    non_answers = built_in_non_answers()
    assert non_answers.find(join(title)) is None
    extended = non_answers.extended({NonAnswerKind.NOT_STATED: [title]})
    assert extended.find(join(title)) is NonAnswerKind.NOT_STATED


def test_no_phrase_at_an_end_begins_with_a_word_for_a_job() -> None:
    """It would keep itself from being left out where it stands alone at the other end."""
    table = read_yaml(Path(core.adverts.__file__).with_name("advert_words.yaml"))
    jobs = {word for language in table.values() for word in language.get("job", ())}
    at_ends = [p for language in table.values() for p in language.get("end", ())]
    assert [phrase for phrase in at_ends if phrase.split()[0] in jobs] == []


def test_the_table_has_cleaned_texts() -> None:
    """A phrase in any other form would never be found."""
    table = read_yaml(Path(core.adverts.__file__).with_name("advert_words.yaml"))
    texts = [
        text
        for language in table.values()
        for kind, listed in language.items()
        if kind != "marks"
        for text in listed
    ]
    assert [text for text in texts if clean(text) != text] == []
