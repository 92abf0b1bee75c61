"""Which encoding a file is in: told by its words, set by data.encoding, or refused with both."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import Table, open_table
from core.encoding import sniff
from core.errors import InputError

JOBS = {
    "cs": "povolání\nučitelka\nřidič autobusu\nzdravotní sestra\nprodavač",
    "da": "stilling\nlærer\nsygeplejerske\nbuschauffør\nrengøringsassistent",
    "de": "Beruf\nBäcker\nKöchin\nVerkäuferin\nGeschäftsführer\nStraßenbauer",
    "el": "επάγγελμα\nνοσοκόμα\nοδηγός λεωφορείου\nΆνθρωπος της πίστης\nδάσκαλος",
    "es": "ocupación\nprofesora\nenseñanza\nmédico\nalbañil",
    "et": "amet\nõpetaja\nmüüja\nõde\nraamatupidaja\nväike tšehhi köök\njäätisemüüja",
    "fi": "ammatti\nsairaanhoitaja\nlähihoitaja\nmyyjä\nkääntäjä",
    "fr": "métier\ninfirmière\nemployé de bureau\nmaçon\nagent de sécurité",
    "hr": "zanimanje\nučiteljica\nvozač\nčistačica\nkrojač",
    "hu": "foglalkozás\ntanító\nautóbuszvezető\nnővér\nkőműves",
    "is": "starf\nhjúkrunarfræðingur\nbílstjóri\nþýðandi",
    "lt": "profesija\nmokytoja\nslaugė\npardavėja\nvirėjas\nšaltkalvis\nūkininkas",
    "lv": "profesija\nskolotājs\nmedmāsa\nšoferis\npārdevējs\ngrāmatvede",
    "pl": "zawód\npielęgniarka\nkierowca\nsprzątaczka\nśpiewak\nżołnierz\nkrawcowa źródeł",
    "pt": "profissão\nmédico\ntécnico de manutenção\nprofessora de educação",
    "ro": "ocupaţie\nînvăţător\nşofer\nasistentă medicală\nvânzătoare",
    "ru": "профессия\nучитель\nводитель автобуса\nмедсестра\nИнженер",
    "sk": "povolanie\nučiteľka\nvodič\nlekár\nšička\nupratovačka",
    "sl": "poklic\nučiteljica\nvoznik\nčistilka\nzdravnik\nšivilja",
    "sv": "yrke\nlärare\nsjuksköterska\nmålare\nförsäljare",
    "tr": "meslek\nöğretmen\nhemşire\nşoför\nsatış görevlisi",
    "uk": "професія\nучитель\nводій автобуса\nмедсестра їдальні\nґазда",
    "bg": "професия\nучител\nшофьор\nпродавачка\nЯсла",
    "ar": "المهنة\nمعلم\nسائق حافلة\nممرضة",
}
ENCODINGS = [
    *[(language, "cp1252") for language in ("da", "de", "es", "fi", "fr", "is", "pt", "sv")],
    *[(language, "cp1250") for language in ("cs", "hr", "hu", "pl", "ro", "sk", "sl")],
    *[(language, "cp1257") for language in ("et", "lt", "lv")],
    *[(language, "cp1251") for language in ("bg", "ru", "uk")],
    ("el", "cp1253"),
    ("tr", "cp1254"),
    ("ar", "cp1256"),
    ("el", "iso8859_7"),
    ("ru", "iso8859_5"),
    ("pl", "iso8859_2"),
    ("cs", "iso8859_2"),
    ("hu", "iso8859_2"),
    ("lt", "iso8859_13"),
    ("ru", "koi8_r"),
    ("ru", "cp866"),
    ("bg", "mac_cyrillic"),
    ("de", "mac_roman"),
    ("fr", "mac_roman"),
    ("es", "mac_roman"),
    ("pt", "cp850"),
    ("fr", "cp850"),
    ("pl", "cp852"),
]


def write(tmp_path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def opened(path: Path, encoding: str = "auto") -> tuple[Table, list[list[str]]]:
    aliases = {"job_title": (), "duties_description": ()}
    table = open_table(path, aliases, ("job_title",), encoding)
    return table, [row for _, row in table.rows()]


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_the_words_tell_the_encoding(tmp_path: Path, language: str, encoding: str) -> None:
    header, *jobs = JOBS[language].split("\n")
    lines = [f"id;{header}", *(f"{n};{job}" for n, job in enumerate(jobs))]
    table, rows = opened(write(tmp_path, "\r\n".join(lines), encoding))
    assert [table.header[1], *(row[1] for row in rows)] == [header, *jobs]
    assert table.notes and table.encoding.partition("_")[0] in table.notes[0].replace("-", "_")


@pytest.mark.parametrize(
    "text",
    ["5 € an hour", "men’s ward", "“boss” – nights", "20 °C oven", "café owner", "3 m² floors"],
)
def test_one_sign_among_english_words_is_western(tmp_path: Path, text: str) -> None:
    content = f"id,job_title,duties\n1,registered nurse,gives medicines\n2,worker,{text}\n"
    table, rows = opened(write(tmp_path, content, "cp1252"))
    assert rows[1][2] == text
    has_letter = text.startswith("café")
    said = "'café' looks most like a word" if has_letter else "which has the signs of"
    assert said in table.notes[0] and "look like" not in table.notes[0]
    assert ("data.encoding" in table.notes[0]) == has_letter


def test_a_language_is_told_by_several_words(tmp_path: Path) -> None:
    """One word of a German file looks like Swedish to the pairs of its letters."""
    jobs = ["Bäcker", "Köchin", "Küchenhilfe", "Gärtner"]
    for n, said in [(1, "in which 'Bäcker' looks most like a word"), (4, "look like German")]:
        lines = ["id;Beruf", *(f"{place};{job}" for place, job in enumerate(jobs[:n]))]
        table, _ = opened(write(tmp_path, "\n".join(lines), "cp850"))
        assert said in table.notes[0] and table.encoding == "cp850"


def test_two_plausible_readings_are_refused_with_both(tmp_path: Path) -> None:
    content = "id;job_title\n1;learns\n2;učiteľ\n"
    with pytest.raises(InputError) as raised:
        opened(write(tmp_path, content, "cp1250"))
    assert raised.value.line == 3
    assert "učiteľ" in raised.value.found and "učitež" in raised.value.found
    assert "data.encoding" in raised.value.remedy


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("caposala alla società", "cp850"),  # "à" is "…" in Windows
        ("novità, qualità e attività", "cp850"),
        ("ôtage", "cp850"),  # "ô" is an opening quote
        ("vodná", "cp852"),  # "á" is a space that does not break
        ("şöför", "cp1254"),  # Icelandic has "þ" in that place
    ],
)
def test_one_word_that_windows_reads_otherwise_is_no_sure_sign(
    tmp_path: Path, words: str, encoding: str
) -> None:
    path = write(tmp_path, f'id;Job title\n1;"{words}"\n', encoding)
    with pytest.raises(InputError, match=f"cp1252.*{encoding[:4]}") as raised:
        opened(path)
    assert words.split()[-1] in raised.value.found


def test_signs_at_the_ends_of_words_are_read(tmp_path: Path) -> None:
    content = 'id;professione\n1;"infermiera, e altro…"\n2;“cuoca”\n'
    assert sniff(write(tmp_path, content, "cp1252")).name == "cp1252"


def test_the_setting_decides_for_good(tmp_path: Path) -> None:
    path = write(tmp_path, "id;job_title\n1;učiteľ\n", "cp1250")
    table, rows = opened(path, "cp1250")
    assert rows == [["1", "učiteľ"]] and "data.encoding" in table.notes[0]
    _, rows = opened(path, "iso8859_2")
    assert rows == [["1", "učitež"]]


def test_the_setting_is_not_for_unicode(tmp_path: Path) -> None:
    table, rows = opened(write(tmp_path, "job_title\nřidič\n"), "cp1250")
    assert (table.encoding, rows, table.notes) == ("utf-8", [["řidič"]], [])


def test_the_setting_must_fit_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cp1252 does not have") as raised:
        opened(write(tmp_path, b"job_title\nx\n\x81\n"), "cp1252")
    assert raised.value.line == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    _, rows = opened(write(tmp_path, "job_title,id\nřidič,1\n", encoding))
    assert rows == [["řidič", "1"]]


@pytest.mark.parametrize(
    "broken", [b"x\xe9,2\n\xc3\xa4,1\nb\xc3\xb6,3\n", b"\xc3\xa4,1\nx\xe9,2\n"]
)
def test_utf8_with_a_broken_byte_is_no_other_encoding(tmp_path: Path, broken: bytes) -> None:
    """Wherever the broken byte stands: before the first letter of UTF-8, too."""
    with pytest.raises(InputError, match="byte 0xE9, which is not UTF-8, while the rest") as raised:
        opened(write(tmp_path, b"job_title,id\n" + broken))
    assert raised.value.line == 1 + broken[: broken.index(b"\xe9")].count(b"\n") + 1


@pytest.mark.slow
def test_a_late_word_counts_as_much_as_an_early_one(tmp_path: Path) -> None:
    """All of the file is looked at: here only the last of 100,000 lines tells."""
    lines = ["job_title", *["worker"] * 100_000, "pielęgniarka środowiskowa", "sprzątaczka"]
    table, rows = opened(write(tmp_path, "\n".join(lines), "cp1250"))
    assert table.encoding == "cp1250" and rows[-1] == ["sprzątaczka"]


def test_a_word_across_two_blocks_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.encoding._BLOCK_BYTES", 7)
    lines = "\n".join(f"{n};{job}" for n, job in enumerate(JOBS["pl"].split("\n")))
    table, _ = opened(write(tmp_path, "id;job_title\n" + lines, "cp1250"))
    assert table.encoding == "cp1250"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("看護師です,バスの運転手です,学校の教師です,会社員です", "shift_jis"),
        ("간호사입니다,버스 운전사,선생님입니다", "euc_kr"),
    ],
)
def test_east_asian_text_is_never_read_as_another(tmp_path: Path, text: str, encoding: str) -> None:
    content = "job_title\n" + text.replace(",", "\n") + "\n"
    try:
        _, rows = opened(write(tmp_path, content, encoding))
    except InputError:
        return
    assert [row[0] for row in rows] == text.split(",")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \xb0", "AppleDouble"),
        (b"job_title\nx\xe9\x00\xff\n", "a NUL"),
    ],
)
def test_binary_files_are_named(tmp_path: Path, content: bytes, found: str) -> None:
    with pytest.raises(InputError) as raised:
        opened(write(tmp_path, content))
    assert found in raised.value.found


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("job", ["νοσοκόμα σε κλινική", "معلمة في مدرسة", "медсестра", "看護師"])
def test_wide_text_of_any_script_needs_no_mark(tmp_path: Path, job: str, encoding: str) -> None:
    path = write(tmp_path, f"{job};{job}\r\n{job};x\r\n" * 20, encoding)
    assert sniff(path).name == encoding


@pytest.mark.parametrize("content", ["job_title\nab\0cd\n", "a;b\r\nxy\r\n\0", "ab\n\0\ncd\n"])
def test_a_stray_nul_makes_no_wide_text(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="NUL"):
        sniff(write(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("护士,公交司机,面包师,小学教师,木匠", "gbk"),
        ("护士长,公交司机,面包师,小学教师,木匠,会计,厨师,清洁工,保安,电工", "gbk"),
        ("護理師,公車司機,麵包師傅,小學老師,木匠,會計", "big5"),
        ("医師", "euc_jp"),
        ("船員,校長", "euc_jp"),
        ("生産管理,係長,左官,客室乗務員", "euc_jp"),
        ("店員,社長,通訳,画家,裁判官,保育士", "cp932"),
        ("木匠,画家", "gb18030"),
        ("保安", "gb18030"),
        ("獸醫,牙醫", "big5"),
        ("工場長", "euc_kr"),
    ],
)
def test_chinese_characters_alone_tell_no_encoding(
    tmp_path: Path, text: str, encoding: str
) -> None:
    with pytest.raises(InputError, match="no sure sign"):
        sniff(write(tmp_path, "job_title\n" + text.replace(",", "\n") + "\n", encoding))


def test_the_note_names_the_language_of_east_asian_letters(tmp_path: Path) -> None:
    jobs = "看護師です\nトラックの運転手\nパン職人です\nコンビニの店員です\n大工"
    encoding = sniff(write(tmp_path, "job_title\n" + jobs, "shift_jis"))
    assert encoding.name == "cp932" and "look like Japanese" in encoding.note


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "jobs",
    ["bus driver\nprimary school teacher\nwelder", "Leiter der Schule\nKoch und Kellner\nMaurer"],
)
def test_no_break_spaces_between_words_are_no_letters(
    tmp_path: Path, jobs: str, encoding: str
) -> None:
    """0xA0, the no-break space of Windows, is á in DOS: "busádriver" is no word."""
    content = "id;job_title\n" + "\n".join(f"1;{job}" for job in jobs.split("\n"))
    table, rows = opened(write(tmp_path, content.replace(" ", "\xa0"), encoding))
    assert table.encoding == encoding
    assert [row[1] for row in rows] == jobs.replace(" ", "\xa0").split("\n")


def test_one_no_break_space_is_not_sure(tmp_path: Path) -> None:
    path = write(tmp_path, "id;job_title\n1;bus\xa0driver\n", "cp1252")
    with pytest.raises(InputError, match=r"'1;bus\\xa0driver'.*'1;busádriver'"):
        sniff(path)
    dos = write(tmp_path, "id;puesto\n1;mecánico\n", "cp850")
    with pytest.raises(InputError, match="'1;mecánico'"):
        sniff(dos)


@pytest.mark.parametrize("encoding", ["cp1251", "iso8859_5", "cp866"])
@pytest.mark.parametrize("jobs", ["водитель\nсварщик", "Воспитатель\nМаляр", "СВАРЩИК\nВОДИТЕЛЬ"])
def test_words_of_an_even_number_of_letters_are_no_characters(
    tmp_path: Path, jobs: str, encoding: str
) -> None:
    """Each two bytes of "водитель" are a Chinese character, too, but a rare one."""
    _, rows = opened(write(tmp_path, "job_title\n" + jobs, encoding))
    assert [row[0] for row in rows] == jobs.split("\n")


@pytest.mark.parametrize("encoding", ["cp037", "cp273", "cp500", "cp1140"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "  "])
def test_the_code_of_mainframes_is_named(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["Nr", "Beruf"], ["1", "Bäcker"], ["2", "Krankenschwester für Kinder"]]
    for end in ("\x85", "\r\n", "\n"):
        path = write(tmp_path, end.join(map(delimiter.join, rows)), encoding)
        with pytest.raises(InputError, match="EBCDIC"):
            sniff(path)
    assert sniff(path, encoding).name == encoding
