"""A shard counts what the receipt of one file counts, and reads its input as one file is read."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from core.errors import DistributedError, InputError
from core.row_counts import RowCounts
from core.settings import Columns, Settings
from core.text import join
from inference.autocoder import open_autocoder, result_settings
from inference.bundle import Bundle
from results.code_file import code_file
from tests.support.written_rows import rows_of

pytest.importorskip("distributed.shards")

from distributed.coding_run import RunOptions, run_distributed
from distributed.file_splits import check_file, read_splits
from distributed.inputs import InputFile, find_inputs
from distributed.review_queue import REVIEW, write_review
from distributed.shards import Format, Shard, shard_key, uncertain_path, write_shard
from distributed.storage import Folder

TITLES = ["nurse", "refused", "retired", "", "=1+1", "caf\ufffd owner", "cafÃ© owner", "99"]
LONG = "baker " * 500


def local(path: Path) -> InputFile:
    (file,) = find_inputs([str(path)], Folder.at(str(path.parent / "results"))).files
    return file


def shard_of(
    path: Path, bundle: Bundle, settings: Settings, output_format: Format = "csv"
) -> tuple[Shard, Path]:
    autocoder = open_autocoder(bundle, settings)
    (split,) = read_splits(local(path), Columns(), legacy_encoding=settings.data.encoding)
    empty = Shard(
        name="s",
        input=str(path),
        key="k",
        model_version=autocoder.version,
        settings=result_settings(settings, autocoder.corrections_lookup),
    )
    out = path.parent / "results"
    return write_shard(empty, split, output_format, autocoder, Folder.at(str(out))), out


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'{"name": "s", "in', "is no summary of a shard .Invalid JSON: EOF while parsing"),
        (b"", "is no summary of a shard .Invalid JSON: EOF while parsing"),
        (b"[]", "is no summary of a shard .Input should be an object"),
        (b"\x00\xff", "is no summary of a shard .Invalid JSON: "),
        (b'{"name": "s"}', r"is no summary of a shard \(input: Field required\)"),
        (None, r"is no summary of a shard \(n_rows_out: Input should be a valid integer\)"),
    ],
)
def test_a_damaged_summary_is_named_with_what_to_do(
    content: bytes | None, found: str, tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    path = tmp_path / "in.csv"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    _, out = shard_of(path, bundle, settings)
    summary = out / "shards" / "s.json"
    if content is None:
        content = summary.read_bytes().replace(b'"n_rows_out": 1', b'"n_rows_out": "many"')
    options = RunOptions(resumes=True)
    summary.write_bytes(content)
    with pytest.raises(DistributedError, match=found) as raised:
        run_distributed([str(path)], str(out), bundle, settings, options)
    assert repr(str(summary)) in str(raised.value)
    assert "Remove that file: the same command with --resume" in str(raised.value)
    with pytest.raises(DistributedError, match="add --resume"):
        run_distributed([str(path)], str(out), bundle, settings, RunOptions())


def test_damaged_texts_of_a_shard_are_named_with_what_to_do(
    tmp_path: Path, bundle: Bundle, settings: Settings
) -> None:
    path = tmp_path / "in.csv"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    _, out = shard_of(path, bundle, settings)
    texts = out / uncertain_path("s")
    texts.write_bytes(texts.read_bytes()[:100])
    with pytest.raises(DistributedError, match=r"s\.review\.parquet.*Remove that file.*--resume"):
        write_review(Folder.at(str(out)), 1)


def test_of_a_text_the_least_sure_record_is_shown(shipped: Bundle, tmp_path: Path) -> None:
    """One title names two occupations, the other is the same text and does not.

    Texts that one answer decides are one, and the text is that of the record.
    """
    settings = Settings()
    autocoder = open_autocoder(shipped, settings)
    values = result_settings(settings, autocoder.corrections_lookup)
    folder = Folder.at(str(tmp_path / "results"))
    for name, records in (("a", "Baker lawyer,\n"), ("b", "Baker lawyer,NA\nbaker / lawyer,NA\n")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"job_title,duties_description\n{records}", encoding="utf-8")
        (split,) = read_splits(local(path), Columns())
        empty = Shard(
            name=name, input="", key="k", model_version=autocoder.version, settings=values
        )
        write_shard(empty, split, "csv", autocoder, folder)
    assert write_review(folder, 2) == 1
    (row,) = pq.read_table(tmp_path / "results" / REVIEW).to_pylist()
    assert (row["n_records"], row["job_title"], row["predicted_code"]) == (3, "baker / lawyer", "")
    assert (row["text"], row["duties_description"]) == ("baker lawyer | na", "NA")
    assert row["several_occupations"] == "7512 2611"
    assert row["confidence"] == row["candidate_1_confidence"] < 0.5


def test_shards_of_an_earlier_form_are_not_resumed() -> None:
    """Their examples have no text: the review of a resumed run ended with a ValueError."""
    earlier = hashlib.sha256(b'records["isco_code"]').hexdigest()[:16]
    assert shard_key(b"records", ["isco_code"]) != earlier


@pytest.mark.slow
@pytest.mark.parametrize("neutralises", [False, True])
def test_the_same_counts_and_cells_as_of_one_file(
    bundle: Bundle, settings: Settings, tmp_path: Path, neutralises: bool
) -> None:
    settings = settings.with_values("output", neutralise_formulas=neutralises)
    path = tmp_path / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "job_title", "note"])
        writer.writerows([[n, title, "@x"] for n, title in enumerate([*TITLES, LONG])])
    (alone := tmp_path / "alone").mkdir()
    receipt = code_file(path, alone, open_autocoder(bundle, settings), settings)
    shard, out = shard_of(path, bundle, settings)
    counts = {field.name: getattr(receipt, field.name) for field in fields(RowCounts)}
    assert {name: getattr(shard, name) for name in counts} == counts
    assert (receipt.n_truncated, receipt.n_lost_letters, receipt.n_encoded_twice) == (1, 1, 1)
    assert receipt.n_formulas == len(TITLES) + 1 and receipt.n_not_stated == 3
    written = out / "predictions" / "s.csv"
    assert written.read_bytes() == (alone / "predictions.csv").read_bytes()
    assert (b"'@x" in written.read_bytes()) == neutralises


def test_the_encoding_that_is_set_is_read(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes("job_title\nслесарь\n".encode("cp1251"))
    contents = check_file(local(path), Columns(), "cp1251")
    assert (contents.n_records, contents.encoding) == (1, "cp1251")
    _, out = shard_of(path, bundle, settings.with_values("data", encoding="cp1251"))
    assert "слесарь" in (out / "predictions" / "s.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("output_format", ["csv", "parquet"])
def test_predictions_are_not_coded_again(
    bundle: Bundle, settings: Settings, tmp_path: Path, output_format: Format
) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    _, out = shard_of(path, bundle, settings, output_format)
    (coded,) = (out / "predictions").iterdir()
    with pytest.raises(InputError, match=r"the columns of predictions\.csv"):
        check_file(local(coded), Columns())


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_are_appended_to_the_duties_as_in_one_file(
    bundle: Bundle, settings: Settings, tmp_path: Path, suffix: str
) -> None:
    settings = settings.with_values("data", context_in_duties=("nace", "sector"))
    rows = {
        "job_title": ["helper", "refused", "helper"],
        "duties": ["packs", "", ""],
        "Sector": ["private", "public", ""],
        "nace": [47, 1, None],
    }
    path = tmp_path / f"survey{suffix}"
    if suffix == ".csv":
        pa_csv.write_csv(pa.table(rows), path)
    else:
        pq.write_table(pa.table(rows), path)
    (split,) = read_splits(local(path), settings.data.read_columns)
    assert split.columns.context == ("nace", "Sector")
    autocoder = open_autocoder(bundle, settings)
    values = result_settings(settings, autocoder.corrections_lookup)
    shard = Shard(name="s", input="", key="k", model_version=autocoder.version, settings=values)
    folder = Folder.at(str(tmp_path / "results"))
    write_shard(shard, split, "csv", autocoder, folder)
    texts = pq.read_table(tmp_path / "results" / uncertain_path("s"))["text"].to_pylist()
    assert set(texts) == {join("helper", "packs 47 private"), join("helper")}
    out = tmp_path / "out"
    out.mkdir()
    code_file(path, out, autocoder, settings)
    asked = {row["text"] for row in rows_of(out / "review.csv") if not row["sampled"]}
    assert asked == set(texts)
