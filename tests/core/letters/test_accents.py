"""Letters without accents."""

from __future__ import annotations

import pytest

from core.letters.accents import plain_digraphs, plain_letters, without_accents


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("nurse", "nurse"),
        ("infirmière", "infirmiere"),
        ("žena čistící", "zena cistici"),
        ("μηχανικός", "μηχανικος"),
        ("مُهَنْدِس", "مهندس"),
        ("łódź øre straße", "łodz øre straße"),
    ],
)
def test_marks_go_and_letters_stay(written: str, plain: str) -> None:
    assert without_accents(written) == plain
    assert without_accents(plain) == plain


@pytest.mark.parametrize(
    ("written", "plain", "with_digraphs"),
    [
        ("nurse", "nurse", "nurse"),
        ("łódź", "lodz", "lodz"),
        ("tätigkeit", "tatigkeit", "taetigkeit"),
        ("straße", "strasse", "strasse"),
        ("sjømann", "sjomann", "sjoemann"),
        ("læge", "laege", "laege"),
        ("œuvre", "oeuvre", "oeuvre"),
        ("ısı", "isi", "isi"),
        ("المهنة", "المهنه", "المهنه"),
        ("간호사", "간호사", "간호사"),
    ],
)
def test_plain_letters_are_the_ones_that_people_type(
    written: str, plain: str, with_digraphs: str
) -> None:
    assert plain_letters(written) == plain == plain_letters(plain)
    assert plain_digraphs(written) == with_digraphs
