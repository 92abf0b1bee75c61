"""The text cleaning: what survives, and that it is a fixed point."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.columns.title_parts import parts_of
from core.corrections.correction_table import prepared_text
from core.non_answers.unread_formulas import shown_by_formula
from core.text import EMPTY_TEXT, PREPARATION_VERSION, clean, join


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("  Senior   Nurse (RGN), Ward 4!", "senior nurse rgn ward 4"),
        ("Women's officer / midwife’s aide", "womens officer midwifes aide"),
        ("agent d\u00b4entretien \U0001f9f9", "agent dentretien"),
        ("women\u00b4s officer", "womens officer"),
        ("Krankenpfleger/-in für Ältere", "krankenpfleger in für ältere"),
        ("ΜΗΧΑΝΙΚΌΣ", "μηχανικός"),
        ("İNŞAAT MÜHENDİSİ, I\u0307\u0307\u0301", "in\u0219aat mühendisi í"),
        ("\u015eOFER, Poliţist, ms\u0327 t\u0327", "\u0219ofer poli\u021bist m\u0219 \u021b"),
        ("مهندس، مدني", "مهندس مدني"),
        ("शिक्षक", "शिक्षक"),
        ("C++ & C# développeur…", "c c développeur"),
        ("cook | chef", "cook | chef"),
        ("\ufeffdriver\u200b\t\n", "driver"),
        ("?!", ""),
    ],
)
def test_clean(written: str, cleaned: str) -> None:
    assert clean(written) == unicodedata.normalize("NFKC", cleaned)


PREPARED = {
    ("Krankenpfleger/-in (m/w/d)", "Pflege <b>alter</b> Menschen"): (
        "krankenpfleger in | pflege alter menschen"
    ),
    ("3) Nurse - full time, 40 hours per week", ""): "nurse | unknown",
    ("se busca cocinero, urgente", ""): "cocinero | unknown",
    ("2. Offizier", "A/C, C/E"): "2 offizier | a c c e",
    ("£12 per hour cleaner (Ref. 4711)", "#N/A"): "cleaner | n a",
    ("😀 Chauffeur·euse H/F, 80-100 %", "-"): "chauffeur euse | unknown",
    ("#NAME?", ""): "n a | unknown",
    ("Koch zum 01.09.2026, REQ-10293", ""): "koch | unknown",
    ("Kucharz, 3 zmiany, praca od zaraz", ""): "kucharz | unknown",
    ("Baker - Leeds - hybrid", "in Leeds"): "baker | in leeds",
    ("Tour guide (m./w.)", "m./w."): "tour guide | m w",
    ("Kranken-" + " " * 20 + "\nschwester" + " " * 20 + "H/F", ""): "krankenschwester | unknown",
    (r"Koch (m\/w\/d)\r\n", "Kocht<o:p></o:p>"): "koch | kocht",
    ("Other (please specify): ii) nurse™", ""): "nurse | unknown",
    ("koch (m/w/d) " * 100, ""): " ".join(["koch m w d"] * 100) + " | unknown",
}


def test_these_texts_are_prepared_as_the_version_says() -> None:
    """If a text changes, increase PREPARATION_VERSION: results of before have the former text."""
    assert {fields: join(*fields) for fields in PREPARED} == PREPARED
    assert PREPARATION_VERSION == 8


@pytest.mark.parametrize(
    "unit", [" ", " \t", "\xa0", "\n ", "m w ", "leeds ", "we are looking for ", "ref 1."]
)
def test_blanks_and_repeated_words_take_no_time_with_the_square_of_their_number(unit: str) -> None:
    """Databases fill fields up with blanks, and nobody knows what a cell may have."""
    start_s = time.process_time()
    for n_chars in (900, 100_000):
        text = "cook 1 / " + unit * (n_chars // len(unit))
        assert join(text).startswith("cook") and join("cook", text).startswith("cook | ")
        assert shown_by_formula(text) is None and len(parts_of(text).texts) < 3
    assert time.process_time() - start_s < 5


def test_missing_parts_are_unknown() -> None:
    assert join("Plumber") == "plumber | unknown"
    assert join("", "Fixes pipes.") == "unknown | fixes pipes"
    assert join(" ", "\t\n") == EMPTY_TEXT == "unknown | unknown"


@pytest.mark.parametrize("title", ["-", "?", "...", "/", "*", "—"])
def test_punctuation_alone_is_an_answer_that_says_nothing(title: str) -> None:
    assert join(title) == join("", title) == join("n/a")
    assert join("nurse", title) == join("nurse")
    assert join(title, "washes patients") == join("", "washes patients")


def test_a_separator_in_a_part_is_dropped() -> None:
    assert join("nurse | surgery", "wards") == "nurse surgery | wards"


@pytest.mark.slow
@given(st.text(max_size=60))
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_joined_text_is_its_own_cleaning(title: str, duties: str) -> None:
    text = join(title, duties)
    assert clean(text) == text
    assert text.count("|") == 1


BESIDE_TITLES = st.lists(
    st.sampled_from(["m", "w", "d", "h", "f", "80", "100", "12", "01", "09", "2026", "ref", "id"])
    | st.sampled_from(["full", "time", "hours", "week", "in", "leeds", "vollzeit", "r23456"]),
    min_size=1,
    max_size=4,
)
SIGNS = st.sampled_from([" ", "/", "./", ".", ",", "-", ":", " | "])
BRACKETS = st.sampled_from(["{}", "({})", "{})", "({}.)", "[{}]", "- {}", "#{}", "{} %", "€ {}"])


@given(BESIDE_TITLES, SIGNS, BRACKETS)
def test_a_kept_text_is_read_again_as_the_same(parts: list[str], sign: str, brackets: str) -> None:
    """A correction is kept by the text of its record: it counts where that is read alike."""
    text = join("koch " + brackets.format(sign.join(parts)))
    assert prepared_text(text) == text


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=20))
def test_letters_of_every_script_survive(word: str) -> None:
    assert clean(word)
