"""How files of other programs are laid out: read where it is certain, else the true cause."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from core.columns.header_words import name_table
from core.csv_table import Table, open_table
from core.errors import InputError

QUESTION = "What is the title of your main job?"


def opened(tmp_path: Path, content: str) -> tuple[Table, list[list[str]]]:
    path = tmp_path / "in.csv"
    path.write_bytes(content.encode())
    table = open_table(path, {"job_title": (), "duties_description": ()}, ("job_title",))
    return table, [row for _, row in table.rows()]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_the_first_line_of_excel(tmp_path: Path, line: str) -> None:
    table, rows = opened(tmp_path, f"{line}\r\nid;job_title;a,b\r\n1;cook, baker;x\r\n")
    assert table.delimiter == ";" and table.header == ["id", "job_title", "a,b"]
    assert rows == [["1", "cook, baker", "x"]] and table.notes == []


def test_the_first_line_decides_against_the_header(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "sep=|\njob_title|a,b,c\nx|1,2,3\n")
    assert (table.delimiter, rows) == ("|", [["x", "1,2,3"]])


def test_pipes(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, 'id|job_title\n1|"cook | baker"\n2|a;b,c\n')
    assert table.delimiter == "|" and rows == [["1", "cook | baker"], ["2", "a;b,c"]]


def test_lines_above_the_header(tmp_path: Path) -> None:
    above = "Labour force survey 2026\nExported: 3 May, 12:00\nwave 3\n\n"
    content = above + "id,occupation,tasks\n1,cook,soups\n"
    table, rows = opened(tmp_path, content)
    assert table.header == ["id", "occupation", "tasks"] and rows == [["1", "cook", "soups"]]
    assert "4 lines above the header" in table.notes[0]
    with pytest.raises(InputError) as raised:
        opened(tmp_path, content + "2,x,y,z\n")
    assert raised.value.line == 7


@pytest.mark.parametrize(
    ("above", "header"),
    [
        ("Report 2026\n\n", "Beruf"),
        ("List of occupations\nwave 3\n;;\n", "Occupation"),
        ('sep=;\n"Report, 2026"\n\n', "What is your job?"),
    ],
)
def test_a_list_below_a_title_and_an_empty_row(tmp_path: Path, above: str, header: str) -> None:
    table, rows = opened(tmp_path, f"{above}{header}\ncook, chef\nbaker\n")
    assert table.header == [header] and rows == [["cook, chef"], ["baker"]]
    n_lines = above.count("\n") - above.startswith("sep")
    assert table.notes == [f"{n_lines} lines above the header were left out"]


@pytest.mark.parametrize("above", ["cook\n", "cook\nbaker\nnurse\n\nwelder\n\n", "1\n" * 6 + "\n"])
def test_an_answer_is_not_the_name_of_a_list(tmp_path: Path, above: str) -> None:
    with pytest.raises(InputError, match="found the columns"):
        opened(tmp_path, f"{above}profession\ncook\nbaker\n")


@pytest.mark.parametrize("content", ["\ufeff", "\n\n", "  \t \n", ";;;\n;;;\n"])
def test_a_file_without_a_word(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"no names of columns.*export or copy finished"):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "question",
    ["Q12. What is your occupation?", "Mikä on ammattisi?", "Ποιο είναι το επάγγελμά σας;"],
)
def test_a_question_is_a_header_below_other_lines(tmp_path: Path, question: str) -> None:
    above = "Survey 2026, export\n\n"
    table, rows = opened(tmp_path, f'{above}id,"{question}",TK10\n1,cook,5120\n2,baker,7512\n')
    assert table.header == ["id", question, "TK10"] and len(rows) == 2
    assert "2 lines above the header" in table.notes[0]


@pytest.mark.parametrize("number", ["№", "#", "Nº", "%"])
def test_a_name_without_letters_hides_no_question(tmp_path: Path, number: str) -> None:
    """The error named the line above alone: the header of a Bulgarian survey begins with "№"."""
    text = f"Survey;;\n{number};Каква е Вашата професия?;Пол\n1;учител;м\n"
    table, rows = opened(tmp_path, text)
    assert table.header == [number, "Каква е Вашата професия?", "Пол"] and len(rows) == 1


def test_a_record_with_a_question_is_no_header(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        opened(tmp_path, "list\n1,what is your occupation?,5120\n2,baker,7512\n")


def test_one_line_above_the_header(tmp_path: Path) -> None:
    table, _ = opened(tmp_path, "# wave 3\nid,occupation\n1,cook\n")
    assert table.notes[0] == "1 line above the header was left out"


@pytest.mark.parametrize("first", ["", "sep=,\n"])
def test_the_last_line_that_is_looked_at_for_a_header(tmp_path: Path, first: str) -> None:
    above = first + "wave 3\n" * 29
    table, rows = opened(tmp_path, f"{above}id,occupation\n1,cook\n")
    assert rows == [["1", "cook"]]
    assert table.notes[0] == "29 lines above the header were left out"


def test_a_title_line_that_has_a_word_of_ours_is_no_header(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "Occupation survey of the year\nid;Beruf\n1;Koch\n")
    assert table.header == ["id", "Beruf"] and rows == [["1", "Koch"]]


@pytest.mark.parametrize(
    "text",
    [
        "1,cook,soups\n2,occupation,tasks\n3,baker,bread\n",
        "id,question,answer\n1,occupation,nurse\n1,industry,health\n2,occupation,cook\n",
        "person;variable;value\n2024-01-05;Beruf;Koch\n2024-01-06;Beruf;Maler\n",
    ],
)
def test_records_are_never_taken_for_lines_above_a_header(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="the name of a column beside a number") as raised:
        opened(tmp_path, text)
    assert raised.value.line == 2 and "each answer has a row of its own" in raised.value.remedy
    assert "Remove the line" not in raised.value.remedy


@pytest.mark.parametrize("with_ids", [True, False])
def test_the_headers_of_qualtrics(tmp_path: Path, with_ids: bool) -> None:
    ids = (
        '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID5""}"\n'
    )
    content = (
        "StartDate,ResponseId,Q5\n"
        f'Start Date,Response ID,"{QUESTION}"\n{ids + chr(10) if with_ids else ""}'
        "2026-11-01 10:00:00,R_1,registered nurse\n"
    )
    table, rows = opened(tmp_path, content)
    assert table.columns == {"job_title": 2}  # by the text of the question
    assert rows == [["2026-11-01 10:00:00", "R_1", "registered nurse"]]
    assert f"{1 + with_ids} row" in table.notes[0]


def test_the_questions_of_qualtrics_are_no_later_header(tmp_path: Path) -> None:
    ids = ",".join(f'"{{""ImportId"":""QID{n}""}}"' for n in range(3))
    content = f"id,colour,v3\nResponse ID,What is your job?,Other\n{ids}\n0,nurse,\n1,cook,\n"
    table, rows = opened(tmp_path, content)
    assert table.header == ["id", "colour", "v3"] and table.columns == {"job_title": 1}
    assert rows == [["0", "nurse", ""], ["1", "cook", ""]]


def test_the_headers_of_surveymonkey(tmp_path: Path) -> None:
    content = (
        f"Respondent ID,Collector ID,{QUESTION},Which of these?,,\n"
        ",,Open-Ended Response,Car,Bus,Train\n"
        "118,4,bus driver,Car,,Train\n"
    )
    table, rows = opened(tmp_path, content)
    assert table.columns == {"job_title": 2}
    assert rows == [["118", "4", "bus driver", "Car", "", "Train"]]


@pytest.mark.parametrize(
    "kind",
    [
        "Open-Ended Response",
        " offene  Antwort",
        *chain.from_iterable(name_table()["open_answer"].values()),
    ],
)
def test_an_open_answer_is_no_title(tmp_path: Path, kind: str) -> None:
    content = f"Person;Beruf;Alter\n;{kind};Response\n7;Koch;30\n"
    table, rows = opened(tmp_path, content)
    assert rows == [["7", "Koch", "30"]]
    assert "1 row after the header" in table.notes[0]


def test_the_end_of_a_file_of_dos(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "id,job_title\r\n1,cook\r\n\x1a")
    assert rows == [["1", "cook"]] and table.n_blank_lines == 1


def test_a_first_answer_is_no_header(tmp_path: Path) -> None:
    _, rows = opened(tmp_path, "id,job_title,status\n,nurse,\n2,cook,x\n")
    assert rows[0] == ["", "nurse", ""]


@pytest.mark.parametrize(
    "header",
    [
        "G02Q05. What is your occupation?",
        "group_work/job_title",
        "main-job_title",
        "Job title::English (en)",
        "q17_job_title",
        "work.jobTitle",
        "job_title[1]",
    ],
)
def test_headers_of_survey_programs(tmp_path: Path, header: str) -> None:
    table, _ = opened(tmp_path, f'"id. Response ID",submitdate,"{header}"\n1,2026-01-01,nurse\n')
    assert table.columns == {"job_title": 2}


@pytest.mark.parametrize("header", [",id,job_title", "Unnamed: 0,id,job_title"])
def test_the_index_of_pandas(tmp_path: Path, header: str) -> None:
    table, rows = opened(tmp_path, f"{header}\n0,a,nurse\n1,b,cook\n")
    assert table.columns == {"job_title": 2} and rows == [["0", "a", "nurse"], ["1", "b", "cook"]]


def test_the_row_names_of_r(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, '"id","job_title"\n"1","a","nurse"\n"2","b","cook"\n')
    assert table.header == ["", "id", "job_title"] and rows[1] == ["2", "b", "cook"]
    assert "no name" in table.notes[0]


def test_columns_without_a_name_come_back(tmp_path: Path) -> None:
    content = "id,job_title,,\n1,nurse,,\n2,cook,x,\n3,clerk\n"
    table, rows = opened(tmp_path, content)
    assert table.header == ["id", "job_title", "", ""]
    assert rows == [["1", "nurse", "", ""], ["2", "cook", "x", ""], ["3", "clerk", "", ""]]


def test_a_delimiter_at_the_end_of_every_row(tmp_path: Path) -> None:
    _, rows = opened(tmp_path, "id;job_title\n1;nurse;\n2;cook;\n")
    assert rows == [["1", "nurse"], ["2", "cook"]]


@pytest.mark.parametrize(
    ("content", "line", "cause"),
    [
        ("id;job_title\n1;nurse\n2;nurse, ward;\n", 3, "3 fields"),  # a field that was not quoted
        ("id;job_title\n1;nurse;\n2;cook;x\n", 2, "3 fields"),
        (
            "id;job_title\n1,nurse\n2,cook\n",
            2,
            "the line has commas, and the header has semicolons",
        ),
        ("id:job_title\n1:nurse\n", 1, "fields with a colon between them"),
        ("id^job_title\n1^nurse\n", 1, "fields with ^ between them"),
        ("id^job_title\n1^nurse, ward\n2^cook\n", 1, "fields with ^ between them"),
        ("المهنة،المهام\nممرضة،تعتني\nسائق،يقود\n", 1, "Arabic commas"),
        ("الرقم؛المهنة\n1؛ممرضة\n2؛سائق\n", 1, "Arabic semicolons"),
        ("id，job_title\n1，nurse\n2，cook\n", 1, "full-width commas"),
        ("id；job_title\n1；nurse\n2；cook\n", 1, "full-width semicolons"),
        ("id  job_title  duties\n1  nurse  ward\n", 1, "fields with spaces between them"),
        ("100101farmer        6111\n100102nurse         2221\n", 1, "columns have fixed widths"),
        (
            "01chauffeur          laden, lossen\n02kok                kookt\n",
            1,
            "columns have fixed widths",
        ),
        ('"id,job_title"\n"1,nurse"\n', 1, "each line is one field with commas in it"),
        (
            '"job_title,duties_description"\n"nurse,looks after patients"\n',
            1,
            "each line is one field with commas in it",
        ),
        ('"Beruf;Tätigkeit"\n"Koch;kocht"\n"Maurer;mauert"\n', 1, "one field with semicolons"),
        ("nurse,1\ncook,2\n", 1, "the columns 'nurse', '1'"),
        (
            "Text,job_title,text\n1,nurse,2\n",
            1,
            "the columns 'Text' and 'text', which are one name",
        ),
    ],
)
def test_the_error_names_the_true_cause(
    tmp_path: Path, content: str, line: int, cause: str
) -> None:
    with pytest.raises(InputError) as raised:
        opened(tmp_path, content)
    assert cause in raised.value.found
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ('"job_title" "n"\n"1" "nurse" 3\n"2" "taxi driver" 4\n', ", and 3 of them below 2 in"),
        ('"job_title"\n"1" "nurse"\n"2" "cook, head"\n', ", and 2 of them below 1 in"),
        ('"job_title" "n"\n"b" "the \\"boss\\"" NA\n', ", and 3 of them below 2 in"),
        ('"job_title" "n"\n"nurse" 3\n', "; expected a comma, semicolon"),
    ],
)
def test_a_table_that_r_wrote_with_spaces(tmp_path: Path, content: str, fields: str) -> None:
    with pytest.raises(InputError) as raised:
        opened(tmp_path, content)
    assert f"line 1: found fields with spaces between them{fields}" in str(raised.value)
    assert "row.names = FALSE" in raised.value.remedy


def test_quotes_that_are_no_table_of_r(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: found a quoted field that goes on"):
        opened(tmp_path, '"job_title"\n"head" cook of the house\n')


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_one_column_may_have_line_breaks_in_a_field(line_break: str, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_bytes(f'job title\n"nurse,{line_break}ward"\ncook\n'.encode())
    table = open_table(path, {"job_title": ()}, ("job_title",))
    assert [row for _, row in table.rows()] == [[f"nurse,{line_break}ward"], ["cook"]]


def test_a_list_of_titles_may_have_commas_in_them(tmp_path: Path) -> None:
    """A spreadsheet that divides by semicolons puts no quotes around them."""
    few = "Beruf\r\n" + "Koch\r\n" * 300 + 'Lehrer, Deutsch\r\n\r\n"Wirt, Koch"\r\nMaler,\r\n'
    table, rows = opened(tmp_path, few)
    assert table.delimiter == ","
    assert [cell for (cell,) in filter(None, rows[300:])] == [
        "Lehrer, Deutsch",
        "Wirt, Koch",
        "Maler,",
    ]
    assert opened(tmp_path, "المهنة\nممرضة، أطفال\nسائق\n")[1] == [["ممرضة، أطفال"], ["سائق"]]
    below = "Beruf\nin words\n1;Koch;30\n2;Lehrer, Deutsch;31\n3;Maler;32\n"
    tables = ("Beruf\nKoch,Bonn\nMaler,Ulm\n", below, "Beruf\nin words\n1,Koch\n2,Maler\n")
    for each in (*tables, "sep=,\nBeruf\nKoch\nMaler,Ulm\n"):
        with pytest.raises(InputError, match="found 2 fields"):
            opened(tmp_path, each)
    ids = 'Beruf\n"{""ImportId"":""QID1""}"\nKoch,\nMaler,\n'  # of Qualtrics, and no text
    assert opened(tmp_path, ids)[1] == [["Koch"], ["Maler"]]


def test_answers_with_a_comma_are_no_lines_in_quotes(tmp_path: Path) -> None:
    content = '"Job title, duties"\n"nurse, looks after patients"\n"cook"\n'
    table, rows = opened(tmp_path, content)
    titles = [table.get(row, "job_title") for row in rows]
    assert titles == ["nurse, looks after patients", "cook"]


def test_a_line_that_is_no_record_is_to_be_removed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 3: found 1 field; .*Remove the line if it is no"):
        opened(tmp_path, "id,job_title\n1,cook\nTotal: 1\n")
    with pytest.raises(InputError, match=r"line 2: found 3 fields; .*Put a field that contains"):
        opened(tmp_path, "id,job_title\n1,cook, senior\n")


@pytest.mark.parametrize("field", [' "cook, senior"', "'cook, senior'", " 'cook, senior'"])
def test_quotes_that_are_text_are_said(tmp_path: Path, field: str) -> None:
    with pytest.raises(InputError, match=r"line 2: found 3 fields") as raised:
        opened(tmp_path, f"id,job_title\n1,{field}\n")
    assert "without a space before it" in raised.value.remedy


def test_a_line_in_quotes_among_others_is_said(tmp_path: Path) -> None:
    """Excel puts it in quotes where it saves a text with semicolons as one with commas."""
    content = 'id;job_title;duties\n1;cook;soups\n"2;roofer;roofs, walls"\n'
    with pytest.raises(InputError, match=r"line 3: found 1 field .*in quotes as a whole") as raised:
        opened(tmp_path, content)
    assert "Remove the quotes around whole lines" in raised.value.remedy


@pytest.mark.parametrize(
    "content",
    [
        "| id | job_title |\n|----|:--------:|\n| 1 | nurse |\n| 2 | cook |\n",  # Markdown
        "id|job_title\n--|---------\n1|nurse\n2|cook\n",  # sqlcmd
        "id,job_title\n-----------,---------\n1,nurse\n2,cook\n",
    ],
)
def test_a_line_of_dashes_below_the_header(tmp_path: Path, content: str) -> None:
    table, rows = opened(tmp_path, content)
    titles = [table.get(row, "job_title").strip() for row in rows]
    assert titles == ["nurse", "cook"]
    assert table.notes == ["the line of dashes below the header was left out"]


@pytest.mark.parametrize(
    "content",
    [
        " id | job_title \n----+-----------\n 1 | nurse\n 2 | cook\n(2 rows)\n\n",  # psql
        " id | job_title \n----+-----------\n 1 | nurse\n 2 | cook\n(2 Zeilen)\n",
        "+--+---------+\n|id|job_title|\n+--+---------+\n|1|nurse|\n|2|cook|\n+--+---------+\n",
        "+--+---------+\n|id|job_title|\n+--+---------+\n|1|nurse|\n|2|cook|\n+--+---------+\n"
        "2 rows in set (0.00 sec)\n",
        # SAP, with a heading and without; a line between the records.
        "-------\n|id|job_title|\n-------\n|1|nurse|\n-------\n|2|cook|\n-------\n",
        "1.2.2024 List 1\n-------\n|id|job_title|\n-------\n|1|nurse|\n|2|cook|\n",
        "|id|job_title|\n-------\n|1|nurse|\n|2|cook|\n",
    ],
)
def test_lines_of_dashes_without_a_delimiter(tmp_path: Path, content: str) -> None:
    table, rows = opened(tmp_path, content)
    assert [table.get(row, "job_title").strip() for row in rows if row] == ["nurse", "cook"]
    assert table.notes[-1] == "the lines of dashes were left out"


def test_a_line_that_only_begins_with_dashes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 4: found 1 field"):
        opened(tmp_path, "id|job_title\n----+-----\n1|nurse\n--- end ---\n")
    with pytest.raises(InputError, match="line 3: found 1 field"):  # none below the header
        opened(tmp_path, "id|job_title\n1|nurse\n---------\n")


def test_a_record_of_missing_values_is_no_line_of_dashes(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "id,job_title\n--,--\n1,nurse\n")
    assert rows == [["--", "--"], ["1", "nurse"]] and table.layout.further_headers == ()


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029", "\v", "\f", "\x1e", "…", "\\n"])
def test_lines_with_another_end_are_no_header_without_records(tmp_path: Path, end: str) -> None:
    lines = ["id,job_title", "1,nurse", "2,baker", "3,welder"]
    for content in (end.join(lines), end.join(lines) + end, end.join(lines) + end + "\r\n"):
        with pytest.raises(InputError, match=r"one line, with .* where lines end"):
            opened(tmp_path, content)


def test_the_commonest_of_other_ends_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one line, with U\+0085"):
        opened(tmp_path, "job_title,duties\x85nurse,wards\vhomes\x85baker,bread\x85")


@pytest.mark.parametrize("text", ["job_title,from…,to", "job_title,a\\nb", "job_title,age\f\n"])
def test_a_header_alone_may_have_other_ends_in_it(tmp_path: Path, text: str) -> None:
    assert opened(tmp_path, text)[1] == []


def test_the_ends_of_dos_fill_up_a_block(tmp_path: Path) -> None:
    for header, record in (("id,job_title", ["1", "nurse"]), ("job_title", ["nurse"])):
        table, rows = opened(tmp_path, f"{header}\r\n{','.join(record)}\r\n" + "\x1a" * 90)
        assert rows == [record] and table.n_blank_lines == 1


@pytest.mark.parametrize(
    ("content", "is_transposed"),
    [
        ("id,1,2,3\njob_title,nurse,welder,cook\nduties,cares,welds,cooks\n", True),
        ("Name:,Ann\nJob title:,nurse\nAge:,33\n", True),
        ("Staff,2,3\nid,job_title\n1,nurse\n", False),
        ("Staff,2,3\nid,job_title,n\n1,nurse,4\n", False),
    ],
)
def test_a_record_in_each_column_needs_a_transposed_table(
    tmp_path: Path, content: str, is_transposed: bool
) -> None:
    with pytest.raises(InputError, match=r"line 2: found names|line 1: found names") as raised:
        opened(tmp_path, content)
    assert ("transpose the table" in raised.value.remedy) == is_transposed
