"""What people write instead of a code and beside one is understood in their language."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import core.isco_codes
from core.corrections.correction import CorrectionStatus
from core.corrections.correction_table import judge
from core.files.compiled_table import read_yaml
from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_column import CodeReader
from core.isco_codes.words_beside import objection
from core.isco_codes.written_code import CodeKind, read_code
from tests.conftest import ROOT

TABLE = read_yaml(Path(core.isco_codes.__file__).with_name("answer_words.yaml"))
LANGUAGES = sorted(path.stem for path in (ROOT / "data/reference/answers").glob("*.csv"))
ALONE = (AnswerWord.NOT_CODABLE, AnswerWord.MISSING, AnswerWord.WITHDRAW, AnswerWord.YES)


@pytest.mark.parametrize("language", TABLE)
def test_the_words_of_a_language_are_answers(language: str) -> None:
    words = TABLE[language]
    for status, kind in (
        (CorrectionStatus.NOT_CODABLE, AnswerWord.NOT_CODABLE),
        (CorrectionStatus.WITHDRAWN, AnswerWord.WITHDRAW),
        (CorrectionStatus.SKIPPED, AnswerWord.MISSING),
    ):
        written = words.get(kind, ())
        assert {judge("fixer | unknown", text, CodeReader())[0] for text in written} <= {status}
    assert all(means(text, AnswerWord.YES) for text in words.get("yes", ()))
    for text in words.get("agrees", ()):
        status, code, reason = judge("fixer | unknown", text, CodeReader())
        assert (status, code) == (CorrectionStatus.REJECTED, ""), text
        assert "names no code: give the code" in str(reason), text


@pytest.mark.parametrize("language", TABLE)
def test_the_words_of_a_language_beside_a_code_count(language: str) -> None:
    words = TABLE[language]
    for kind, reason in (("denies", "deny"), ("about", "doubt"), ("doubts", "doubt")):
        for text in words.get(kind, ()):
            assert reason in read_code(f"7212 {text.replace('…', 'so')}").reason, text
    for text in (*words.get("see", ()), *words.get("place", ())):
        assert "another place" in read_code(f"{text} 2221").reason, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_answers_has_words_of_each_kind(language: str) -> None:
    """Some have the word for "see" before a place alone."""
    assert set(AnswerWord) - set(TABLE[language]) <= {AnswerWord.SEE}


def test_words_may_stand_inside_a_doubt() -> None:
    assert "doubt" in read_code("7212 - não tenho lá muita certeza").reason
    assert read_code("7212 nicht ein Fahrer in einem sicher").code == "7212"


@pytest.mark.parametrize(
    "written",
    [
        "ΜΑΛΛΟΝ 7212",
        "7212 ΠΡΟΣ ΕΛΕΓΧΟ",
        "7212 (με επιφύλαξη)",
        "7212 A VERIFIER",
        "luultavasti 7212",
        "7212 en ole aivan varma",
        "7212 vist",
        "kemungkinan 7212",
    ],
)
def test_a_doubt_counts_in_capitals_without_accents(written: str) -> None:
    assert "doubt" in read_code(written).reason


def test_no_title_of_a_group_has_a_word_of_doubt() -> None:
    paths = list((ROOT / "core/isco_titles").glob("*/*.csv"))
    assert paths
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            titles = [row[1] for row in csv.reader(file)]
        assert not [title for title in titles if "doubt" in objection(title)], path


def test_a_semicolon_is_the_question_mark_of_greek() -> None:
    """Elsewhere it is what separated two fields."""
    assert judge("συγκολλητής | unknown", "7212;", CodeReader())[0] == CorrectionStatus.REJECTED
    assert judge("welder | unknown", "7212;", CodeReader())[0] == CorrectionStatus.ACCEPTED


@pytest.mark.parametrize("written", ["ΣΤΕΠ 7212", "7212 (ΣΤΕΠ-92)", "STEP-92 7212"])
def test_the_greek_classification_is_that_of_isco_88(written: str) -> None:
    assert read_code(written).kind is CodeKind.ISCO_88


@pytest.mark.parametrize(
    "written",
    [
        "CPP 71261",
        "KBJI 2014 7212",
        "NKZ-10 7212",
        "PSOC2012 7212",
        "SINCO 2019: 7212",
        "KNOCS 7212",
        "BRC 0721",
        "BRC2014 7212",
        "DISCO-08 7212",
        "ISTARF95 7212",
        "LPK 2012 7212",
        "AML2010 7212",
        "AK2008 7212",
        "НКПД 7212",
        "ΕΣΤΕΠ 7212",
        "FEOR-08: 5113",
        "5113 (FEOR)",
        "CP2021 7.2.1.2",
    ],
)
def test_national_classifications_are_others(written: str) -> None:
    assert "give the code of ISCO-08" in read_code(written).reason


def test_a_discotheque_is_no_classification() -> None:
    assert read_code("2659 disco").code == "2659"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7212 evt.", "doubt"),
        ("eventueel 7212", "doubt"),
        ("7212 sjekk!", "doubt"),
        ("7212 (stäm av)", "doubt"),
        ("7212 droši vien", "doubt"),
        ("mitte 7212", "deny"),
        ("ks. rivi 2221", "another place"),
        ("vt rida 2221", "another place"),
        ("samme som linje 2221", "another place"),
        ("sama kuin rivi 2221", "another place"),
        ("zie regel 2221", "another place"),
    ],
)
def test_what_northern_coders_write_beside_a_code(written: str, reason: str) -> None:
    assert reason in read_code(written).reason


@pytest.mark.parametrize("written", ["ΔΞ", "б.о.", "w.n.", "uoppgitt", "en tiedä", "NŽ"])
def test_marks_of_northern_offices_are_no_answer(written: str) -> None:
    assert judge("fixer | unknown", written, CodeReader())[0] is CorrectionStatus.SKIPPED


@pytest.mark.parametrize(
    "written",
    ["oncodeerbaar", "for generelt", "okodbar", "liiga üldine", "pārāk vispārīgi", "per bendra"],
)
def test_northern_coders_say_that_no_code_fits(written: str) -> None:
    assert judge("fixer | unknown", written, CodeReader())[0] is CorrectionStatus.NOT_CODABLE


@pytest.mark.parametrize("written", ["CITP/08 7212", "CIUO-08: 7212", "CIUO-08 A.C. 7212"])
def test_isco_may_be_named_in_romance_languages(written: str) -> None:
    assert read_code(written).code == "7212"


@pytest.mark.parametrize(
    "written", ["ns/nr", "SIN INFORMACION", "N/S", "Néant.", "No  sabe", "DK", "wala"]
)
def test_a_column_of_codes_may_say_that_there_is_none(written: str) -> None:
    assert read_code(written).kind is CodeKind.MISSING
    status, _, reason = judge("nurse | unknown", written, CodeReader())[:3]
    assert status is CorrectionStatus.SKIPPED and "stands for a missing code" in reason


@pytest.mark.parametrize("written", ["ok", "correcto", "c'est bon", "صحيح", "nurse", "enfermera"])
def test_agreement_and_titles_are_no_mark_for_a_missing_code(written: str) -> None:
    assert read_code(written).kind is CodeKind.INVALID


def test_the_table_has_no_other_kinds() -> None:
    """A kind that nobody reads would be a word in vain."""
    assert {kind for words in TABLE.values() for kind in words} == set(AnswerWord)


def test_no_text_has_two_meanings() -> None:
    texts = [{text for words in TABLE.values() for text in words.get(kind, ())} for kind in ALONE]
    assert sum(map(len, texts)) == len(set().union(*texts))


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("NOT_CODABLE", AnswerWord.NOT_CODABLE),
        (" Nicht-kodierbar. ", AnswerWord.NOT_CODABLE),
        ("nelze ko\u0301dovat", AnswerWord.NOT_CODABLE),  # as a Mac writes accents
        ("Zurückgezogen!", AnswerWord.WITHDRAW),
        ("Återkalla", AnswerWord.WITHDRAW),
        ("TAK", AnswerWord.YES),
        ("peruttu", AnswerWord.WITHDRAW),
        ("ΔΕΝ ΚΩΔΙΚΟΠΟΙΕΙΤΑΙ", AnswerWord.NOT_CODABLE),  # capitals without accents
        ("NINGUN CODIGO", AnswerWord.NOT_CODABLE),
    ],
)
def test_case_spaces_and_the_end_do_not_matter(written: str, meaning: AnswerWord) -> None:
    assert means(written, meaning)
    assert not any(means(written, other) for other in ALONE if other is not meaning)


@pytest.mark.parametrize(
    "written", ["", ".", "no", "not codable?", "code", "7212", "retired nurse"]
)
def test_other_texts_mean_nothing(written: str) -> None:
    assert not any(means(written, meaning) for meaning in ALONE)
