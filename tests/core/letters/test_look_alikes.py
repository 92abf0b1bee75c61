"""Words in letters of two scripts that look alike."""

import pytest

from core.columns.header_words import words_of
from core.letters.look_alikes import without_look_alikes
from core.text import clean, join


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ΛOΓIΣTHΣ", "λογιστης"),  # Latin O, I, T, H
        ("NOΣOKOMA", "νοσοκομα"),  # all but the sigma
        ("Οδηγός TAΞI", "οδηγός ταξι"),
        ("NAYTHΣ A', bar Κρήτη", "ναυτης a bar κρήτη"),  # words of one script stay
        ("ШOФЬOP на кaмиoн", "шофьор на камион"),
        ("учитeл", "учител"),
        ("ΜΙG Welder", "mig welder"),  # Greek mu and iota
        ("ΚAΤ", "κατ"),  # both would do
        ("ΙΤ manager", "ιτ manager"),  # no letter of the word tells
        ("webΣελίδα", "webσελίδα"),
        ("10 kΩ", "10 kω"),
        ("café Ελλάδα", "café ελλάδα"),
    ],
)
def test_a_word_has_the_letters_of_one_script(written: str, read: str) -> None:
    assert clean(written) == read
    assert clean(read) == read


def test_a_text_is_prepared_as_if_typed_in_one_script() -> None:
    assert join("ΛOΓIΣTHΣ", "TIMOΛOΓIA") == join("ΛΟΓΙΣΤΗΣ", "ΤΙΜΟΛΟΓΙΑ")


def test_so_are_the_names_of_columns() -> None:
    assert words_of("EΠAΓΓEΛMA") == words_of("ΕΠΑΓΓΕΛΜΑ")  # Latin E, A and M


def test_a_text_in_one_script_stays() -> None:
    for text in ("nurse", "naïve größe", "μηχανικός", "медицинска сестра", "مهندس"):
        assert without_look_alikes(text) == text
