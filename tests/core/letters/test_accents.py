"""Letters without accents."""

from __future__ import annotations

import pytest

from core.letters.accents import without_accents


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
