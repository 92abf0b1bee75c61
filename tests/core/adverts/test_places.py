"""Places at the end of a title go, places in names and titles of places alone stay."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

import core.adverts
from core.adverts.places import without_place
from core.files.compiled_table import read_yaml
from core.text import clean, join


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Baker - Leeds", "baker"),
        ("Baker based in Greater London", "baker"),
        ("Baker (Austin, TX 78701)", "baker"),
        ("Bäcker in 80331 München", "bäcker"),
        ("Bäcker Raum Stuttgart", "bäcker"),
        ("Bäcker/in, Frankfurt am Main", "bäcker"),
        ("Piekarz w Krakowie", "piekarz"),
        ("Piekarz - praca w Niemczech", "piekarz"),
        ("Panadero zona norte de Madrid", "panadero"),
        ("Boulanger à Lyon", "boulanger"),
        ("Fornaio, provincia di Verona", "fornaio"),
        ("Bakker regio Utrecht", "bakker"),
        ("Bagare till Göteborg", "bagare"),
        ("Padeiro Curitiba - PR", "padeiro"),
        ("Pekař v Brně", "pekař"),
        ("пекар София", "пекар"),
    ],
)
def test_a_place_at_the_end_goes(title: str, left: str) -> None:
    assert " ".join(without_place(clean(title).split())) == left


@pytest.mark.parametrize(
    "title",
    [
        "mayor of london",
        "profesor universidad de salamanca",
        "teacher kings college london",
        "london bus driver",
        "conduzco por españa de norte a sur",
        "bath attendant",
        "kierownik łodzi",
        "rukovatelj strojem za ravnanje lima",
        "operator heidelberg",
        "baker 1234",
        "baker uk",
    ],
)
def test_a_place_in_a_name_stays(title: str) -> None:
    assert " ".join(without_place(title.split())) == title


@pytest.mark.parametrize("title", ["berlin", "frankfurt am main", "in berlin", "2 berlin"])
def test_a_place_alone_stays_a_place(title: str) -> None:
    stated = join(title).removesuffix(" | unknown")
    assert stated == title


def test_a_place_goes_with_other_words_of_adverts() -> None:
    assert join("Baker - Leeds - hybrid") == join("Baker, remote, Leeds") == join("baker")


def test_the_table_has_cleaned_texts() -> None:
    """A phrase in any other form would never be found."""
    table = read_yaml(Path(core.adverts.__file__).with_name("places.yaml"))
    places = list(chain.from_iterable(table.pop("places").values()))
    texts = [*places, *chain.from_iterable(table.values())]
    assert [text for text in texts if clean(text) != text] == []
    assert len(set(places)) == len(places)
