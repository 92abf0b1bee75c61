"""Labelled records: what is read, what is listed as invalid, which code of a text wins."""

from __future__ import annotations

import csv
import logging
import os
from pathlib import Path

import pandas as pd
import pytest

from core.csv_writer import is_formula
from core.errors import InputError
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings import DataSettings, Settings
from training.dataset.records import OwnRecords, find_files, read_records, resolve_conflicts
from training.evaluation.evaluate_file import read_coded_records
from training.written_list import write_list


def read(raw: Path, processed_dir: Path, **settings: str) -> OwnRecords:
    return read_records(raw, DataSettings(processed_dir=processed_dir, **settings))


def test_invalid_labels_are_listed_by_line(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(
        "job_title,code,weight\nnurse,2221,0.5\ncook,512,\nx,9999,1\n,2221,1\nretired,2221,1\n",
        encoding="utf-8",
    )
    own = read(path, tmp_path / "processed")
    records = own.records
    assert records[["text", "label", "weight"]].values.tolist() == [
        ["nurse | unknown", "2221", 0.5]
    ]
    invalid = pd.read_csv(tmp_path / "processed" / "invalid_labels.csv", dtype=str)
    assert list(invalid["line"]) == ["3", "4", "5", "6"]
    assert invalid["reason"].iloc[-1] == "a text that is no answer"
    assert own.n_left_out == {
        "a group of fewer than four digits": 1,
        "a mark for a missing code": 1,
        "a text that is no answer": 1,
        "no title and no duties": 1,
    }


def test_notes_below_the_records_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("id,job_title,code\n1,nurse,2221\n\nSource: x\n", encoding="utf-8")
    own = read(path, tmp_path / "processed")
    assert len(own.records) == 1 and own.n_left_out == {}
    assert "raw.csv: 1 row below the records was left out (4)" in caplog.text
    notes = read_coded_records(path, settings).notes()
    assert any("1 row below the records was left out (4)" in note for note in notes)


def test_a_bad_weight_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_text("job_title,code,weight\nnurse,2221,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: found the weight '2'"):
        read(raw, tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"data\.raw_dir"):
        read(tmp_path / "empty", tmp_path)


def test_a_weight_has_a_point_or_a_comma(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_text("job_title;code;weight\nnurse;2221;0,25\ncook;5120;0.5\n", encoding="utf-8")
    assert list(read(raw, tmp_path).records["weight"]) == [0.25, 0.5]


def test_the_most_trusted_code_wins_and_the_dispute_is_listed(tmp_path: Path) -> None:
    records = pd.DataFrame(
        [
            ("a", "2221", 0.4, "", ""),
            ("a", "3221", 0.9, "x", "g"),
            ("a", "2221", 0.4, "", ""),
            ("b", "5120", 1.0, "", ""),
        ],
        columns=["text", "label", "weight", "source", "group"],
    ).assign(language="", forms="")
    distinct = resolve_conflicts(records, tmp_path, "majority")
    assert distinct[["text", "label", "weight"]].values.tolist() == [
        ["a", "3221", 0.9],
        ["b", "5120", 1.0],
    ]
    conflicts = pd.read_csv(tmp_path / "conflicts.csv", dtype={"label": str})
    assert set(conflicts["text"]) == {"a"} and sorted(conflicts["n_records"]) == [1, 2]


def test_a_tie_does_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    """0.1 + 0.2 + 0.3 is 0.6000000000000001, and 0.3 + 0.2 + 0.1 is 0.6."""
    for weights in ((0.1, 0.2, 0.3), (0.3, 0.2, 0.1)):
        rows = [*(("a", "2310", weight) for weight in weights), ("a", "2221", 0.6)]
        records = pd.DataFrame(rows, columns=["text", "label", "weight"])
        records = records.assign(source="", group="", language="", forms="")
        assert list(resolve_conflicts(records, tmp_path, "majority")["label"]) == ["2221"]


def test_a_text_has_the_group_that_any_of_its_rows_states(tmp_path: Path) -> None:
    """Without its group it could stand on another side of the split than its synonyms."""
    rows = [("a", "2221", ""), ("a", "2221", "g"), ("b", "5120", ""), ("c", "7212", "h")]
    records = pd.DataFrame(rows, columns=["text", "label", "group"])
    records = records.assign(weight=1.0, source="", language="", forms="")
    distinct = resolve_conflicts(records, tmp_path, "majority")
    assert distinct[["text", "group"]].values.tolist() == [["a", "g"], ["b", ""], ["c", "h"]]


def test_disputed_texts_can_be_dropped_and_are_listed(tmp_path: Path) -> None:
    records = pd.DataFrame(
        [("a", "2221", 1.0, "", ""), ("a", "3221", 1.0, "", ""), ("b", "5120", 1.0, "", "")],
        columns=["text", "label", "weight", "source", "group"],
    ).assign(language="", forms="")
    assert list(resolve_conflicts(records, tmp_path, "drop")["text"]) == ["b"]
    assert len(pd.read_csv(tmp_path / "conflicts.csv")) == 2


def test_records_of_which_none_is_valid_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    rows = "".join(f"worker {n},{code}\n" for n, code in enumerate(["8324", "9999", "72", "x y"]))
    path.write_text("job_title,isco-08 code\n" + rows, encoding="utf-8")
    with pytest.raises(InputError, match="4 of 4 records cannot be used") as raised:
        read(path, tmp_path / "processed")
    assert "1 with a code of ISCO-88" in str(raised.value)
    assert "1 with no code of ISCO-08" in str(raised.value)
    assert "of a longer national code keep the first 4 digits" in str(raised.value)


def test_a_bad_file_of_a_folder_costs_itself_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    good = (
        "job_title,occupation_code\nwelder,7212.0\nsoldier,310\nnurse,2221 Nursing professionals\n"
    )
    (raw / "good.csv").write_text(good, encoding="utf-8")
    (raw / "._good.csv").write_bytes(b"\0\5\26\7Mac OS X        \0\0\xff")
    (raw / "torn.csv").write_text('job_title,isco_code\n"welder,7212\n', encoding="utf-8")
    os.mkfifo(raw / "pipe.csv")
    with caplog.at_level(logging.WARNING):
        own = read(raw, tmp_path / "processed")
    assert list(own.records["label"]) == ["7212", "0310", "2221"]
    assert own.unread_files == [str(raw / name) for name in ("._good.csv", "pipe.csv", "torn.csv")]
    for name in own.unread_files:
        assert name in caplog.text
    with pytest.raises(InputError):
        read(raw / "torn.csv", tmp_path / "processed")


def test_the_encoding_that_is_set_is_read(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes("job_title,isco_code\nслесарь,7233\n".encode("cp1251"))
    own = read(raw, tmp_path / "processed", encoding="cp1251")
    assert list(own.records["text"]) == ["слесарь | unknown"]
    raw.write_bytes("job_title,isco_code\nSchütze,0310\n".encode("cp1252"))
    own = read(raw, tmp_path / "processed", encoding="cp1251")
    assert list(own.records["text"]) == ["schьtze | unknown"]  # as somebody has set it


def test_no_cell_of_a_list_runs(tmp_path: Path) -> None:
    """Titles, codes, names of files and sources, also with a line feed first."""
    (raw := tmp_path / "raw").mkdir()
    (raw / "=file.csv").write_text(
        'job_title,isco_code,source\n"=1+1",x,\n"\n@cmd",y,\n"\t-1",+z,\nnurse,2221,=a\n'
        "nurse,3221,=b\n",
        encoding="utf-8",
    )
    processed = tmp_path / "processed"
    own = read(raw, processed)
    resolve_conflicts(own.records, processed, "majority")
    write_list(own.records.assign(file="=file.csv"), processed / "list.csv")
    for name, n_rows in (("invalid_labels.csv", 3), ("conflicts.csv", 2), ("list.csv", 2)):
        with (processed / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert len(rows) == n_rows
        assert not [cell for row in [header, *rows] for cell in row if is_formula(cell)], name
    invalid = (processed / "invalid_labels.csv").read_text(encoding="utf-8")
    assert "'=file.csv" in invalid and "'\n@cmd" in invalid and "'+z" in invalid


def test_predictions_are_no_labels(tmp_path: Path) -> None:
    """A model that learns its own codes learns its errors."""
    (raw := tmp_path / "raw").mkdir()
    (raw / "coded.csv").write_text("job_title,isco_code\nnurse,2221\n", encoding="utf-8")
    names = ",".join(OUTPUT_COLUMNS)
    row = "cook,5120,Cooks,0.95,false,512,0.95,false,model,5120,0.95,,,,,v1"
    (raw / "predictions.csv").write_text(f"job_title,{names}\n{row}\n", encoding="utf-8")
    own = read(raw, tmp_path / "processed")
    assert list(own.records["text"]) == ["nurse | unknown"]
    assert own.unread_files == [str(raw / "predictions.csv")]
    with pytest.raises(InputError, match="the codes that this program gave"):
        read_coded_records(raw / "predictions.csv", Settings())


def test_records_of_every_format_train(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    frame = pd.DataFrame({"job_title": ["welder"], "isco_code": [7212]})
    frame.to_excel(raw / "a.xlsx", index=False)
    frame.to_parquet(raw / "b.parquet")
    frame.to_json(raw / "c.jsonl", orient="records", lines=True)
    frame.to_csv(raw / "d.tsv", sep="\t", index=False)
    frame.astype({"isco_code": float}).to_stata(raw / "e.dta", write_index=False)
    (raw / "codebook.docx").write_bytes(b"PK")
    (raw / ".gitkeep").touch()
    with caplog.at_level(logging.WARNING):
        own = read(raw, tmp_path / "processed")
    assert list(own.records["label"]) == ["7212"] * 5
    assert "codebook.docx is left out: it is a text document" in caplog.text
    assert ".gitkeep" not in caplog.text


def test_the_language_and_the_forms_of_a_title_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(
        "job_title,isco_code,lang\nBäcker/in,7512,de-AT\nplumber,7126,../x\n", encoding="utf-8"
    )
    records = read(path, tmp_path, language="en").records
    assert list(records["language"]) == ["de", "en"]
    assert list(records["forms"]) == ["bäcker | unknown\nbäckerin | unknown", ""]


def test_a_folder_of_files_that_are_all_left_out_names_them_and_why(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "heavy.csv").write_text("job_title,code,weight\nnurse,2221,7\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(raw, tmp_path / "processed")
    said = str(error.value)
    assert "no file of which the records can be read" in said
    assert "'heavy.csv', line 2: found the weight '7'" in said
    assert "column of codes" not in said and "titles and codes" not in said
    (raw / "light.csv").write_text("job_title,code,weight\nnurse,999,1\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(raw, tmp_path / "processed")
    assert "1 of 1 record cannot be used" in str(error.value)
    assert "left out: 'heavy.csv', line 2" in str(error.value)


def test_a_missing_path_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found no such file or folder: '.*nowhere'"):
        find_files(tmp_path / "nowhere")


def test_the_reasons_of_invalid_labels_say_nothing_twice(tmp_path: Path) -> None:
    codes = ["2221", "ABCD", "7212/7213", "9999", "isco-88 5122", "123456", "", "2200"]
    path = tmp_path / "raw.csv"
    rows = "".join(f"worker {n},{code}\n" for n, code in enumerate(codes))
    path.write_text("job_title,isco_code\n" + rows, encoding="utf-8")
    read(path, tmp_path)
    invalid = pd.read_csv(tmp_path / "invalid_labels.csv", dtype=str)
    assert list(invalid["reason"]) == [
        "not a code of ISCO-08",
        "more than one code (7212, 7213): give one",
        "'9999' stands for a missing code",
        "a code of ISCO-88: give the code of ISCO-08",
        "6 digits: a code of ISCO-08 has at most 4",
        "no code",
        "a group of fewer than four digits: read as 22: a sub-major group, filled with zeros",
    ]
