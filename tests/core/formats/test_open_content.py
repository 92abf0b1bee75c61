"""Every format gives the same records, with their values, whatever the ending says."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from core.csv_table import Table, open_table
from core.errors import InputError
from core.formats.file_format import FileFormat
from core.formats.file_names import READ_SUFFIXES
from core.settings import Columns
from tests.conftest import ROOT
from tests.support.external_programs import needs_office
from tests.support.table_files import HEADER, WRITERS, texts_of, write_by_office, write_xlsx

ALIASES = Columns().model_dump()


def read(path: Path) -> tuple[Table, list[list[str]]]:
    table = open_table(path, ALIASES, ("job_title",))
    return table, [row for _, row in table.rows()]


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as raised:
        read(path)
    assert raised.value.remedy and "\n" not in str(raised.value)
    return raised.value


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_values_of_every_format(suffix: str, tmp_path: Path) -> None:
    table, rows = read(WRITERS[suffix](tmp_path / f"staff{suffix}"))
    assert table.header == HEADER
    assert rows == texts_of(suffix)
    assert table.columns == {"job_title": 1, "duties_description": 2}
    unpacked = suffix.removesuffix(".gz")
    delimited = dict.fromkeys((".tsv", ".tab", ".txt"), "csv")
    assert str(table.format) == delimited.get(unpacked, unpacked[1:])
    assert bool(table.delimiter_name) == (str(table.format) == "csv")
    assert [row for _, row in table.rows()] == rows  # a second time


@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_workbooks_that_libreoffice_wrote_once(suffix: str) -> None:
    table, rows = read(ROOT / "tests" / "support" / f"staff{suffix}")
    assert (table.header, rows, str(table.format)) == (HEADER, texts_of(suffix), suffix[1:])


@needs_office
@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_workbooks_of_libreoffice(suffix: str, tmp_path: Path) -> None:
    table, rows = read(write_by_office(tmp_path / f"staff{suffix}"))
    assert (table.header, rows, str(table.format)) == (HEADER, texts_of(suffix), suffix[1:])


def test_every_ending_that_is_read_is_tested() -> None:
    assert {*WRITERS, ".xls", ".ods"} == set(READ_SUFFIXES)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("name", ["staff.csv", "staff.xls", "staff.txt"])
def test_the_content_decides(suffix: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    made = WRITERS[suffix](tmp_path / "made" / f"staff{suffix}")
    table, rows = read(shutil.move(made, tmp_path / name))
    assert rows == texts_of(suffix)
    is_text = suffix in (".csv", ".tsv", ".tab", ".txt")
    assert any("although its name ends in" in note for note in table.notes) == (
        not is_text or name == "staff.xls"
    )


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_an_archive_that_is_none_is_said(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    made = WRITERS[suffix](tmp_path / "made" / f"staff{suffix}")
    table, rows = read(shutil.move(made, tmp_path / f"staff{suffix}.gz"))
    assert rows == texts_of(suffix)
    assert f"the file is not packed, although its name ends in {suffix}.gz" in table.notes


HTML = """<html><head><meta charset="utf-8"><style>td {color: red}</style></head><body>
<table><tr><td>Staff of 2026</td></tr></table>
<table border=1><tr><th>id<th>Job&nbsp;title<th colspan=2>Duties</tr>
<tr><td>1</td><td>nurse &amp; <b>carer</b></td><td>wards
   and  homes</td><td></td></tr>
<tr><td>0110</td><td>b\u00e4cker</td><td>&nbsp;</td><td></td></tr></table></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Worksheet ss:Name="Staff"><Table>
 <Row><Cell><Data ss:Type="String">id</Data></Cell><Cell ss:Index="3"><Data
  ss:Type="String">job_title</Data></Cell></Row>
 <Row ss:Index="3"><Cell><Data ss:Type="Number">7</Data></Cell>
 <Cell ss:Index="3"><Data ss:Type="String">nurse</Data></Cell></Row>
 </Table></Worksheet></Workbook>"""


def test_a_web_page_called_xls(tmp_path: Path) -> None:
    (tmp_path / "staff.xls").write_text(HTML, encoding="utf-8")
    table, rows = read(tmp_path / "staff.xls")
    assert table.header == ["id", "Job title", "Duties"]
    assert rows == [["1", "nurse & carer", "wards and homes"], ["0110", "bäcker", ""]]
    assert "web page" in table.notes[0] and str(table.format) == "html"


def test_white_space_of_a_page_is_one_space_at_a_tag_and_where_a_block_ends(
    tmp_path: Path,
) -> None:
    """The parser is fed with a megabyte at a time, and ends a text there."""
    blanks = f"a{' ' * 50}" * 5_000
    page = f"<tr><td>head <b>nurse </b> ward<br>A<td>{blanks}" * 5
    (tmp_path / "a.xls").write_text(
        f"<table><tr><th>job_title<th>note{page}</table>", encoding="utf-8"
    )
    _, rows = read(tmp_path / "a.xls")
    assert rows == [["head nurse ward\nA", " ".join("a" * 5_000)]] * 5


@pytest.mark.parametrize("encoding", ["cp1250", "utf-8"])
def test_the_encoding_that_a_page_states(encoding: str, tmp_path: Path) -> None:
    page = (
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250"><table>'
        "<tr><td>zaw\u00f3d</td></tr><tr><td>sp\u0142acz \u017c</td></tr></table>"
    )
    (tmp_path / "staff.xls").write_bytes(page.encode(encoding))
    table, rows = read(tmp_path / "staff.xls")
    assert (table.header, rows) == (["zaw\u00f3d"], [["sp\u0142acz \u017c"]])
    assert ("as it states" in " ".join(table.notes)) == (encoding == "cp1250")


def test_a_workbook_in_xml_called_xls(tmp_path: Path) -> None:
    (tmp_path / "staff.xls").write_text(XML, encoding="utf-8")
    table, rows = read(tmp_path / "staff.xls")
    assert (table.header, rows) == (["id", "", "job_title"], [["7", "", "nurse"]])
    assert [line for line, _ in table.rows()] == [3]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        # As Excel writes a comment, with and without a prefix of the name space.
        (
            '<Data ss:Type="String">001</Data><Comment ss:Author="A"><ss:Data><B>A:</B>'
            "<Font>see 2</Font></ss:Data></Comment>",
            "001",
        ),
        ('<Data ss:Type="Number">12</Data><Comment><Data>345</Data></Comment>', "12"),
        ('<Comment><ss:Data>first</ss:Data></Comment>\n <Data ss:Type="Number">7</Data>\n', "7"),
        ("<Comment><ss:Data>alone</ss:Data></Comment>", ""),
        ('<ss:Data ss:Type="String"><B>A</B>  17   <I>X</I></ss:Data>', "A  17   X"),
        ('<Data ss:Type="String"> B 18 </Data><NamedCell ss:Name="x"/>', " B 18 "),
        ('<Data ss:Type="String">night&#10;shift\tor not</Data>', "night\nshift\tor not"),
        ('<Data ss:Type="Boolean">1</Data>', "true"),
        ('<Data ss:Type="Boolean">0</Data>', "false"),
        ('<Data ss:Type="Number">1.0</Data>', "1"),
        ('<Data ss:Type="Number">1.50</Data>', "1.50"),
        ('<Data ss:Type="String">1.0</Data>', "1.0"),
    ],
)
def test_the_value_of_a_cell_in_xml_is_its_text(cell: str, text: str, tmp_path: Path) -> None:
    value = '<Data ss:Type="Number">7</Data>'
    assert value in XML
    (tmp_path / "staff.xls").write_text(XML.replace(value, cell), encoding="utf-8")
    assert read(tmp_path / "staff.xls")[1] == [[text, "", "nurse"]]


_ROWS_OF_SPANS = [["A", "1", "nurse"], ["A", "2", "cook"], ["B", "3", "cook"], ["B", "4", "guard"]]


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><th>ward<th>id<th>job_title"
        "<tr><td rowspan=2>A<td>1<td>nurse"
        "<tr><td>2<td rowspan=2>cook"
        "<tr><td rowspan=9>B<td>3"
        "<tr><td>4<td>guard</table>",
        # Excel 2003 gives the cells after a merged one their column.
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
        "<Row><Cell><Data>ward</Data></Cell><Cell><Data>id</Data></Cell>"
        "<Cell><Data>job_title</Data></Cell></Row>"
        '<Row><Cell ss:MergeDown="1"><Data>A</Data></Cell><Cell><Data>1</Data></Cell>'
        "<Cell><Data>nurse</Data></Cell></Row>"
        '<Row><Cell ss:Index="2"><Data>2</Data></Cell>'
        '<Cell ss:MergeDown="1"><Data>cook</Data></Cell></Row>'
        '<Row><Cell ss:MergeDown="1"><Data>B</Data></Cell><Cell><Data>3</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data>4</Data></Cell><Cell><Data>guard</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>",
    ],
)
def test_cells_of_a_page_over_several_rows(page: str, tmp_path: Path) -> None:
    (tmp_path / "staff.xls").write_text(page, encoding="utf-8")
    table, rows = read(tmp_path / "staff.xls")
    assert rows == _ROWS_OF_SPANS == [row for _, row in table.rows()]
    assert "3 cells go over several rows (in 'ward', 'job_title')" in " ".join(table.notes)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (HTML.replace("<td>0110</td>", "<td>0110</td><td rowspan=9>x</td><td>y</td>"), "4 cells"),
        (HTML + HTML, "2 sheets with records: 'table 2' and 'table 4'|2 sheets with records"),
        ("<html><p>job_title</p></html>", "a web page without a table"),
        ("<table><tr><td colspan=30000000>x</td></tr></table>", "20,000,000 cells"),
    ],
)
def test_a_page_that_is_no_sure_table(page: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "staff.xls").write_text(page, encoding="utf-8")
    assert re.search(words, str(refused(tmp_path / "staff.xls")))


def test_cells_that_are_filled_from_above_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("core.formats.markup_table.MAX_CELLS", 1_000)
    page = "<table><tr><td colspan=90 rowspan=90>x</td></tr>" + "<tr></tr>" * 90
    (tmp_path / "staff.xls").write_text(page, encoding="utf-8")
    assert "1,000 cells" in str(refused(tmp_path / "staff.xls"))


def encrypted_ods() -> bytes:
    """Return a workbook as LibreOffice writes it with a password: its parts are no XML."""
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest><manifest:file-entry manifest:full-path="content.xml">'
        b'<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
        b"</manifest:manifest>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", bytes(range(256)))
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (encrypted_ods(), "a workbook with a password"),
        (b"", "an empty file"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x00\x05\x16\x07" + bytes(90), "AppleDouble"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "an old Word document"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a password"),
        (b"\xd0\xcf\x11\xe0" * 200, "an old file of Office"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), "a damaged workbook"),
        (b"PAR1" + bytes(100), "damaged content"),
        (b"$FL2@(#)" + bytes(100), "damaged content"),
        (b"<stata_dta>" + bytes(100), "damaged content"),
        (b"\x1f\x8b\x08\x00" + bytes(40), "damaged content"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\x00\x01\x00\x00Standard ACE DB\x00", "a database of Access"),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000", "a data set of SAS (.xpt)"),
        (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!000", "a data set of SAS (.xpt)"),
        (b"ARROW1\x00\x00\xff\xff\xff\xff", "a table of Arrow (Feather)"),
        (b"FEA1\x00\x00", "a table of Arrow (Feather)"),
        (gzip.compress(b"RDX3\nX\n\x00\x00"), "data of R"),
        (gzip.compress(b"X\n\x00\x00\x00\x03\x00"), "data of R"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.xlsx", "a.sav"])
def test_the_true_cause_is_named(content: bytes, words: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in str(refused(tmp_path / name))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"job_title":"nurse"},{"job_title":"cook"}]', "a JSON array"),
        ('[\n  {"job_title": "nurse"}\n]\n', "a JSON array"),
        ('[{"job_title": "nurse"}, ' + '{"job_title": "cook"},\n' * 9_000, "a JSON array"),
        ('["job_title", "duties"]\n["nurse", "care"]\n', "a JSON array"),
        ('{\n  "job_title": "nurse"\n}\n', "a JSON object over several lines"),
        ('<?xml version="1.0"?><rows><row><job_title>nurse</job_title></row></rows>', "XML that"),
        ("<staff>\n<job_title>nurse</job_title>\n</staff>\n", "XML that"),
        ("<staff>\n" + "<job_title>nurse</job_title>\n" * 9_000 + "</staff>", "XML that"),
        ("- job_title: nurse\n  duties: care\n- job_title: cook\n", "YAML"),
        ("# staff\n---\njob_title:\n  - title: nurse\r\n  - title: cook\r\n", "YAML"),
        ("INSERT INTO staff (job_title) VALUES ('nurse');\n", "commands of SQL"),
        ("COPY staff (id, job_title) FROM stdin;\n1\tnurse\n", "commands of SQL"),
        ("-- Dump\n\nDROP TABLE job;\nCREATE TABLE job\n(job_title text);\n", "commands of SQL"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.xls"])
def test_a_text_that_is_no_table(text: str, words: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert f"line 1: found {words}" in str(refused(tmp_path / name))


def test_a_day_beyond_all_years_is_its_number(tmp_path: Path) -> None:
    """Milliseconds with the format of a day are a usual slip; the other variables are read."""
    days, times = [1.9e12, 22000.0], [1.9e12, None]
    frame = pd.DataFrame({"job_title": ["nurse", "cook"], "day": days, "time": times})
    formats = {"day": "%td", "time": "%tc"}
    pyreadstat.write_dta(frame, str(tmp_path / "a.dta"), variable_format=formats)
    assert read(tmp_path / "a.dta")[1] == [
        ["nurse", "1900000000000", "2020-03-16T17:46:40"],
        ["cook", "22000", ""],
    ]


@pytest.mark.parametrize(
    ("written_as", "values", "texts"),
    [
        ("%tm", [770, 0, -1], ["2024-03", "1960-01", "1959-12"]),
        ("%-tmCCYY.NN", [770.0, 769.5, None], ["2024-03", "769.5", ""]),
        ("%tw", [3336, 0, -1], ["2024w9", "1960w1", "1959w52"]),
        ("%tq", [256, 0, -1], ["2024q1", "1960q1", "1959q4"]),
        ("%th", [129, 0, -1], ["2024h2", "1960h1", "1959h2"]),
        ("%ty", [2024, 1960, 1959], ["2024", "1960", "1959"]),
        ("%9.0g", [770, 0, -1], ["770", "0", "-1"]),
    ],
)
def test_months_weeks_and_quarters_of_stata(
    written_as: str, values: list[float | None], texts: list[str], tmp_path: Path
) -> None:
    import pandas as pd

    frame = pd.DataFrame({"job_title": ["nurse"] * 3, "since": values})
    path = tmp_path / "s.dta"
    pyreadstat.write_dta(frame, str(path), variable_format={"since": written_as})
    assert read(path)[1] == [["nurse", text] for text in texts]


@pytest.mark.parametrize(
    "header",
    [
        "[id],[job_title]",
        "<p>job_title</p>,<p>What is <b>your</b> age?</p>",
        "<b>job_title</b><br>,[[age]]",
        '{"id"},job_title',
        "- job_title,- id: of the person",
        "-- id,job_title",
        "set,job_title",
    ],
)
def test_names_of_columns_that_begin_like_another_text(header: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{header}\nnurse,- cook: insert into\n", encoding="utf-8")
    assert read(tmp_path / "a.csv")[1] == [["nurse", "- cook: insert into"]]


def zipped(path: Path, *names: str) -> Path:
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("word/document.xml", "a Word document"),
        ("xl/workbook.bin", "a binary workbook"),
        ("Index/Document.iwa", "Apple Numbers"),
        ("xl\\workbook.xml", "an Excel workbook whose parts are named with \\ and not /"),
        ("survey.csv", "a zip archive"),
    ],
)
def test_what_is_in_a_zip_archive(part: str, words: str, tmp_path: Path) -> None:
    assert words in str(refused(zipped(tmp_path / "a.xlsx", part)))


def test_a_workbook_in_a_gzip_archive(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "a.xlsx")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(book.read_bytes()))
    assert "a gzip archive with a workbook" in str(refused(tmp_path / "a.csv.gz"))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv.gz", ".parquet", ".dta", ".sav"])
def test_a_file_that_is_cut_off(suffix: str, tmp_path: Path) -> None:
    path = WRITERS[suffix](tmp_path / f"staff{suffix}")
    content = path.read_bytes()
    for n_bytes in (len(content) // 3, len(content) * 2 // 3, len(content) - 9):
        path.write_bytes(content[:n_bytes])
        try:
            _, rows = read(path)
        except InputError as error:
            assert error.remedy
        else:  # the end of a Stata file has the labels
            assert rows == texts_of(suffix)


def test_the_format_of_a_receipt(tmp_path: Path) -> None:
    assert [str(file_format) for file_format in FileFormat] == [
        "csv", "jsonl", "html", "xlsx", "xls", "ods", "parquet", "dta", "sav",
    ]  # fmt: skip


def test_formulas_without_a_result_below_the_last_value_are_records(tmp_path: Path) -> None:
    """openpyxl writes no results; a blank cell with a style stands before the second formula."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["job_title", "duties"])
    sheet.append(["nurse", "washes patients"])
    sheet.append(["=A2", "=B2"])
    sheet.append([None, "=B2"])
    sheet["A4"].font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx", {"job_title": ()}, ("job_title",))
    rows = [row for _, row in table.rows()]
    assert rows == [["nurse", "washes patients"], ["=A2", "=B2"], ["", "=B2"]]


def test_a_second_header_row_beside_row_names(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        'job_title,duties\n"job title","duties"\n"1","nurse","cares"\n"2","cook","cooks"\n',
        encoding="utf-8",
    )
    table = open_table(path, {"job_title": (), "duties": ()}, ("job_title",))
    assert [row[1:] for _, row in table.rows()] == [["nurse", "cares"], ["cook", "cooks"]]


def test_a_long_word_with_its_accent_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"job_title\n" + b"a" * 45 + "é".encode("cp1252") + b"\n")
    try:
        table = open_table(path, {"job_title": ()}, ("job_title",))
    except InputError as error:
        assert "no sure sign of another encoding" in str(error)
    else:
        assert [row for _, row in table.rows()] == [["a" * 45 + "é"]]


def test_the_byte_of_an_unsure_encoding_is_in_the_line_that_is_named(tmp_path: Path) -> None:
    lines = ["Č.;Povolání;Město", "0;Učitelka;X", "1;Řidič;X", "2;Zedník;X", "3;Švadlena;X"]
    path = tmp_path / "in.csv"
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("iso8859-2"))
    error = refused(path)
    assert error.line is not None
    byte = re.search(r"byte 0x(..)", error.found)
    assert byte and bytes.fromhex(byte[1]) in lines[error.line - 1].encode("iso8859-2")


TITLES = ["księgowa", "spawacz łódź", "pielęgniarka środowiskowa", "stróż nocny"]


def _old_stata(path: Path, encoding: str) -> Path:
    """Write titles and labels in the bytes of an encoding, as Stata did before version 14."""

    def written(text: str) -> str:
        return text.encode(encoding).decode("latin-1")

    frame = pd.DataFrame({"job_title": list(map(written, TITLES)), "region": [1, 2, 1, 2]})
    frame.to_stata(
        path,
        version=114,
        write_index=False,
        variable_labels={"job_title": written("zawód główny")},
        value_labels={"region": {1: written("Łódzkie"), 2: written("Śląskie")}},
    )
    return path


@pytest.mark.parametrize("encoding", ["cp1250", "utf-8", "iso8859_2"])
def test_the_encoding_of_old_stata_is_told_by_its_texts(encoding: str, tmp_path: Path) -> None:
    table = open_table(_old_stata(tmp_path / "a.dta", encoding), ALIASES, ("job_title",))
    rows = [row for _, row in table.rows()]
    assert [row[0] for row in rows] == TITLES
    assert [row[1] for row in rows] == ["Łódzkie", "Śląskie"] * 2  # labels of values
    assert table.content.questions[0] == "zawód główny"
    assert ("look like Polish" in " ".join(table.notes)) == (encoding != "utf-8")


def test_data_encoding_decides_about_old_stata(tmp_path: Path) -> None:
    path = _old_stata(tmp_path / "a.dta", "cp1250")
    table = open_table(path, ALIASES, ("job_title",), "cp1251")
    assert [row[1] for _, row in table.rows()][:2] == ["Јуdzkie", "Њl№skie"]
    assert "data.encoding says so" in " ".join(table.notes)


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_data_encoding_does_not_touch_a_data_set_in_utf8(ending: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"job_title": TITLES, "region": [1.0, 2.0, 1.0, 2.0]})
    write = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    path = tmp_path / f"a.{ending}"
    write(frame, str(path), variable_value_labels={"region": {1: "Łódzkie", 2: "Śląskie"}})
    table = open_table(path, ALIASES, ("job_title",), "cp1252")
    assert next(row for _, row in table.rows()) == ["księgowa", "Łódzkie"]


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_a_label_that_says_something_else_is_named_in_the_error(
    ending: str, tmp_path: Path
) -> None:
    write = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    label = "Occupation of respondent (ISCO-08)"
    frame = pd.DataFrame({"id": [1.0, 2.0], "occupation": ["Nurses", "Cooks"]})
    write(frame, str(tmp_path / f"a.{ending}"), column_labels=["Number", label])
    error = refused(tmp_path / f"a.{ending}")
    assert error.remedy.endswith(f"their names say something else: {label!r}.")
