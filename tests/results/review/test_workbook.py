"""``review.xlsx``: what is in it, filled and sent back as people send it, and hostile workbooks."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from core.errors import InputError
from core.isco_titles.group_notes import group_notes
from core.languages.message import Message
from core.languages.page_language import page_language, page_languages
from core.settings import DataSettings, Settings
from core.taxonomy import isco08
from core.text import join
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_file import process_corrections
from results.corrections_source import is_corrections_file
from results.receipt import CorrectionsReceipt
from results.review.presentation import Display
from results.review.queue import ReviewQueue
from results.review.workbook import write_workbook
from tests.support.external_programs import AS_CSV, needs_office, save_as
from tests.support.labelled_records import kept_corrections
from tests.support.review_fixtures import BATCH, FORMULA, SCRIPT, SURE, keep_list, review
from tests.support.written_rows import rows_of
from tests.watcher.test_daemon import batches, daemon, drop, wait_for
from training.evaluation.sampled_agreement import sampled_agreement

ANSWERS = {
    "soldier": "0310 Armed Forces Occupations, Other Ranks",
    "worker": "not codable",
    FORMULA: "541",
    "guard 5": "5414",
    "guard 6": "7217",
}


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "blank.xlsx"
    write_workbook(review().displayed_items(), path, Display(["3 of 16 questions are elsewhere"]))
    return path


def fill(path: Path, target: Path) -> Path:
    """What a person does: choose, type, save."""
    book = load_workbook(path)
    sheet = book["review"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        title, sampled = (row[names.index(name)].value for name in ("job_title", "sampled"))
        answer = "7212" if sampled else ANSWERS.get(str(title).removeprefix("'"))
        row[names.index("corrected_isco_code")].value = answer
    book.save(target)
    return target


def test_similar_corrections_are_text_and_not_those_of_the_random_sample(blank: Path) -> None:
    rows = load_workbook(blank)["review"].iter_rows(values_only=True)
    names = next(rows)
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    assert cells[0]["coded_like"] == (
        f"{SCRIPT}: 5414 Security Guards\n"
        f"'{FORMULA} | at night: 0310 Armed Forces Occupations, Other Ranks"
    )
    assert not any(row["coded_like"] for row in cells[1:])


def take(path: Path, settings: Settings) -> CorrectionsReceipt:
    out = path.parent / f"out {path.name}"
    out.mkdir()
    assert is_corrections_file(path, settings)
    return process_corrections(path, out, CorrectionsLookup(), settings)


def check_taken(receipt: CorrectionsReceipt, settings: Settings) -> None:
    counts = {status: n for status, n in receipt.statuses.items() if n}
    n_sampled = sum(1 for item in review().items() if item.sampled)
    assert counts == {
        "accepted": 2 + n_sampled,
        "not_codable": 1,
        "group_only": 1,
        "rejected": 1,
        "skipped": 6,
    }
    memory = CorrectionsLookup.load(settings.data.corrections_dir, DataSettings())
    assert memory.decisions.get(join("soldier", "soldier")) == "0310"
    assert memory.decisions.get(join("guard 5", "guard 5")) == "5414"
    assert memory.decisions.get(join("worker", "worker")) == "not codable"
    agreement = sampled_agreement(kept_corrections(settings), settings.data.corrections_dir)
    assert agreement["n"] == agreement["n_agreed"] == review().n_sampled == 2


def test_codes_are_text_and_only_answers_can_be_changed(blank: Path) -> None:
    book = load_workbook(blank)
    assert book.sheetnames == ["review", "codes", "help"]
    sheet = book["review"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "B2" and sheet.protection.sheet
    answer, last = names.index("corrected_isco_code"), names.index("comment")
    assert names[answer : last + 1] == ["corrected_isco_code", "coder", "coded_at", "comment"]
    for row in sheet.iter_rows(min_row=2):
        unlocked = [n for n, cell in enumerate(row) if not cell.protection.locked]
        assert unlocked == list(range(answer, last + 1))
        assert row[answer].number_format == "@"
        assert all(cell.data_type != "f" for cell in row)
        assert row[names.index("choice_1")].value[:4] in isco08().units
        is_blind = bool(row[names.index("sampled")].value)
        assert row[names.index("choice_6" if is_blind else "choice_7")].value == "not codable"
    (choices,) = [rule for rule in sheet.data_validations.dataValidation if rule.formula1]
    assert str(choices.sqref) == f"I2:I{sheet.max_row}" and choices.formula1 == "$M2:$S2"
    codes = [row[0].value for row in book["codes"].iter_rows(min_row=2)]
    assert codes == list(isco08().units)
    assert book["help"]["A1"].value == "3 of 16 questions are elsewhere"


def test_the_sample_is_decided_blind(blank: Path) -> None:
    rows = list(load_workbook(blank)["review"].iter_rows(values_only=True))
    table = [dict(zip(map(str, rows[0]), map(str, row), strict=True)) for row in rows[1:]]
    sampled = [row for row in table if row["sampled"] != "None"]
    assert len(sampled) == 2
    for row in sampled:
        assert {row[name] for name in ("predicted_code", "predicted_title", "confidence")} == {
            "None"
        }
        choices = [row[f"choice_{k}"] for k in range(1, 8)]
        assert [choice[:4] for choice in choices[:5]] == sorted(code for code, _ in SURE)
        assert choices[5:] == ["not codable", "None"]


def test_a_review_in_one_language_is_taken_in_any(tmp_path: Path, settings: Settings) -> None:
    blank = tmp_path / "blank.xlsx"
    write_workbook(review().displayed_items(), blank, Display(language="de"))
    book = load_workbook(blank)
    assert str(book["help"]["A1"].value).startswith(
        "Füllen Sie die Spalte corrected_isco_code aus."
    )
    assert [cell.value for cell in book["codes"][1]][:2] == ["Code", "Titel"]
    (helped,) = [
        rule for rule in book["review"].data_validations.dataValidation if rule.sqref == "A1"
    ]
    assert helped.prompt == "Die Berufsbezeichnung, wie sie die befragte Person angegeben hat."
    keep_list(settings.data.corrections_dir)
    check_taken(take(fill(blank, blank.with_name("review.xlsx")), settings), settings)


def test_the_filled_workbook_is_taken(blank: Path, settings: Settings) -> None:
    keep_list(settings.data.corrections_dir)
    check_taken(take(fill(blank, blank.with_name("review.xlsx")), settings), settings)


@pytest.mark.slow
@needs_office
@pytest.mark.parametrize("form", ["xlsx:Calc MS Excel 2007 XML", AS_CSV])
def test_saved_by_libreoffice(form: str, blank: Path, tmp_path: Path, settings: Settings) -> None:
    out = tmp_path / "saved"
    out.mkdir()
    saved = save_as(fill(blank, tmp_path / "review.xlsx"), form, out)
    keep_list(settings.data.corrections_dir)
    check_taken(take(saved, settings), settings)
    if saved.suffix == ".csv":
        with saved.open(encoding="utf-8", newline="") as file:
            titles = {row["job_title"] for row in csv.DictReader(file)}
        assert f"'{FORMULA}" in titles and 'Bäcker, „zweite“ "x"\nnachts' in titles


@pytest.mark.slow
def test_dropped_in_the_inbox(blank: Path, settings: Settings) -> None:
    filled = fill(blank, blank.with_name("review.xlsx")).read_bytes()
    with daemon(settings) as process:
        for name, content in (("review.xlsx", filled), ("no.xlsx", b"PK"), ("review.xlsx", filled)):
            n_before = len(list(settings.watcher.archive_dir.glob("*")))
            drop(settings, name, content)
            wait_for(lambda: not list(settings.watcher.inbox.glob("*.xlsx")), process)
            if name == "review.xlsx":
                wait_for(
                    lambda n=n_before: len(list(settings.watcher.archive_dir.glob("*"))) > n,
                    process,
                )
        wait_for((settings.watcher.rejected_dir / "no.xlsx.why.txt").exists, process)
    (folder,) = batches(settings, "review")
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["statuses"]["not_codable"] == 1
    assert {path.suffix for path in settings.watcher.archive_dir.iterdir()} == {".xlsx"}
    assert {path.name for path in folder.iterdir()} == {"corrections.csv", "receipt.json"}


def table(*rows: Sequence[object], title: str = "Sheet") -> Workbook:
    book = Workbook()
    book.worksheets[0].title = title
    for row in rows:
        book.worksheets[0].append(row)
    return book


def test_any_workbook_with_the_columns_will_do(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "mine.xlsx"
    head = ("Title", "Duties", "corrected_isco_code")
    book = table(("notes",), title="notes")
    sheet = book.create_sheet("codes of Anna")
    rows = (
        head,
        ("nurse", None, 2221.0),
        (None, None, None),
        ("soldier", "x\ny", 310),
        ("a", 1, "=1+1"),
    )
    for row in rows:
        sheet.append(row)
    book.save(path)
    receipt = take(path, settings)
    assert receipt.encoding == "xlsx"
    assert (receipt.n_rows, receipt.statuses["accepted"], receipt.statuses["restored"]) == (3, 1, 1)
    last = rows_of(tmp_path / "out mine.xlsx" / "corrections.csv")[-1]
    # The formula, not its result, and the row that it has in the sheet.
    assert (last["line"], last["corrected_isco_code"], last["status"]) == (
        "5",
        "'=1+1",
        "rejected",
    )


def with_part(name: str) -> Callable[[Path], None]:
    def add(path: Path) -> None:
        table(("text", "corrected_isco_code"), ("nurse", "2221")).save(path)
        with zipfile.ZipFile(path, "a") as parts:
            parts.writestr(name, "x")

    return add


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts,
        parts.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(513):
            part.write(bytes(1 << 20))


def truncated(path: Path) -> None:
    table(("text", "corrected_isco_code"), ("nurse", "2221")).save(path)
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path, "w") as parts:
        for name, content in kept.items():
            parts.writestr(name, content[:200] if "sheet1" in name else content)


def saved(*rows: Sequence[object]) -> Callable[[Path], None]:
    return lambda path: table(*rows).save(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04"), "no workbook"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" * 200), "password"),
        (with_part("xl/vbaProject.bin"), "macros"),
        (bomb, "when unpacked"),
        (truncated, "damaged"),
        (saved(("job_title", "corrected_isco_code"), ("nurse", " ")), "sheet 'Sheet'"),
        (
            saved(("corrected_isco_code", "coder", "Coder"), ("2221",)),
            "sheet 'Sheet', row 1: found the columns 'coder' and 'Coder', which are one name",
        ),
        (saved(("text", "corrected_isco_code"), ("a", "2221", "b")), "sheet 'Sheet', row 2"),
        (saved(("x", "corrected_isco_code"), ("a", "2221")), "'text', or 'job_title'"),
    ],
)
def test_refused_with_the_reason(
    make: Callable[[Path], object], words: str, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "odd.xlsx"
    make(path)
    with pytest.raises(InputError, match=r"^'odd\.xlsx'") as refused:
        take(path, settings)
    assert words in str(refused.value)
    assert not settings.data.corrections_dir.exists()


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path: Path, settings: Settings) -> None:
    def saved_with(name: str, sheet: bytes) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as parts:
            for part, content in {**kept, "xl/worksheets/sheet1.xml": sheet}.items():
                parts.writestr(part, content)
        return tmp_path / name

    path = tmp_path / "usual.xlsx"
    table(("text", "corrected_isco_code"), ("nurse", "2221"), ("cook", "5120")).save(path)
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    sheet = kept["xl/worksheets/sheet1.xml"]
    odd = saved_with("odd.xlsx", sheet.replace(b'"A1:B3"', b'"A1:XFD1048576"'))
    assert take(odd, settings).n_rows == 2
    far = saved_with("far.xlsx", sheet.replace(b'r="3"', b'r="99999999999"', 1))
    with pytest.raises(InputError, match="at most 1,048,576 rows"):
        take(far, settings)


def test_a_workbook_without_a_column_of_codes_is_coded(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "staff.xlsx"
    table(("job_title",), ("nurse",)).save(path)
    assert not is_corrections_file(path, settings)


def test_what_is_said_about_a_group_is_one_click_away(blank: Path) -> None:
    book = load_workbook(blank)
    sheet, codes = book["review"], book["codes"]
    names = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, names.index("choice_1") + 1)
    link = cell.hyperlink
    assert cell.value == "0310 Armed Forces Occupations, Other Ranks" and link is not None
    assert link.tooltip == group_notes()["0310"].description
    assert link.location is not None
    (row,) = (codes[int(link.location.rpartition("!A")[2])],)
    header = [cell.value for cell in codes[1]]
    assert header[4:] == ["what the group is", "is elsewhere", "job titles"]
    note = group_notes()["0310"]
    assert [cell.value for cell in row] == [
        "0310",
        "Armed Forces Occupations, Other Ranks",
        "031",
        "Armed Forces Occupations, Other Ranks",
        *(note.description, note.excluded, note.index_titles),
    ]
    help_lines = [cell.value for cell in book["help"]["A"]]
    assert any("not the ILO's definitions" in str(line) for line in help_lines)


def test_no_line_of_the_help_and_no_word_about_a_group_is_cut(blank: Path) -> None:
    book = load_workbook(blank)
    for name, columns in (("help", "A"), ("codes", "BDEFG")):
        sheet = book[name]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.column_letter in columns and (cell.row > 1 or name == "help"):
                    assert cell.alignment.wrap_text, f"{name}!{cell.coordinate}"
                    width = {"A": 90, "B": 62, "D": 62}.get(cell.column_letter, 70)
                    n_lines = -(-len(str(cell.value or "")) // width)
                    height = sheet.row_dimensions[cell.row].height or 15
                    assert height >= 15 * n_lines, f"{name}!{cell.coordinate}"
        assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("language", page_languages())
def test_the_words_that_the_help_names_do_not_turn_red(tmp_path: Path, language: str) -> None:
    path = tmp_path / "review.xlsx"
    write_workbook(review().displayed_items(), path, Display(language=language))
    book = load_workbook(path)
    (rules,) = (rules for rules in book["review"].conditional_formatting)
    (formula,) = rules.rules[0].formula
    spoken = page_language(language)
    for word in ("not codable", spoken.gettext(Message("not codable")), "withdraw"):
        assert f'<>"{word}"' in formula
        assert any(word in str(cell.value) for cell in book["help"]["A"]), word


@needs_office
@pytest.mark.slow
def test_what_is_no_code_turns_red(tmp_path: Path) -> None:
    """A title of the sheet beside is none, nor is what would be a pattern to search for."""
    valid = ["", "2221", "021", "2221 - Krankenpflege", "Nicht codierbar", "withdraw"]
    invalid = ["Köche", "22", "22*", "???", "*", "9999", ">1"]
    path = tmp_path / "review.xlsx"
    items = review(len(valid + invalid)).displayed_items()
    write_workbook(items, path, Display(language="de"))
    book = load_workbook(path)
    sheet = book["review"]
    ((formula,),) = (rule.formula for rules in sheet.conditional_formatting for rule in rules.rules)
    decision = [cell.value for cell in sheet[1]].index("corrected_isco_code") + 1
    letter = sheet.cell(1, decision).column_letter
    for row, word in enumerate(valid + invalid, start=2):
        sheet.cell(row, decision).value = word
        sheet.cell(row, 1).value = "=" + formula.replace(f"${letter}2", f"${letter}{row}")
    book.save(tmp_path / "filled.xlsx")
    with save_as(tmp_path / "filled.xlsx", AS_CSV, tmp_path).open(encoding="utf-8") as file:
        red = [row[0] for row in csv.reader(file)][1 : 1 + len(valid + invalid)]
    assert red == ["FALSE"] * len(valid) + ["TRUE"] * len(invalid)


def test_context_stands_beside_the_text_and_changes_no_correction(
    tmp_path: Path, settings: Settings
) -> None:
    queue = ReviewQueue(BATCH)
    item = next(review().items())
    queue.add(item.text, "soldier", "soldier", item.prediction, 1, ("=1+1", ""))
    path = tmp_path / "context.xlsx"
    display = Display(context=("corrected_isco_code", "text"))  # as hostile as names can be
    write_workbook(queue.displayed_items(), path, display)
    header, row = load_workbook(path)["review"].iter_rows(values_only=True)
    assert header[:5] == (
        "job_title",
        "duties_description",
        "context: corrected_isco_code",
        "context: text",
        "n_records",
    )
    assert row[2:4] == ("'=1+1", None)
    keep_list(settings.data.corrections_dir)
    receipt = take(fill(path, tmp_path / "filled.xlsx"), settings)
    assert receipt.statuses["accepted"] == 1
