"""Letters that were encoded twice are mended; letters that look like it are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.letters.damage import Damage
from core.letters.mojibake import mend_mojibake
from core.text import join

WORDS = [
    "café",
    "Müller",
    "Überprüfer",
    "infirmière",
    "pielęgniarka",
    "učitelj",
    "řidič",
    "повар",
    "водитель автобуса",
    "νοσοκόμα",
    "men’s ward",
    "“boss” – nights",
    "niño",
    "żołnierz",
]


def twice(text: str, encoding: str) -> str:
    """The text as UTF-8, read in the encoding; a byte that it lacks as a control character."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "cp1251", "mac_roman"])
@pytest.mark.parametrize("word", WORDS)
def test_twice_is_mended(word: str, encoding: str) -> None:
    assert mend_mojibake(f"a {twice(word, encoding)} b") == f"a {word} b"


def test_three_times_is_mended() -> None:
    assert mend_mojibake(twice(twice("café", "cp1252"), "cp1252")) == "café"


@pytest.mark.parametrize(
    "text",
    [
        *WORDS,
        "Ångström",
        "IRMÃOS",
        "São João",
        "BĂŞICĂ",
        "Różnik",
        "Різник",
        "Κα",
        "«ÀÉ»",
        "MANHÃ»",
        "Ðorđe",
        "Ñandú",
        "Țară",
        "Ärztin",
        "АЄЇ",
        "Ã",
        "ÎLE",
    ],
)
def test_right_letters_stay(text: str) -> None:
    assert mend_mojibake(text) == text


@given(st.text(st.characters(min_codepoint=0xA0, max_codepoint=0x24F), max_size=12))
def test_what_is_mended_is_utf8(text: str) -> None:
    mended = mend_mojibake(text)
    assert mended == text or len(mended) < len(text)


def test_the_model_reads_the_mended_text() -> None:
    assert join(twice("Kökçü", "cp1252")) == join("Kökçü")


def test_damage_is_counted_by_record_with_an_example() -> None:
    damage = Damage()
    damage.add(
        [["1", "Caf\ufffd manager", "\ufffd"], ["2", "cook", "soups"], ["3", "cafÃ© owner", ""]]
    )
    damage.add([["4", "M?ller", "why? because"], ["5", "http://x.org/a?b=c", "really?"]])
    assert (damage.n_lost_letters, damage.n_encoded_twice, damage.n_question_marks) == (1, 1, 1)
    lost, question, twice_ = damage.notes
    assert "1 record lost letters" in lost and "Caf\ufffd manager" in lost
    assert "M?ller" in question
    assert "'cafÃ© owner'" in twice_ and "'café owner'" in twice_
