"""One file → its folder of results: the columns, the counts, the order."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from core.errors import InputError
from core.files.own_files import REPORT
from core.isco_scores.derived_variables import derived_values
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.review_contract import REVIEW_COLUMNS
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from inference.autocoder import Autocoder, open_autocoder, result_settings
from inference.bundle import Bundle
from results.code_file import batch_id, code_file
from results.receipt import Receipt
from watcher.delivery.publish import complete
from watcher.filesystem import Filesystem


def run(
    tmp_path: Path, content: str | bytes, autocoder: Autocoder, settings: Settings
) -> tuple[Receipt, Path]:
    path, out = tmp_path / "survey.csv", tmp_path / "out"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out.mkdir(exist_ok=True)
    receipt = code_file(path, out, autocoder, settings)
    complete(Filesystem(), out, receipt)
    return receipt, out


def rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_predictions_keep_the_input_and_add_ours(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    given = [["0110", "NA", "Plumber", 'fits "pipes",\nboilers'], ["null", "1e5", "", " "]]
    source = tmp_path / "given.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "x", "Title", "Tasks"], *given])
    receipt, out = run(tmp_path, source.read_bytes(), autocoder, settings)
    with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
        header, *coded = csv.reader(file)
    assert header == ["id", "x", "Title", "Tasks", *OUTPUT_COLUMNS]
    assert [row[:4] for row in coded] == given
    first, empty = rows(out / "predictions.csv")
    assert first["isco_title"] == isco08().title(first["isco_code"])
    assert first["model_version"] == autocoder.version
    assert first["candidate_1_confidence"] == first["confidence"]
    assert (empty["source"], empty["isco_code"], empty["needs_review"]) == ("empty", "", "true")
    assert receipt.n_rows_in == receipt.n_rows_out == 2 and receipt.n_empty == 1


def test_a_column_without_codes_is_no_column_of_codes_anywhere(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    content = "Emp ID,Job Code,Job Title\n1,N01,Nurse\n2,C01,Cook\n3,B07,Baker\n"
    receipt, out = run(tmp_path, content, autocoder, settings)
    assert receipt.columns == {"job_title": "Job Title"}
    assert any(note.startswith("not compared, since") for note in receipt.notes)
    assert "as isco_code" not in (out / "report.html").read_text()


def test_derived_variables_come_last_and_make_another_batch(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    derived = settings.with_values("output", derived=("isei08", "isco88"))
    content = "job_title,ISEI08\nnurse,12\n,13\n"
    receipt, out = run(tmp_path, content, autocoder, derived)
    coded, empty = rows(out / "predictions.csv")
    assert list(coded)[-3:] == ["model_version", "predicted_isei08", "isco88"]
    expected = derived_values(coded["isco_code"], ("isei08",))["isei08"]
    assert coded["predicted_isei08"] == str(expected) and coded["ISEI08"] == "12"
    assert empty["predicted_isei08"] == empty["isco88"] == ""
    assert receipt.settings["derived"] == ["isei08", "isco88"]
    page = (out / REPORT).read_text(encoding="utf-8")
    assert "<dt>derived</dt><dd>isei08, isco88</dd>" in page
    assert receipt.batch_id != batch_id(receipt.sha256, autocoder, settings)
    assert "derived" not in result_settings(settings, autocoder.corrections_lookup)


def test_a_name_the_input_has_is_its_own(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    content = "job_title,isco_code,Confidence\nnurse,0110,high\n"
    _, out = run(tmp_path, content, autocoder, settings)
    (row,) = rows(out / "predictions.csv")
    assert (row["isco_code"], row["Confidence"]) == ("0110", "high")
    assert row["predicted_isco_code"] and row["predicted_confidence"]


def test_other_columns_of_codes_are_named(
    tmp_path: Path, autocoder: Autocoder, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "results")
    names = "job_title,isco_old,iscoCode2019,isco_88,isco_note,francisco,{}\n"
    content = names + "nurse,2221,3221.0,2230,checked,7212,5120\ncook,5120,,5122,,7212,5120\n"
    note = "columns with ISCO codes that were not compared: 'isco_old', 'iscoCode2019'; "
    for other, end in [
        ("wave", "to compare the codes of one, call it 'isco_code'"),
        ("isco_code", "'isco_code' was"),
    ]:
        (tmp_path / other).mkdir()
        receipt, _ = run(tmp_path / other, content.format(other), autocoder, settings)
        assert note + end in receipt.notes
        assert note + end in caplog.text
    receipt, _ = run(tmp_path, "job_title,isco_old\nnurse,\n", autocoder, settings)
    assert not any("not compared" in note for note in receipt.notes)


def test_codes_under_a_name_of_another_language_are_named(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    """Answers of a review whose columns were translated; years and ids are no codes."""
    codes = ["2221", "5120", "٧٢١٢", "110", "2411", "not codable"]
    lines = [f"job {n},{code},201{n},{2000 + n}" for n, code in enumerate(codes * 10)]
    header = "job_title,Kod poprawiony,rok,nr\n"
    receipt, _ = run(tmp_path, header + "\n".join(lines), autocoder, settings)
    assert not any("Kod poprawiony" in note for note in receipt.notes)  # too many are none
    (tmp_path / "coded").mkdir()
    lines = [line for line in lines if "not codable" not in line] + lines[5:6]
    receipt, _ = run(tmp_path / "coded", header + "\n".join(lines), autocoder, settings)
    (note,) = (note for note in receipt.notes if "with codes of ISCO-08" in note)
    assert "not read: 'Kod poprawiony'; if they are corrections, call " in note


def test_review_has_each_uncertain_text_once_by_gain(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    titles = ["nurse", "NURSE!", "welder", "=baker", "", "nurse", "-cook"]
    body = "".join(f'"{title}"\n' for title in titles)
    receipt, out = run(tmp_path, "job_title\n" + body, autocoder, settings)
    raw = (out / "review.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    review = rows(out / "review.csv", "utf-8-sig")
    assert tuple(review[0]) == tuple(REVIEW_COLUMNS)
    by_text = {row["text"]: row for row in review}
    assert by_text["nurse | unknown"]["n_records"] == "3"
    assert by_text["nurse | unknown"]["job_title"] == "nurse"
    assert by_text["cook | unknown"]["job_title"] == "'-cook"
    assert len(by_text) == len(review) == receipt.n_review_texts == 4
    gains = [(1 - float(row["confidence"])) * int(row["n_records"]) for row in review]
    assert gains == sorted(gains, reverse=True)
    assert all(row["corrected_isco_code"] == "" for row in review)
    assert all(row["candidate_5"] in isco08().units for row in review)


def test_notes_below_the_records_are_named_in_receipt_and_log(
    tmp_path: Path, autocoder: Autocoder, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    content = "id;job_title\n1;nurse\n2;cook\n\nSource: a survey\n"
    receipt, out = run(tmp_path, content, autocoder, settings)
    assert receipt.n_rows_in == len(rows(out / "predictions.csv")) == 2
    (note,) = [note for note in receipt.notes if "below the records" in note]
    assert note.startswith("1 row below the records was left out (5): ") and note in caplog.text


def test_the_receipt_adds_up(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    # A title with "and" may name two occupations, and has no code then.
    one_each = [title for title in isco08().titles.values() if " and " not in title]
    titles = [join(title) for title in one_each[:250]]
    confidences = [
        prediction.confidence for prediction in open_autocoder(bundle, settings).code(titles)
    ]
    threshold = sorted(confidences)[125]
    settings = settings.with_values("model", confidence_threshold=threshold)
    body = "".join(f"{title.removesuffix(' | unknown')}\n\n" for title in titles)
    receipt, out = run(tmp_path, "job_title\n" + body, open_autocoder(bundle, settings), settings)
    written = json.loads((out / "receipt.json").read_text(encoding="utf-8"))
    assert written["n_rows_in"] == written["n_rows_out"] == 250
    assert written["n_autocoded"] + written["n_fallback"] + written["n_empty"] == 250
    assert 0 < written["n_autocoded"] < 250
    assert written["n_blank_lines"] == 250
    assert written["settings"]["confidence_threshold"] == threshold
    counted = Counter(row["is_fallback"] for row in rows(out / "predictions.csv"))
    assert counted["true"] == receipt.n_fallback == receipt.n_review


def test_the_review_file_follows_the_inputs_delimiter(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    receipt, out = run(tmp_path, "titel;position\n1;Bäcker\n".encode("cp1252"), autocoder, settings)
    assert (receipt.encoding, receipt.delimiter) == ("cp1252", "semicolon")
    (row,) = rows(out / "review.csv", "utf-8-sig", ";")
    assert row["job_title"] == "Bäcker"
    (row,) = rows(out / "predictions.csv")
    assert row["position"] == "Bäcker"


def test_header_only_is_a_result_with_a_note(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    receipt, out = run(tmp_path, "job_title,duties\n", autocoder, settings)
    assert receipt.n_rows_out == 0 and "no records" in receipt.notes[0]
    assert rows(out / "predictions.csv") == [] and (out / "review.csv").exists()


def test_no_receipt_without_the_last_row(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    with pytest.raises(InputError):
        run(tmp_path, "job_title,id\na,1\nb\n", autocoder, settings)
    assert not (tmp_path / "out" / "receipt.json").exists()


def test_the_receipt_says_what_was_read(
    tmp_path: Path, autocoder: Autocoder, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    content = "title;Beruf;Aufgaben\nMr;driver;drives\nMrs;nurse;wards\nDr;welder;welds\n"
    with caplog.at_level("INFO", "results"):
        receipt, out = run(tmp_path, content, autocoder, settings)
    written = json.loads((out / "receipt.json").read_text(encoding="utf-8"))
    assert written["columns"] == {"job_title": "Beruf", "duties_description": "Aufgaben"}
    assert written["other_columns"] == {"job_title": ["title"]}
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "Beruf" in report and "Beruf" in caplog.text
    for said in (" ".join(receipt.notes), report, caplog.text):
        assert "other columns that may be the job titles" in said


def test_the_receipt_names_a_column_that_the_second_row_of_names_has(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    """SurveyMonkey has the question above the first part alone, and the parts below it."""
    header = "Respondent ID,Collector ID,Your current job,,\n,,Job title,Main duties,Years\n"
    receipt, _ = run(tmp_path, header + "1,7,nurse,gives care,3\n", autocoder, settings)
    assert receipt.columns == {
        "job_title": "Your current job",
        "duties_description": "Your current job: Main duties",
    }


def test_damaged_letters_are_counted_and_come_back_as_they_were(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    cells = ["Caf\ufffd owner", "cafÃ© owner", "cook"]
    receipt, out = run(tmp_path, "job_title\n" + "\n".join(cells) + "\n", autocoder, settings)
    assert (receipt.n_lost_letters, receipt.n_encoded_twice) == (1, 1)
    assert [row["job_title"] for row in rows(out / "predictions.csv")] == cells
    assert sum("letters" in note for note in receipt.notes) == 2
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "1 record lost letters" in report and "cafÃ© owner" in report
    texts = {row["text"] for row in rows(out / "review.csv", "utf-8-sig")}
    assert "café owner | unknown" in texts


def test_formulas_that_were_not_read_are_counted(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    titles = ['=IF(B2="","",B2)', "=A2", '=HYPERLINK("https://a.example","nurse")', "=nurse"]
    cells = [*((title, "") for title in titles), ("nurse", '=A2&" "&B2')]
    written = [[cell.replace('"', '""') for cell in row] for row in cells]
    lines = [f'"{title}","{duties}"' for title, duties in written]
    receipt, out = run(tmp_path, "\n".join(["job_title,duties", *lines, ""]), autocoder, settings)
    predictions = rows(out / "predictions.csv")
    assert [row["source"] == "not_stated" for row in predictions] == [True, True, *3 * [False]]
    assert predictions[2]["isco_code"] == predictions[3]["isco_code"] != ""
    (note,) = (note for note in receipt.notes if "formula" in note)
    assert note.startswith("3 records have a formula as title or duties") and titles[0] in note


def test_cut_texts_are_counted(tmp_path: Path, autocoder: Autocoder, settings: Settings) -> None:
    long = "mends the pumps of ships " * 40
    content = f"job_title,duties\nfitter,{long}\nfitter,{long}\nfitter,mends\nfitter,{long * 200}\n"
    receipt, out = run(tmp_path, content, autocoder, settings)
    assert receipt.n_truncated == 3
    assert any(note.startswith("3 records are longer than") for note in receipt.notes)
    again, _ = run(tmp_path, content, autocoder, settings)  # from the cache
    assert again.n_truncated == 3
    assert rows(out / "predictions.csv")[3]["duties"] == long * 200


def test_the_settings_of_reading_are_part_of_the_batch(
    tmp_path: Path, autocoder: Autocoder, settings: Settings
) -> None:
    changed = settings.with_values("data", encoding="cp1250")
    content = "job_title\nvoditeľ\n".encode("cp1250")
    with pytest.raises(InputError, match="voditeľ"):
        run(tmp_path, content, autocoder, settings)
    receipt, out = run(tmp_path, content, autocoder, changed)
    assert rows(out / "predictions.csv")[0]["job_title"] == "voditeľ"
    assert receipt.batch_id != batch_id(receipt.sha256, autocoder, settings)
