"""Files of ours that come back into the inbox: corrections, or an answer that says what to do."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from core.corrections.coded_texts import CodedTexts, sample_name
from core.errors import InputError
from core.files.own_files import TEXTS_DIR
from core.settings import DataSettings, InferenceSettings, Settings
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.text import join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.corrections_lookup import CorrectionsLookup
from results.code_file import code_file
from tests.support.daemon_harness import DaemonHarness
from tests.support.labelled_records import kept_corrections
from tests.support.written_rows import rows_of
from training.evaluation.sampled_agreement import sampled_agreement

TURNS = 12
TEXTS = (JOB_TITLE, DUTIES)
SURVEY = (
    "id,job_title,duties_description\n"
    + "".join(f"{n},title {n % 30},works in room {n % 4}\n" for n in range(200))
    + "999,refused,\n"
)


@pytest.fixture(scope="module")
def threshold(bundle: Bundle) -> float:
    """With it half of the records are autocoded, so that there is a random sample."""
    rows = csv.DictReader(SURVEY.splitlines())
    texts = [join(row["job_title"], row["duties_description"]) for row in rows]
    probabilities = open_classifier(bundle, InferenceSettings()).probabilities(texts)
    return float(np.median(probabilities.max(axis=1)))


@pytest.fixture
def harness(settings: Settings, threshold: float) -> DaemonHarness:
    harness = DaemonHarness(settings.with_values("model", confidence_threshold=threshold))
    harness.drop("survey.csv", SURVEY.encode())
    harness.tick(TURNS)
    return harness


def survey(harness: DaemonHarness) -> Path:
    return next(harness.settings.watcher.outbox.glob("survey.*"))


def content(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    quoted = (delimiter.join('"' + c.replace('"', '""') + '"' for c in line) for line in lines)
    return ("\r\n".join(quoted) + "\r\n").encode("utf-8-sig")


def answer(harness: DaemonHarness, name: str, data: bytes) -> tuple[Path | None, str]:
    """Drop a file; return its batch, or None and the reason why it was rejected."""
    before = set(harness.batches())
    harness.drop(name, data)
    harness.tick(TURNS)
    batches = set(harness.batches()) - before
    return (batches.pop() if batches else None), harness.rejected().get(name, "")


def receipt_of(batch: Path | None) -> dict[str, Any]:
    assert batch is not None
    values: dict[str, Any] = json.loads((batch / "receipt.json").read_text(encoding="utf-8"))
    return values


def lookup(harness: DaemonHarness) -> CorrectionsLookup:
    return CorrectionsLookup.load(harness.settings.data.corrections_dir, DataSettings())


def test_edited_predictions_are_corrections(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "predictions.csv")
    by_title = {row["job_title"]: row for row in rows}
    edits = {"title 3": "2221", "title 4": "7212.0", "refused": "not codable", "title 5": "721"}
    for title, code in edits.items():
        by_title[title]["isco_code"] = code
    batch, _ = answer(harness, "predictions.csv", content(rows, ";"))
    receipt = receipt_of(batch)
    statuses = receipt["statuses"]
    assert isinstance(statuses, dict) and receipt["n_rows"] == len(rows)
    assert [statuses[s] for s in ("accepted", "restored", "group_only", "not_codable")] == [1] * 4
    assert statuses["skipped"] == len(rows) - 4
    assert receipt["n_never_asked"] == receipt["n_maybe_asked"] == 0
    decisions = lookup(harness).decisions
    for title, code in (("title 3", "2221"), ("title 4", "7212"), ("title 5", "721")):
        assert decisions.get(join(title, by_title[title]["duties_description"])) == code
    assert decisions.get(join("refused")) == "not codable"
    lines = [",".join(by_title[title][n] for n in ("id", *TEXTS)) for title in edits]
    data = "\n".join([",".join(("id", *TEXTS)), *lines, "1,never before,\n"]).encode()
    again = receipt_of(answer(harness, "again.csv", data)[0])
    assert (again["n_corrected"], again["n_not_codable"], again["n_rows_out"]) == (3, 1, 5)
    assert harness.violations() == []


def workbook(rows: list[dict[str, str]], path: Path) -> bytes:
    """What a spreadsheet saves: numbers, and truth values, where the cells look like them."""
    book = Workbook()
    book.worksheets[0].append(list(rows[0]))
    for row in rows:
        cells: list[object] = []
        for cell in row.values():
            try:
                cells.append(float(cell))
            except ValueError:
                cells.append({"true": True, "false": False}.get(cell, cell or None))
        book.worksheets[0].append(cells)
    book.save(path)
    return path.read_bytes()


def test_predictions_saved_as_a_workbook(harness: DaemonHarness, tmp_path: Path) -> None:
    rows = rows_of(survey(harness) / "predictions.csv")
    book = tmp_path / "book.xlsx"
    assert "as it was published" in answer(harness, "same.xlsx", workbook(rows, book))[1]
    rows[3]["isco_code"] = "110"
    statuses = receipt_of(answer(harness, "edited.xlsx", workbook(rows, book))[0])["statuses"]
    assert isinstance(statuses, dict)
    assert {s: n for s, n in statuses.items() if n} == {"restored": 1, "skipped": len(rows) - 1}
    assert lookup(harness).decisions.get(join(*_pair(rows[3]))) == "0110"


def test_two_codes_for_one_text_are_a_conflict(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "predictions.csv")
    same = [r for r in rows if (r["job_title"], r["duties_description"]) == _pair(rows[0])]
    rows = [*same[:1], *(dict(same[0]) for _ in range(2))]
    for row, code in zip(rows, ("2221", "3221", same[0]["isco_code"]), strict=True):
        row["isco_code"] = code
    batch, _ = answer(harness, "two.csv", content(rows))
    assert receipt_of(batch)["n_conflicts"] == 1 and batch is not None
    assert "replaces 2221" in (batch / "corrections.csv").read_text(encoding="utf-8-sig")
    assert lookup(harness).decisions.get(join(*_pair(rows[0]))) == "3221"


def _pair(row: dict[str, str]) -> tuple[str, str]:
    return row["job_title"], row["duties_description"]


def as_published(batch: Path) -> bytes:
    return (batch / "predictions.csv").read_bytes()


def saved_again(batch: Path) -> bytes:
    return content(rows_of(batch / "predictions.csv"), ";")


def unfilled_review(batch: Path) -> bytes:
    return (batch / "review.csv").read_bytes()


def review_without_answers(batch: Path) -> bytes:
    rows = rows_of(batch / "review.csv")
    return content([without_answers(row) for row in rows])


def trimmed_review(batch: Path) -> bytes:
    names = ("text", "n_records", *TEXTS)
    rows = rows_of(batch / "review.csv")
    return content([{n: row[n] for n in names} | {"Neuer Code": "2221"} for row in rows], ";")


def two_columns_of_a_review(batch: Path) -> bytes:
    rows = rows_of(batch / "review.csv")
    return content([{"text": row["text"], "kod": "2221"} for row in rows])


def renamed_below_a_title(batch: Path) -> bytes:
    rows = [row | {"new_code": "2221"} for row in rows_of(batch / "review.csv")]
    return b"Return of Anna\n" + content([without_answers(row) for row in rows])[3:]


def without_answers(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name != "corrected_isco_code"}


def codes_in_the_comments(batch: Path) -> bytes:
    rows = rows_of(batch / "review.csv")
    return content([row | {"comment": "4110 please"} for row in rows])


def unfilled_list(batch: Path) -> bytes:
    return b"job_title,corrected_isco_code\nnurse,\n"


def page_without_answers(batch: Path) -> bytes:
    return b"text,corrected_isco_code,predicted_code,n_records,sampled\n"


def unfilled_workbook(batch: Path) -> bytes:
    return (batch / "review.xlsx").read_bytes()


def choices_of_the_workbook(batch: Path) -> bytes:
    choice = b"2221 Nursing Professionals"
    return b"text,corrected_isco_code,choice_1,choice_2\nnurse | x,,%b,%b\n" % (choice, choice)


def disagreements(batch: Path) -> bytes:
    return (
        b"record,job_title,duties_description,given_code,given_title,best_code,best_title,"
        b"confidence,is_autocoded,digits_agreed\n1,nurse,,2221,x,2222,y,0.9,true,3\n"
    )


def invalid_labels(batch: Path) -> bytes:
    return b"file,line,job_title,isco_code,reason\na.csv,2,nurse,99999,not a code\n"


def answers_in_a_new_column(batch: Path) -> bytes:
    header, first, *rows = (batch / "predictions.csv").read_text("utf-8").splitlines()
    return "\n".join([f"{header},final_code", f"{first},7126", *(f"{r}," for r in rows)]).encode()


UNANSWERED = [
    (as_published, "of this program, and every code as it was published"),
    (saved_again, "of this program, and every code as it was published"),
    (answers_in_a_new_column, "what may be answers in 'final_code'"),
    (unfilled_review, "no code in the column 'corrected_isco_code'"),
    (review_without_answers, "columns of review.csv"),
    (trimmed_review, "rename 'Neuer Code' to 'corrected_isco_code'"),
    (two_columns_of_a_review, "rename 'kod' to 'corrected_isco_code'"),
    (renamed_below_a_title, "rename 'new_code' to 'corrected_isco_code'"),
    (codes_in_the_comments, "what may be codes in 'comment'"),
    (unfilled_list, "no code in the column"),
    (page_without_answers, "no code in the column"),
    (unfilled_workbook, "no code in the column"),
    (choices_of_the_workbook, "in at least one row. Fill in codes"),
    (disagreements, "columns of disagreements.csv"),
    (invalid_labels, "columns of invalid_labels.csv"),
]


@pytest.mark.parametrize(("make", "reason"), UNANSWERED)
def test_a_file_of_ours_without_a_decision_is_answered_and_never_coded(
    harness: DaemonHarness, make: Callable[[Path], bytes], reason: str
) -> None:
    name = "back.xlsx" if make is unfilled_workbook else "back.csv"
    batch, rejected = answer(harness, name, make(survey(harness)))
    assert batch is None and reason in rejected
    assert harness.status().rejected[0].name == name
    assert not list(harness.settings.data.corrections_dir.glob("*.csv"))
    assert harness.violations() == []


def test_without_the_daemon_a_file_of_ours_is_not_coded_either(
    harness: DaemonHarness, bundle: Bundle, tmp_path: Path
) -> None:
    autocoder = open_autocoder(bundle, harness.settings)
    for name in ("predictions.csv", "review.csv"):
        with pytest.raises(InputError, match=rf"the columns of {name}"):
            code_file(survey(harness) / name, tmp_path, autocoder, harness.settings)
    trimmed = tmp_path / "trimmed.csv"
    trimmed.write_text("beruf,code\nnurse | unknown,2221\ncook | fries,\n", encoding="utf-8")
    with pytest.raises(InputError, match="rename 'code' to 'corrected_isco_code'"):
        code_file(trimmed, tmp_path, autocoder, harness.settings)


def test_lines_above_the_header_are_left_out(harness: DaemonHarness, tmp_path: Path) -> None:
    review = rows_of(survey(harness) / "review.csv")
    review[0]["corrected_isco_code"] = "2221"
    title = "Rückgabe Anna, 28.11.\r\n\r\n".encode()
    receipt = receipt_of(answer(harness, "a.csv", title + content(review, ";")[3:])[0])
    assert receipt["statuses"]["accepted"] == 1  # type: ignore[index]
    assert "2 lines above the header were left out" in receipt["notes"]  # type: ignore[operator]

    edited = rows_of(survey(harness) / "predictions.csv")
    edited[0]["isco_code"] = "3221"
    receipt = receipt_of(answer(harness, "b.csv", title + content(edited)[3:])[0])
    assert receipt["statuses"]["accepted"] == 1  # type: ignore[index]

    book = load_workbook(survey(harness) / "review.xlsx")
    sheet = book["review"]
    column = [cell.value for cell in sheet[1]].index("corrected_isco_code") + 1
    sheet.cell(2, column, 7212)
    sheet.insert_rows(1)
    sheet.cell(1, 1, "Return of Anna")
    book.save(tmp_path / "c.xlsx")
    data = (tmp_path / "c.xlsx").read_bytes()
    receipt = receipt_of(answer(harness, "c.xlsx", data)[0])
    assert receipt["statuses"]["accepted"] == 1  # type: ignore[index]
    assert lookup(harness).decisions.get(review[0]["text"]) == "7212"


def test_answers_in_the_wrong_column_are_counted_and_named(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "review.csv")
    rows[0]["corrected_isco_code"] = "2221"
    rows[1]["comment"] = "2221 please"
    rows[2]["comment"] = "which one?"
    batch, _ = answer(harness, "review.csv", content(rows))
    notes = receipt_of(batch)["notes"]
    assert "1 row has no code in its place, and what may be one in 'comment': skipped" in notes  # type: ignore[operator]
    assert batch is not None
    reasons = [row["reason"] for row in rows_of(batch / "corrections.csv")]
    assert "comment says '2221'" in reasons[1] and "is not kept" in reasons[2]
    assert not any(reasons[3:]), "a row that nobody touched has nothing to be said"


def test_an_answer_beside_edited_predictions_is_named(harness: DaemonHarness) -> None:
    rows = [row | {"comment": ""} for row in rows_of(survey(harness) / "predictions.csv")]
    rows[0]["isco_code"], rows[1]["comment"] = "2221", "should be 7212"
    batch, _ = answer(harness, "predictions.csv", content(rows))
    assert batch is not None
    reason = rows_of(batch / "corrections.csv")[1]["reason"]
    assert "comment says '7212': if this is the answer, give it in isco_code" in reason


def filled_review(harness: DaemonHarness) -> list[dict[str, str]]:
    """Return the review answered as the model coded; of the sample that is not shown in it."""
    rows = rows_of(survey(harness) / "review.csv")
    codes = {
        join(row["job_title"], row["duties_description"]): row["candidate_1"]
        for row in rows_of(survey(harness) / "predictions.csv")
    }
    for row in rows:
        row["corrected_isco_code"] = codes[row["text"]]
    assert sum(bool(row["sampled"]) for row in rows) > 1
    return rows


COUNTS = ("n", "n_agreed", "n_shown", "interval")


def agreement(harness: DaemonHarness) -> dict[str, object]:
    return sampled_agreement(
        kept_corrections(harness.settings),
        harness.settings.data.corrections_dir,
    )


def test_the_sample_counts_as_it_was_drawn(harness: DaemonHarness) -> None:
    rows = filled_review(harness)
    sampled = [row for row in rows if row["sampled"]]
    n_drawn = sum(int(row["n_records"]) for row in sampled)
    batch, _ = answer(harness, "review.csv", content(rows))
    assert receipt_of(batch)["n_not_drawn"] == 0
    measured = agreement(harness)
    assert (measured["n"], measured["n_agreed"]) == (n_drawn, n_drawn)
    assert measured["n_shown"] == 0


def test_a_forged_sample_does_not_count(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """Rows that were not drawn, other numbers of records, other codes that were shown."""
    rows = filled_review(harness)
    sampled = [row for row in rows if row["sampled"]]
    others = [row for row in rows if not row["sampled"]]
    n_drawn = sum(int(row["n_records"]) for row in sampled)
    shown = sampled[0]["corrected_isco_code"]
    for row in sampled:
        row["n_records"] = "9999"
    wrong = "7212" if shown != "7212" else "2221"
    sampled[0] |= {"corrected_isco_code": wrong, "predicted_code": wrong}
    others[0] |= {"sampled": sampled[0]["sampled"], "n_records": "9999", "predicted_code": "7212"}
    others[0]["corrected_isco_code"] = "7212"
    others[1] |= {"sampled": "batch abcdefabcdef", "predicted_code": "7212", "n_records": "50"}
    first = int(rows_of(survey(harness) / "review.csv")[rows.index(sampled[0])]["n_records"])
    batch, _ = answer(harness, "review.csv", content(rows))
    receipt = receipt_of(batch)
    assert receipt["n_not_drawn"] == 1
    notes = " ".join(map(str, receipt["notes"] if isinstance(receipt["notes"], list) else []))
    assert "not drawn" in notes and "the list of batch abcdefabcdef is missing" in notes
    measured = agreement(harness)
    assert (measured["n"], measured["n_agreed"]) == (n_drawn, n_drawn - first)
    assert measured["n_shown"] == first, "a file that shows a code is no blind control"
    # The same file, put among the corrections by hand.
    (kept,) = harness.settings.data.corrections_dir.glob("*.csv")
    kept.write_bytes(content(rows))
    by_hand = agreement(harness)
    assert {name: by_hand[name] for name in COUNTS} == {name: measured[name] for name in COUNTS}
    assert "1 row of a random sample was not drawn" in caplog.text
    assert "abcdefabcdef is missing" in caplog.text


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_sample_whose_list_is_gone_or_damaged_is_named(
    harness: DaemonHarness, is_deleted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    rows = filled_review(harness)
    (path,) = (harness.settings.data.corrections_dir / TEXTS_DIR).iterdir()
    if is_deleted:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3])
    batch, _ = answer(harness, "review.csv", content(rows))
    receipt = receipt_of(batch)
    assert receipt["n_not_drawn"] == receipt["n_never_asked"] == 0
    assert receipt["n_maybe_asked"] == len(rows)  # kept all the same
    assert sum(receipt["statuses"].values()) == receipt["statuses"]["accepted"] == len(rows)  # type: ignore[attr-defined, index]
    assert agreement(harness) == {} and "missing or damaged" in caplog.text


def test_a_text_that_was_never_asked_is_named(harness: DaemonHarness) -> None:
    """Also when the folder of the results is gone; the correction is kept."""
    data = b"job_title,corrected_isco_code\nrefused,7212\nRefused!,7212\nof another survey,2221\n"
    batch, _ = answer(harness, "c.csv", data)
    receipt = receipt_of(batch)
    assert (receipt["n_never_asked"], receipt["n_maybe_asked"]) == (1, 0)
    assert batch is not None
    reasons = [row["reason"] for row in rows_of(batch / "corrections.csv")]
    assert ["never asked" in reason for reason in reasons] == [False, False, True]
    assert lookup(harness).decisions.get(join("of another survey")) == "2221"
    assert "1 never asked" in harness.status().results[0].text
    index = (harness.settings.watcher.outbox / "index.html").read_text(encoding="utf-8")
    assert "1 never asked" in index


def test_results_of_before_the_lists_make_it_unknown(settings: Settings) -> None:
    earlier = settings.watcher.outbox / "old.0123456789ab"
    earlier.mkdir(parents=True)
    (earlier / "receipt.json").write_text("{}", encoding="utf-8")
    harness = DaemonHarness(settings)
    harness.drop("survey.csv", SURVEY.encode())
    harness.tick(TURNS)
    data = b"job_title,corrected_isco_code\nof the old survey,2221\n"
    receipt = receipt_of(answer(harness, "c.csv", data)[0])
    assert (receipt["n_never_asked"], receipt["n_maybe_asked"]) == (0, 1)


def test_a_list_that_cannot_be_kept_costs_no_result(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    settings.data.corrections_dir.parent.mkdir(parents=True)
    settings.data.corrections_dir.write_bytes(b"a file in the place of the folder")
    path, out = tmp_path / "s.csv", tmp_path / "out"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    out.mkdir()
    receipt = code_file(path, out, open_autocoder(bundle, settings), settings)
    assert receipt.n_rows_out == 1 and "cannot be kept" in " ".join(receipt.notes)
    assert not CodedTexts(settings.data.corrections_dir).has_sample(sample_name(receipt.batch_id))


def test_corrected_codes_that_were_added_and_changed_codes_both_count(
    harness: DaemonHarness,
) -> None:
    rows = [
        {**row, "Corrected ISCO code": ""}
        for row in rows_of(survey(harness) / "predictions.csv")
        if row["id"] in ("3", "4", "5", "6", "7", "8", "999")
    ]
    corrected, edited, both, same, mark, untouched, refused = rows
    corrected["Corrected ISCO code"] = "2221"
    edited["isco_code"] = "7212.0"
    both["Corrected ISCO code"], both["isco_code"] = "5120", "9112"
    same["Corrected ISCO code"] = same["isco_code"] = "8332"
    mark["Corrected ISCO code"], mark["isco_code"] = "9999", "9622"  # a mark for no code
    refused["isco_code"] = "not codable"
    batch, _ = answer(harness, "back.csv", content(rows, ";"))
    receipt = receipt_of(batch)
    assert "1 row has a code in corrected_isco_code, and another" in str(receipt["notes"])
    assert batch is not None
    with (batch / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        by_code = {row["isco_code"]: row for row in csv.DictReader(file, delimiter=";")}
    assert set(by_code) == {"2221", "7212", "5120", "8332", "9622", "not codable", ""}
    assert by_code[""]["status"] == "skipped" and untouched["isco_code"]
    assert by_code["5120"]["corrected_isco_code"] == "5120"
    assert "isco_code was changed to '9112'" in by_code["5120"]["reason"]
    decisions = lookup(harness).decisions
    assert decisions.get(join(both["job_title"], both["duties_description"])) == "5120"
    assert decisions.get(join(edited["job_title"], edited["duties_description"])) == "7212"


def test_an_added_column_without_a_code_hides_no_changed_code(harness: DaemonHarness) -> None:
    rows = [
        {**row, "corrected_isco_code": ""} for row in rows_of(survey(harness) / "predictions.csv")
    ]
    _, reason = answer(harness, "untouched.csv", content(rows))
    assert "no code in the column 'corrected_isco_code'" in reason
    rows[0]["isco_code"] = "2221"
    batch, _ = answer(harness, "changed.csv", content(rows))
    statuses = receipt_of(batch)["statuses"]
    assert isinstance(statuses, dict) and statuses["accepted"] == 1


def test_answers_of_a_second_coder_in_the_same_file_are_counted(harness: DaemonHarness) -> None:
    rows = rows_of(survey(harness) / "review.csv")
    for number, row in enumerate(rows):
        row["corrected_isco_code"] = "2221" if number < 3 else ""
        row["Eva"] = "5120" if number < 2 else ""
    batch, _ = answer(harness, "review.csv", content(rows))
    receipt = receipt_of(batch)
    assert receipt["statuses"]["accepted"] == 3  # type: ignore[index]
    assert any("2 rows have another code in 'Eva'" in note for note in receipt["notes"])  # type: ignore[union-attr]
