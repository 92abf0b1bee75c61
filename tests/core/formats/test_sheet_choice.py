"""Of the sheets with a column of job titles the one with the records is read, or none."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.isco_codes.code_column import CODE_NAMES, CORRECTED_NAMES
from core.settings import Columns
from core.taxonomy import isco08

Rows = list[list[str]]

DATA: Rows = [["id", "Occupation"], *([str(n), "nurse"] for n in range(20))]
CONTACTS: Rows = [["Name", "Job title"], ["Anna", "head of unit"], ["Ben", "statistician"]]
FORM: Rows = [["id", "Occupation"]]
NUMBERED_FORM: Rows = [["id", "Job title"], ["1", ""], ["2", ""]]
SALUTATIONS: Rows = [["n", "title"], ["1", "Mr"], ["2", "Mrs"], ["3", "Dr"]]
GROUPS: Rows = [["code", "title"], *([code, isco08().titles[code]] for code in isco08().units[:30])]
INDEX: Rows = [["ISCO code", "Occupation"], ["2221", "nurse"], ["5120", "cook"], ["8322", "taxi"]]
MAJOR_GROUPS: Rows = [["code", "title"], *([c, isco08().titles[c]] for c in "123")]
CODED: Rows = [["id", "Beruf", "isco_code"], ["1", "Maurer", "7112"], ["2", "Bäcker", "7512"]]
# What is the header of the first one is its row of the titles.
CODEBOOK: Rows = [["Variable", "Label"], ["id", "Number"], ["Occupation", "Main job"], ["id", "x"]]
CODEBOOK_BY_NUMBER: Rows = [
    ["No.", "Name", "Position", "Values"],
    ["1", "id", "first", "numbers"],
    ["2", "Occupation", "last", "open"],
    ["", "", "", "other"],
]
NUMBERED: Rows = [["code", "Job title"], ["11", "nurse"], ["12", "cook"], ["13", "baker"]]
INITIALS: Rows = [["Name", "Job title", "code"], ["Ana", "head", "A1"], ["Ben", "coder", "B2"]]
TWO_HEADERS: Rows = [
    ["Job title", "Phone", ""],
    ["head of unit", "a1 b", ""],
    [],
    ["id", "Age", "Occupation"],
    ["1", "30", "nurse"],
]


def read(
    tmp_path: Path,
    columns: Columns | None = None,
    required: tuple[str, ...] = ("job_title",),
    **sheets: Rows,
) -> Table:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(tmp_path / "s.xlsx")
    codes = {"isco_code": CODE_NAMES, "corrected_isco_code": CORRECTED_NAMES}
    aliases = {**(columns or Columns()).model_dump(), **codes}
    return open_table(tmp_path / "s.xlsx", aliases, required)


@pytest.mark.parametrize(
    "name", ["Job title", "job_title", "Occupation", "Job", "Position", "What is your occupation?"]
)
def test_the_better_name_does_not_decide_between_records(name: str, tmp_path: Path) -> None:
    others = [["Name", name], *CONTACTS[1:]]
    for sheets in ({"Data": DATA, "Team": others}, {"Team": others, "Data": DATA}):
        with pytest.raises(InputError, match="2 sheets with records") as raised:
            read(tmp_path, **sheets)
        assert all(repr(sheet) in raised.value.found for sheet in sheets)
    for names in ({"Data": DATA}, {"Team": others}):
        assert read(tmp_path, **names).content.sheet in names


def test_a_name_of_the_settings_decides(tmp_path: Path) -> None:
    columns = Columns(job_title=("Occupation",))
    table = read(tmp_path, columns, Team=CONTACTS, Data=DATA)
    assert table.content.sheet == "Data"
    assert table.notes == ["the sheet 'Data' was read, and not 'Team'"]


@pytest.mark.parametrize(
    "other",
    [FORM, NUMBERED_FORM, SALUTATIONS, GROUPS, INDEX, MAJOR_GROUPS, CODEBOOK, CODEBOOK_BY_NUMBER],
)
def test_a_sheet_without_answers_is_left_out(other: Rows, tmp_path: Path) -> None:
    for sheets in ({"Data": DATA, "Other": other}, {"Other": other, "Data": DATA}):
        table = read(tmp_path, **sheets)
        assert table.content.sheet == "Data"
        assert table.notes == ["the sheet 'Data' was read, and not 'Other'"]


@pytest.mark.parametrize(
    "other", [CODED, NUMBERED, INITIALS, [*INDEX, ["2221", "ward nurse"]], [*INDEX, ["", "cook"]]]
)
def test_a_column_of_codes_does_not_decide(other: Rows, tmp_path: Path) -> None:
    for sheets in ({"Data": DATA, "Other": other}, {"Other": other, "Data": DATA}):
        with pytest.raises(InputError, match="2 sheets with records"):
            read(tmp_path, **sheets)


def test_titles_with_a_code_each_are_records_where_codes_are_required(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 sheets with records"):
        read(tmp_path, required=("job_title", "isco_code"), A=INDEX, B=CODED)


@pytest.mark.parametrize(("other", "is_read"), [(INDEX, True), (CODED, False)])
def test_tables_of_a_page_are_chosen_as_sheets_are(
    other: Rows, is_read: bool, tmp_path: Path
) -> None:
    path = tmp_path / "page.xls"
    path.write_text("<html><body>" + _markup(other) + _markup(DATA) + "</body></html>")
    aliases = {"job_title": (), "isco_code": CODE_NAMES}
    if is_read:
        assert open_table(path, aliases, ("job_title",)).header == DATA[0]
        return
    with pytest.raises(InputError, match="2 sheets with records"):
        open_table(path, aliases, ("job_title",))


def _markup(rows: Rows) -> str:
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def test_answers_with_the_codes_of_a_list_are_records(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 sheets with records"):
        read(tmp_path, Data=[*GROUPS, GROUPS[1]], Team=CONTACTS)


def test_of_empty_forms_the_first_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, A=FORM, B=FORM).content.sheet == "A"


def test_the_codes_beside_a_review_that_asks_nothing_are_no_records(tmp_path: Path) -> None:
    """A review.xlsx has a sheet of all groups: its 436 titles were coded as records."""
    review = [["job_title", "n_records", "corrected_isco_code", "text"]]
    table = read(tmp_path, review=review, codes=GROUPS)
    assert table.content.sheet == "review"
    assert read(tmp_path, codes=GROUPS).content.sheet == "codes"


def test_the_codes_beside_a_filled_review_are_no_coded_records(tmp_path: Path) -> None:
    """An evaluation measured the titles of the groups, and every code was right."""
    review = [["job_title", "corrected_isco_code", "text"], ["nurse", "2221", "nurse | unknown"]]
    required = ("job_title", "isco_code")
    with pytest.raises(InputError, match=r"sheet 'review'.*expected a column 'isco_code'"):
        read(tmp_path, required=required, review=review, codes=GROUPS)
    assert read(tmp_path, required=required, codes=GROUPS).content.sheet == "codes"
    both = read(tmp_path, required=required, review=review, codes=GROUPS, mine=CODED)
    assert both.content.sheet == "mine"


def test_a_review_of_distinct_groups_is_no_list_of_them(tmp_path: Path) -> None:
    """Each row has a predicted code with its title. Such a review was rejected, answers and all."""
    header = ["job_title", "predicted_code", "predicted_title", "corrected_isco_code", "text"]
    rows = [["worker", code, title, code, "worker | unknown"] for code, title in GROUPS[1:]]
    sheets = {"review": [header, *rows], "codes": GROUPS}
    assert read(tmp_path, required=("corrected_isco_code",), **sheets).content.sheet == "review"
    assert read(tmp_path, **sheets).content.sheet == "review"


def test_records_with_another_group_each_are_no_list_of_them(tmp_path: Path) -> None:
    """Coded examples beside a legend were rejected as a list of codes."""
    legend = [["Field", "Meaning"], ["a", "b"], ["c", "d"]]
    coded = [["nurse", *row] for row in (*GROUPS[8:15], *GROUPS[1:8][::-1])]
    sheets = {"Legend": legend, "Data": [["Occupation", "isco_code", "isco_title"], *coded]}
    assert read(tmp_path, **sheets).content.sheet == "Data"


@pytest.mark.parametrize(
    "groups",
    [
        [*GROUPS[4:], *GROUPS[1:4]],  # major group 0 at the end
        GROUPS[:0:-1],
        sorted(GROUPS[1:], key=lambda group: group[1]),
        sorted(map(list, isco08().titles.items()), key=lambda group: (len(group[0]), group)),
    ],
)
def test_a_list_of_groups_stands_in_order(groups: Rows, tmp_path: Path) -> None:
    """By code, by title, or level by level."""
    codes = [["", "isco_code", "title"], *(["n", *group] for group in groups)]
    assert read(tmp_path, Codes=codes, Data=DATA).content.sheet == "Data"
    with pytest.raises(InputError, match="list of codes and titles"):
        read(tmp_path, Legend=[["Field", "Meaning"], ["a", "b"], ["c", "d"]], Codes=codes)


def test_a_sheet_without_a_sure_header_may_have_the_records(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'Team', 'Data'"):
        read(tmp_path, Data=TWO_HEADERS, Team=CONTACTS)
    with pytest.raises(
        InputError, match=r"row 4: found names of columns in row 1 .* and in row 4 "
    ):
        read(tmp_path, Data=TWO_HEADERS, Form=FORM)


@pytest.mark.parametrize("name", ["Šifra", "Kód", "Kod", "Κωδικός", "Code", "Schlüssel"])
def test_a_list_of_codes_is_known_in_each_language(name: str, tmp_path: Path) -> None:
    listed = [[name, "Naziv"], ["7112", "Zidari"], ["5223", "Prodavači"], ["5120", "Kuhari"]]
    assert read(tmp_path, Popis=DATA, Codes=listed).content.sheet == "Popis"


def test_a_list_of_codes_beside_another_table_is_not_read_for_it(tmp_path: Path) -> None:
    """The titles of the list were coded, and the answers were not: their question was unknown."""
    answers = [["Rbr", "What now?"], *([str(n), "nurse"] for n in range(5))]
    listed = [["Šifra", "Naziv"], ["7112", "Zidari"], ["5223", "Prodavači"]]
    wanted = r"sheet 'Popis', row 1: .*'What now\?'.*list of codes and titles .*'Codes'"
    with pytest.raises(InputError, match=wanted):
        read(tmp_path, Popis=answers, Codes=listed)
    remark = [["Zagreb, 2026"], ["Source", "office"]]
    assert read(tmp_path, Remark=remark, Codes=listed).content.sheet == "Codes"


@pytest.mark.parametrize(
    "codebook",
    [
        [["Variable", "Label"], ["q5", "What is your occupation?"], ["q6", "Status"]],
        [["Name", "Occupation", "Type"], ["id", "Number", "N"], ["q5", "Job title", "A"]],
    ],
)
def test_a_codebook_beside_its_table_is_not_read_for_it(codebook: Rows, tmp_path: Path) -> None:
    """The labels of variables were coded, and the answers were not: "q5" was no name."""
    answers = [["id", "q5", "q6"], *([str(n), "nurse", "1"] for n in range(1, 5))]
    wanted = r"sheet 'Data', row 1: .*'q5', 'q6'.*or of columns .*'Codebook'"
    with pytest.raises(InputError, match=wanted):
        read(tmp_path, Data=answers, Codebook=codebook)


def test_a_column_of_answers_alone_stops_no_other_sheet(tmp_path: Path) -> None:
    answers, jobs = [["corrected_isco_code"], ["2221"]], [["id", "job_title"], ["1", "nurse"]]
    assert read(tmp_path, Answers=answers, Jobs=jobs).content.sheet == "Jobs"


def test_lines_of_a_csv_in_one_column_are_to_be_divided(tmp_path: Path) -> None:
    lines = [["id;job_title"], ["1;nurse"], ["2;cook"]]
    with pytest.raises(InputError, match="each row is one field with semicolons in it") as raised:
        read(tmp_path, Sheet=lines)
    assert "Text to Columns" in raised.value.remedy
