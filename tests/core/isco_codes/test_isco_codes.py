"""A code is read in every form that means it, and in none that means two things."""

from __future__ import annotations

import pytest

from core.isco_codes.code_column import CODE_NAMES, CodeReader
from core.isco_codes.written_code import CodeKind, WrittenCode, isco_88_only, read_code
from core.taxonomy import MINOR, UNIT, isco08

UNITS, MINORS = isco08().units, isco08().minors


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [
        "{0}",
        " {0}\t",
        "\u00a0{0}\u2009",
        "\ufeff\u200b{0}",
        "{0}.0",
        "{0},00",
        '="{0}"',
        '"{0}"',
        "'{0}",
        "({0})",
        "C{0}",
        "c{0}",
        "ISCO {0}",
        "isco-08 {0}",
        "ISCO08: {0}",
        "ISCO_08_{0}",
        "CIUO-08 {0}",
        "code {0}",
        "http://data.europa.eu/esco/isco/C{0}",
        "{0}.1",
        "{0}.12.3",
        "{0}-1",
        "{1} ({0})",
        "{0} {1}",
        "{0} - {1}",
        "{0} – {1}",
        "{0}: {1}",
        "{0}; {1}",
        "{0} ({1})",
        "ISCO-08 {0} {1}",
        "{0}.0 {1}",
        "#{0}",
        "={0}",
        "{0} {0}",
        "{0}; {0}",
        "{0};",
        *("{0}.", "{0}!", "{0} !!"),
        '\'="{0}"',
        "«\u00a0{0}\u00a0»",
        "„{0}“",
        "{0} „{1}”",
        "{0}،",
    ],
)
def test_every_unit_group_in_every_form(form: str) -> None:
    for code in UNITS:
        for title in (isco08().title(code), isco08().title(code).upper(), "Beruf"):
            assert read_code(form.format(code, title)).code == code, form.format(code, title)


def test_digits_of_other_scripts() -> None:
    for zero in ("０", "٠", "०", "𝟎"):
        assert read_code("".join(chr(ord(zero) + int(d)) for d in "7212")).code == "7212"


def test_thousands_and_dots_between_the_digits() -> None:
    for written in (
        "7,212",
        "7.212",
        "7 212",
        "7\u202f212",
        "7'212",
        "7’212",
        "7.2.1.2",
        "7.212E+03",
        "7,212000e3",
    ):
        assert read_code(written).code == "7212"
        assert read_code(written).kind == CodeKind.REPAIRED


def test_lost_zeros_come_back() -> None:
    for code in UNITS:
        for written in (str(int(code)), f"{float(code)}"):
            assert read_code(written).code == code


def test_padded_groups_are_groups() -> None:
    for code in (*MINORS, *isco08().level(2), *(str(n) for n in range(1, 10))):
        padded = code.ljust(UNIT, "0")
        if padded not in UNITS:
            assert padded[: len(read_code(padded).code)] == read_code(padded).code
            assert len(read_code(padded).code) <= len(code)
    for written, code in (("2300", "23"), ("7200", "72"), ("2000", "2"), ("0721", "721")):
        assert read_code(written).code == code
    assert read_code("100").kind == CodeKind.INVALID  # 1, or 0100


MISSING = (
    "0 00 0000 9 99 999 9999 99.0 -9 -1 −99 98 997 9998 8888 77777 66666 99999 ９９９９ "
    "X xxxx . .. .a - -- ? NA n/a NaN NULL k.A. #N/A #VALUE! <NA> None"
)


@pytest.mark.parametrize("written", MISSING.split())
def test_marks_for_a_missing_code(written: str) -> None:
    assert read_code(written).kind == CodeKind.MISSING


def test_no_code_is_a_mark_for_a_missing_one() -> None:
    for code in isco08().titles:
        is_mark = read_code(code).kind == CodeKind.MISSING
        assert is_mark == (code in ("0", "9"))


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("7212/7213", CodeKind.SEVERAL),
        ("7212; 7213", CodeKind.SEVERAL),
        ("7213 or 7212", CodeKind.SEVERAL),
        ("7212 Welders, 7213", CodeKind.SEVERAL),
        ("72120", CodeKind.INVALID),
        ("welder", CodeKind.INVALID),
        ("7212A", CodeKind.INVALID),
        ("=1+1", CodeKind.INVALID),
        ("not codable", CodeKind.INVALID),
        ("7217", CodeKind.INVALID),
        ("12345678", CodeKind.INVALID),
        ("8324", CodeKind.ISCO_88),
        ("8324 Heavy truck drivers", CodeKind.ISCO_88),
        ("ISCO-88 7212", CodeKind.ISCO_88),
        ("7213 Welders and Flame Cutters", CodeKind.CONTRADICTED),
        ("Cooks (7212)", CodeKind.CONTRADICTED),
        ("", CodeKind.EMPTY),
        (" \u00a0\u200b", CodeKind.EMPTY),
    ],
)
def test_what_is_not_read_says_why(written: str, kind: CodeKind) -> None:
    reading = read_code(written)
    assert (reading.kind, reading.code) == (kind, "")
    assert bool(reading.reason) == (kind != CodeKind.EMPTY)


def test_words_that_do_not_match_are_noted() -> None:
    assert "Cooks" in read_code("5120 chef").reason
    assert read_code("5120 cook").reason == "" == read_code("5120 Köchin").reason
    assert read_code("512 Cooks").code == "512" and read_code("512 Cooks").reason == ""


def test_isco_88_has_390_unit_groups_and_215_of_its_own() -> None:
    assert len(isco_88_only()) == 215
    for code in isco_88_only():
        reading = read_code(code)
        assert reading.kind == CodeKind.ISCO_88 or (reading.is_also_isco_88 and code[-1] == "0")


def test_a_column_of_isco_88_is_recognised() -> None:
    reader = CodeReader(["2221", "7212", "8324", "8323", "5220", "7137", "", "9999", "7,122"])
    assert reader.is_isco_88 and reader.n_isco_88 == 4
    assert reader.read("5220").kind == CodeKind.ISCO_88
    warning = reader.warning()
    assert warning is not None and "4 codes are of ISCO-88, not of ISCO-08 (4 of 7)" in warning
    padded = CodeReader(["5220", "8330", "7212", "8324", *["2221"] * 90])
    assert not padded.is_isco_88 and padded.read("5220").code == "522"
    assert padded.warning() == "1 code is of ISCO-88, not of ISCO-08"
    assert CodeReader(["2221", "0110", "5220"]).warning() is None


def test_a_column_of_major_groups_has_the_codes_0_and_9() -> None:
    majors = CodeReader([*"01234567899", ""])
    assert [majors.read(digit).code for digit in ("0", "9", "9.0", "99")] == ["0", "9", "9", ""]
    assert not CodeReader(["2221", "5", "6", "7", "9"]).read("9").code


def test_a_general_name_needs_codes_below_it() -> None:
    assert not CodeReader(["276", "840", "DE", "FR"]).has_codes
    assert CodeReader(["2221", "X", "5120"]).has_codes
    assert len(set(CODE_NAMES)) == len(CODE_NAMES)
    assert MINOR == 3


@pytest.mark.parametrize(
    "written",
    ["not 7212", "7212 is wrong", "nicht 7212", "7212 no", "isn't 7212", "anything but 7212"],
)
def test_a_code_that_is_denied_is_none(written: str) -> None:
    assert read_code(written).kind == CodeKind.INVALID and "deny" in read_code(written).reason
    title = "5249 Sales Workers Not Elsewhere Classified"
    assert read_code(title).code == "5249"


@pytest.mark.parametrize(
    "written",
    [
        "7212 (unsicher)",
        "maybe 7212",
        "7212 but I am not quite sure",
        "7212 peut-être",
        "quizás 7212",
        "talvez 7212",
        "7212 chyba nie",
        "7212 misschien",
        "7212 nesigur",
        "7212 може би",
        "7212 mungkin",
        "7212 ربما",
        "7212 (to be checked)",
        "7212 TODO",
        "7212, bitte prüfen",
        *("7212 provjeri", "7212 - preveri", "7212 провери", "7212 třeba ověřit"),
        "7212 — à vérifier",
        "7212 - do sprawdzenia",
        "٧٢١٢، للمراجعة",
        "7212 tbc",
        *("7212 Welders and Flame Cutters?", "7212 (soudeur ?)", "Welders? (7212)", "7212 لحام؟"),
    ],
)
def test_a_code_that_is_doubted_is_none(written: str) -> None:
    assert read_code(written).kind == CodeKind.INVALID
    assert "doubt" in read_code(written).reason


@pytest.mark.parametrize(
    "written",
    [
        "see row 2221",
        "siehe Zeile 2221",
        "ask boss, ext. 2221",
        "(see 2221)",
        "row 2221",
        "Zeile: 2221",
        "voir ligne 2221",
        "véase 2221",
        "vide linha 2221",
        "zie rij 2221",
        "patrz wiersz 2221",
        "viz řádek 2221",
        "lásd 2221",
        "se rad 2221",
        "виж ред 2221",
        *("viz 2221", "viď 2221", "viď riadok 2221", "βλ. 2221", "вж. 2221", "ld. 2221"),
        *("same as row 2221", "igual que la fila 2221", "ver renglón 2221", "folio 2221"),
        *("idem 2221", "como na linha 2221", "wie in Zeile 2221", "نفس السطر 2221", "سطر 2221"),
    ],
)
def test_a_number_of_another_place_is_no_code(written: str) -> None:
    reading = read_code(written)
    assert reading.kind == CodeKind.INVALID and "another place" in reading.reason


@pytest.mark.parametrize(
    "written",
    [
        "Assembly line 8211",
        "pilote de ligne 3153",
        "Operaria de chocolates, línea 8160",
        "Kundenservice Telefon 4222",
        "Ver- und Entsorger 3132",
        "Seemann 8350",
        "viz gáz szerelö 7126",
        "vend. ext. 3322",
        "Record clerk 4415",
        "nurse in the TBC ward 2221",
        "Auxiliar de registro 4415",
        "7212, siehe Zeile 3",
        "Schweißer 7212",
        "9112 limpia todo el edificio",
    ],
)
def test_words_of_places_in_a_title_are_a_title(written: str) -> None:
    assert (code := read_code(written).code) and code in written


@pytest.mark.parametrize(
    ("written", "kind", "reason"),
    [
        ("7212 Zahnärzte", CodeKind.CODE, "do not match"),
        ("Dentistas 7212", CodeKind.CODE, "do not match"),
        ("7212: Zubní lékaři", CodeKind.CONTRADICTED, "the title is that of 2261"),
    ],
)
def test_the_title_of_another_group_in_any_language_is_noted(
    written: str, kind: CodeKind, reason: str
) -> None:
    reading = read_code(written)
    assert reading.kind == kind and reason in reading.reason


@pytest.mark.parametrize(
    "written",
    ["2221 Maurer", "2221 maçon", "2221 albañil", "2221 (murarz)", "2221 Agente de seguridad"],
)
def test_a_word_of_the_title_of_another_group_is_noted_and_not_refused(written: str) -> None:
    reading = read_code(written)
    assert (reading.kind, reading.code) == (CodeKind.CODE, "2221")
    assert "do not match the title of 2221" in reading.reason


@pytest.mark.parametrize(
    "written",
    [
        "7112 Maurer",
        "7112 Maurerin",
        "7112 maçons",
        "2221 Anna",
        "2221 geprüft",
        "2221 siehe Notiz",
        # Other forms of its title: of a woman, of one person, a part of it.
        "1323 Directrice du bâtiment",
        "5414 Agent de sécurité",
        "3221 Infirmière niveau intermédiaire",
        "4311 Aide-comptable",
        "3422 Entrenadora deportiva",
        "9121 Lavandera y planchadora",
        "5230 Operadora de caixa",
        "2411 Contabile",
        "3257 Ispettrice della medicina ambientale",
        "5242 Produktvorführerinnen",
        "7133 Fassadenreinigerin und Schornsteinfegerin",
    ],
)
def test_words_of_its_own_title_and_of_none_are_not_noted(written: str) -> None:
    assert read_code(written).reason == ""


@pytest.mark.parametrize("written", ["7212 Schweißer und Brennschneider", "2261 Zahnärzte"])
def test_its_own_title_in_any_language_is_not(written: str) -> None:
    assert read_code(written) == WrittenCode(CodeKind.CODE, written[:4])


@pytest.mark.parametrize("written", ["0111", "0112", "0221"])
def test_a_zero_in_front_makes_no_other_group(written: str) -> None:
    """A slip of 0110 is not 111, the legislators."""
    assert read_code(written).code == ""


def test_a_long_field_is_no_code() -> None:
    assert read_code("7212 " + "a" * 1_000_000).kind == CodeKind.INVALID


@pytest.mark.parametrize(
    "written",
    [
        "7212-13",
        "7212–13",
        "7212 - 14",
        "7212-7213",
        "7212/7213",
        "7212/13",
        "7212 or 7213",
        "7212 oder 14",
        "7212, 7213",
        "7212,7213",
        "7212;7213",
        "7212; 13",
        "7212 7213",
        "7212–7213",
        "7212 to 7214",
        "C7212-14",
        "7211-2",
        "721-3",
        "721/2",
        "7212 & 13",
        "7212 à 14",
        "7212 – 7214 Metal",
    ],
)
def test_two_codes_are_no_code(written: str) -> None:
    reading = read_code(written)
    assert (reading.kind, reading.code) == (CodeKind.SEVERAL, "")
    assert "more than one code (72" in reading.reason


@pytest.mark.parametrize("written", ["7212-01", "7212-1", "7214-12", "7212.13", "7212,13"])
def test_digits_under_a_code_are_no_second_one(written: str) -> None:
    assert read_code(written).code == written[:4]


@pytest.mark.parametrize(
    ("written", "kind", "name"),
    [
        ("SOC 2221", CodeKind.INVALID, "SOC"),
        ("7212 (SOC 2020)", CodeKind.INVALID, "SOC 2020"),
        ("noc: 7212", CodeKind.INVALID, "noc"),
        ("7212 [KldB]", CodeKind.INVALID, "KldB"),
        ("7212 (ISCO-88)", CodeKind.ISCO_88, "ISCO-88"),
        ("7212 ciuo 88", CodeKind.ISCO_88, "ciuo 88"),
    ],
)
def test_a_code_of_another_classification_is_no_code(
    written: str, kind: CodeKind, name: str
) -> None:
    reading = read_code(written)
    assert (reading.kind, reading.code) == (kind, "")
    assert reading.reason == f"a code of {name}: give the code of ISCO-08"


@pytest.mark.parametrize(
    "written", ["7212 ISCO-08", "7212 (ISCO)", "7212 [sic]", "7212 sock maker"]
)
def test_other_words_beside_a_code_name_no_classification(written: str) -> None:
    assert read_code(written).code == "7212"


def test_a_group_after_a_code_is_named_as_it_is_written() -> None:
    """Not as the end of a code: "413" is no 4413."""
    assert "(413, 4131)" in read_code("4131 or 413").reason


@pytest.mark.parametrize("written", ["7,212.0", "7.212,00", "7 212,0", "7'212.0"])
def test_a_number_with_thousands_and_decimals_is_a_code(written: str) -> None:
    assert read_code(written).code == "7212"


@pytest.mark.parametrize("written", ["7.212.000", "7,212,000", "7,212.5"])
def test_a_greater_number_is_no_code(written: str) -> None:
    assert read_code(written).code == ""
