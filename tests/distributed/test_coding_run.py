"""A distributed run: the same codes as on one machine, whatever is killed, stopped or damaged."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason='needs Ray: .venv/bin/pip install -e ".[ray]"')

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from ray.cluster_utils import Cluster

from core.corrections.decisions import decided_text
from core.errors import DistributedError, InputError, StorageError
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings import Columns, Settings
from core.text import join
from distributed.coding_run import RunOptions, run_distributed
from distributed.file_splits import check_file, read_splits
from distributed.inputs import find_inputs
from distributed.progress import RunProgress
from distributed.review_queue import REVIEW, REVIEW_SCHEMA, write_review
from distributed.run_receipt import RunReceipt
from distributed.shards import PREDICTIONS, SHARDS
from distributed.storage import Folder
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.versions import software_versions
from results.code_file import code_file
from tests.conftest import ROOT
from tests.distributed.test_shard_counts import local

DERIVED = ("isco88", "isei08", "siops08")
SIZE = {"num_cpus": 1, "object_store_memory": 200_000_000}
# Ray reads these names as they are. Tests share slow machines; a machine that is switched off
# shall be missed after 2 s, not after 15; and a process that has nothing to do for a second shall
# wait for the next task, since a new one takes seconds of processor time.
RAY = {
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_period_ms": "500",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_worker_niceness": "0",
    "RAY_num_workers_soft_limit": "8",
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes of one CPU each, in this process tree."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in RAY.items():
            patch.setenv(name, value)
        head = {**SIZE, "include_dashboard": False}
        nodes = Cluster(initialize_head=True, head_node_args=head)
        nodes.add_node(**SIZE)
        yield nodes
        nodes.shutdown()


def write_csv(path: Path, rows: Sequence[Sequence[str]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def titles(texts: list[str], n: int, start: int = 0) -> list[str]:
    """n titles, some of them the same, some empty."""
    return [
        "" if i % 31 == 30 else texts[(i * i) % 97].split(" |")[0] for i in range(start, start + n)
    ]


def predictions(out: Path) -> list[dict[str, Any]]:
    paths = sorted((out / PREDICTIONS).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def summaries(out: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((out / SHARDS).glob("*.json"))]


def n_shards(out: Path) -> int:
    return len(list((out / SHARDS).glob("[!.]*.json")))


def check_whole(out: Path, receipt: RunReceipt, ids: Sequence[str]) -> None:
    """Every record once, sums that add up, nothing half-written."""
    assert sorted(row["id"] for row in predictions(out)) == sorted(ids)
    assert json.loads((out / "receipt.json").read_text())["n_rows_out"] == len(ids)
    assert receipt.n_rows_in == receipt.n_rows_out == len(ids)
    parts = (
        receipt.n_autocoded,
        receipt.n_corrected,
        receipt.n_not_codable,
        receipt.n_fallback,
        receipt.n_too_unsure,
        receipt.n_empty,
        receipt.n_not_stated,
        receipt.n_not_working,
    )
    assert sum(parts) == len(ids)
    for name in ("n_rows_out", "n_fallback", "n_empty", "n_review"):
        assert sum(shard[name] for shard in summaries(out)) == getattr(receipt, name)
    assert sum(host.n_rows for host in receipt.hosts.values()) == len(ids)
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]


@pytest.mark.slow
@pytest.mark.ray
@pytest.mark.timeout(300)  # starts a cluster
def test_the_same_as_on_one_machine(
    cluster: Cluster, bundle: Bundle, settings: Settings, texts: list[str], tmp_path: Path
) -> None:
    first = [["id", "Title", "tasks", "code"], ["0", "Nurse, head", 'wards\nand "beds"', "0110"]]
    first += [[str(i), t, "NA", "1e5"] for i, t in enumerate(titles(texts, 160), start=1)]
    second = [["id", "position"]] + [[f"b{i}", t] for i, t in enumerate(titles(texts, 75, 40))]
    files = [
        write_csv(tmp_path / "in" / "a.csv", first),
        write_csv(tmp_path / "in" / "b.csv", second, ";"),
    ]
    write_csv(
        settings.data.corrections_dir / "c.csv",
        [
            ["text", "corrected_isco_code"],
            [join("Nurse, head", "wards and beds"), "2221"],
            *[[join(f"{title} junior"), "0310"] for title in titles(texts, 160)[::4]],
        ],
    )
    nothing = pa.table({"job_title": pa.array([], pa.string()), "n": pa.array([], pa.int16())})
    pq.write_table(nothing, tmp_path / "in" / "none.parquet")
    settings = settings.with_values("output", derived=DERIVED)
    options = RunOptions(address=cluster.address, n_rows_per_split=40, n_actors=2)
    out = tmp_path / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("distributed.review_queue._TEXTS_PER_PART", 80)
        receipt = run_distributed([str(tmp_path / "in")], str(out), bundle, settings, options)
    by_ray = pq.read_table(out / REVIEW)
    n_uncertain = sum(shard["n_review_texts"] for shard in summaries(out))
    assert n_uncertain > 80  # added up by Ray; and now here
    assert write_review(Folder.at(str(out)), n_uncertain) == receipt.n_review_texts
    assert pq.read_table(out / REVIEW).equals(by_ray)
    (empty,) = (out / PREDICTIONS).glob("none.*")
    assert pq.read_schema(empty).field("n").type == pa.int16()
    assert [file["n_records"] for file in receipt.inputs] == [161, 75, 0]
    assert (receipt.n_rows_out, receipt.n_shards, receipt.n_actors) == (236, 8, 2)

    autocoder = open_autocoder(bundle, settings)
    expected: list[dict[str, str]] = []
    uncertain = Counter[str]()
    for path, records in zip(files, (first, second), strict=True):
        (tmp_path / path.stem).mkdir()
        code_file(path, tmp_path / path.stem, autocoder, settings)
        with (tmp_path / path.stem / "predictions.csv").open(encoding="utf-8", newline="") as file:
            expected += list(csv.DictReader(file))
        rows = [dict(zip(records[0], row, strict=True)) for row in records[1:]]
        joined = [
            join(row.get("Title", row.get("position", "")), row.get("tasks", "")) for row in rows
        ]
        by_text = dict(zip(joined, autocoder.code(joined), strict=True))
        uncertain.update(decided_text(t) for t in joined if by_text[t].is_fallback)
        coded_rows = (
            predictions(out)[: len(rows)] if path.stem == "a" else predictions(out)[-len(rows) :]
        )
        # To the last bit: the floats themselves, not what is written of them.
        assert [row["confidence"] for row in coded_rows] == [by_text[t].confidence for t in joined]
        assert [row["minor_confidence"] for row in coded_rows] == [
            by_text[t].minor_confidence for t in joined
        ]
    coded = predictions(out)
    for row, one in zip(coded, expected, strict=True):
        for name in one:
            value = row[name]
            if isinstance(value, float):
                assert f"{value:.9g}" == one[name]
            else:
                assert ("" if value is None else str(value)) == one[name].replace(
                    "true", "True"
                ).replace("false", "False")
    assert coded[0]["code"] == "0110" and coded[0]["source"] == "correction"
    assert {"model", "similar_correction"} <= {row["source"] for row in coded}
    assert list(coded[0]) == ["id", "Title", "tasks", "code", *OUTPUT_COLUMNS, *DERIVED]
    assert (coded[0]["isei08"], coded[0]["isco88"]) == (42, "2230")
    check_whole(out, receipt, [row["id"] for row in coded])

    review = pq.read_table(out / REVIEW)
    assert review.schema.equals(REVIEW_SCHEMA)
    review_rows = review.to_pylist()
    assert {decided_text(row["text"]): row["n_records"] for row in review_rows} == uncertain
    assert receipt.n_review_texts == len(review_rows)
    order = [
        (-(1 - row["confidence"]) * row["n_records"], decided_text(row["text"]))
        for row in review_rows
    ]
    assert order == sorted(order)
    assert all(
        join(row["job_title"], row["duties_description"]) == row["text"] for row in review_rows
    )
    assert all(row["candidate_5"] and row["predicted_title"] for row in review_rows)


@pytest.mark.slow
@pytest.mark.ray
def test_csv_shards_are_what_classify_writes(
    cluster: Cluster, bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    rows = [["id", "job_title"], ["01", " "], ["0", "\t"]]
    path = write_csv(tmp_path / "a.csv", rows)
    packed, corrupt = tmp_path / "packed.csv.gz", tmp_path / "corrupt.csv"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    corrupt.write_bytes(b'job_title\n"cook\n')
    options = RunOptions(output_format="csv", address=cluster.address, skips_corrupt=True)
    out = tmp_path / "out"
    places = [str(path), str(packed), str(corrupt)]
    receipt = run_distributed(places, str(out), bundle, settings, options)
    code_file(path, tmp_path, open_autocoder(bundle, settings), settings)
    expected = (tmp_path / "predictions.csv").read_bytes()
    shards = sorted((out / PREDICTIONS).iterdir())
    assert [shard.name.split(".")[0] for shard in shards] == ["a", "packed"]
    assert all(shard.read_bytes() == expected for shard in shards)
    (skipped,) = receipt.skipped
    assert skipped["input"] == str(corrupt) and "never closed" in skipped["reason"]
    assert (receipt.n_shards, receipt.n_rows_out, receipt.n_empty) == (2, 4, 4)
    assert pq.read_table(out / REVIEW).num_rows == 0  # nobody can decide what says nothing


@pytest.mark.slow
@pytest.mark.ray
def test_a_killed_actor_and_a_dead_node_cost_time_and_no_rows(
    cluster: Cluster, bundle: Bundle, settings: Settings, texts: list[str], tmp_path: Path
) -> None:
    ids = [str(i) for i in range(4000)]
    rows = [["id", "job_title"]]
    rows += [[i, f"{t} {i}"] for i, t in zip(ids, titles(texts, len(ids)), strict=True)]
    path, out = write_csv(tmp_path / "a.csv", rows), tmp_path / "out"
    doomed = cluster.add_node(**SIZE)
    (raylet,) = doomed.all_processes["raylet"]
    options = RunOptions(address=cluster.address, n_rows_per_split=50, n_actors=3)
    done: list[RunReceipt] = []

    def work() -> None:
        done.append(run_distributed([str(path)], str(out), bundle, settings, options))

    worker = threading.Thread(target=work)
    worker.start()
    wait_for(lambda: n_shards(out) >= 6, worker.is_alive)
    of_others = [actor for actor in actors() if actor.ppid() != raylet.process.pid]
    of_others[0].kill()
    n_before = n_shards(out)
    wait_for(lambda: n_shards(out) >= n_before + 6, worker.is_alive)
    assert raylet.process.pid in {actor.ppid() for actor in actors()}
    cluster.remove_node(doomed, allow_graceful=False)
    assert n_shards(out) < 80
    worker.join()
    (receipt,) = done
    assert (receipt.n_actors, receipt.n_shards) == (3, 80)
    check_whole(out, receipt, ids)


def actors() -> list[psutil.Process]:
    """The processes that code, of all nodes."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # gone meanwhile
            if "MapWorker" in process.cmdline()[0]:
                found.append(process)
    return found


def wait_for(condition: Callable[[], object], is_alive: Callable[[], bool]) -> None:
    while not condition():
        assert is_alive()
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.ray
def test_stopped_by_a_corrupt_file_it_goes_on_when_that_is_repaired(
    cluster: Cluster, bundle: Bundle, settings: Settings, texts: list[str], tmp_path: Path
) -> None:
    rows = [["id", "job_title"]] + [[f"a{i}", title] for i, title in enumerate(titles(texts, 90))]
    first = write_csv(tmp_path / "in" / "a.csv", rows)
    last = write_csv(tmp_path / "in" / "b.csv", [["id", "job_title"], ["b0", "cook"], ["b1"]])
    out, places = tmp_path / "out", [str(tmp_path / "in" / "*.csv")]
    options = RunOptions(address=cluster.address, n_rows_per_split=30, n_actors=1)
    with pytest.raises(
        DistributedError, match=r"'b.csv', line 3: found 1 field;.*--resume"
    ) as raised:
        run_distributed(places, str(out), bundle, settings, options)
    assert "--skip-corrupt" in str(raised.value) and not (out / "receipt.json").exists()
    assert len(summaries(out)) == 3 and not list(out.rglob("b.*"))

    with pytest.raises(DistributedError, match="add --resume"):
        run_distributed(places, str(out), bundle, settings, options)
    resumed = RunOptions(address=cluster.address, n_rows_per_split=30, resumes=True)
    with pytest.raises(DistributedError, match="was begun with"):
        other = settings.with_values("model", confidence_threshold=0.5)
        run_distributed(places, str(out), bundle, other, resumed)

    # Repaired; and the other has become shorter: its first split is the same, the third is gone.
    write_csv(last, [["id", "job_title"], ["b0", "cook"], ["b1", "baker"]])
    write_csv(first, rows[:41])
    kept = next((out / PREDICTIONS).glob("a.*.000000.parquet"))
    before = kept.stat().st_mtime_ns
    (out / SHARDS / ".x.0.json.part").write_bytes(b"{")  # of a writer that was killed
    receipt = run_distributed(places, str(out), bundle, settings, resumed)
    assert (receipt.n_resumed_shards, receipt.n_shards) == (1, 3)
    assert kept.stat().st_mtime_ns == before
    check_whole(out, receipt, [*(row[0] for row in rows[1:41]), "b0", "b1"])


@pytest.mark.slow
@pytest.mark.ray
def test_stopped_in_an_orderly_way_it_goes_on_with_resume(
    cluster: Cluster, bundle: Bundle, settings: Settings, texts: list[str], tmp_path: Path
) -> None:
    ids = [str(i) for i in range(80_000)]
    written = titles(texts, len(ids))
    # After the first shard there is work for seconds: the signals do not come too late.
    written[20_000::4] = [f"{written[i]} {i}" for i in range(20_000, len(ids), 4)]
    rows = [["id", "job_title"], *zip(ids, written, strict=True)]
    path, out = write_csv(tmp_path / "a.csv", rows), tmp_path / "out"
    config = str(settings.watcher.inbox.parent / "config.yaml")
    command = [sys.executable, str(ROOT / "main.py"), "classify", "--config", config]
    command += ["--engine", "ray", str(path), "--out", str(out), "--address", cluster.address]
    command += ["--concurrency", "1"]  # shard after shard

    for number in (signal.SIGINT, signal.SIGTERM):
        n_before = n_shards(out)
        started = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        wait_for(lambda n=n_before: n_shards(out) > n, lambda p=started: p.poll() is None)
        started.send_signal(number)
        _, said = started.communicate(timeout=60)
        assert started.returncode == 130 and "isco: stopped; " in said and "--resume" in said
        assert "SIGTERM received" not in said
        assert not (out / "receipt.json").exists()
        if "--resume" not in command:
            command += ["--resume"]

    options = RunOptions(address=cluster.address, n_actors=1, resumes=True)
    receipt = run_distributed([str(path)], str(out), bundle, settings, options)
    assert 1 < receipt.n_resumed_shards < receipt.n_shards == 4
    check_whole(out, receipt, ids)
    assert receipt.versions["ray"] and receipt.versions.items() >= software_versions().items()


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "code": pa.array([110, None, 2221], pa.int32()),
            "Position": pa.array(["Cook", None, "NA"]).dictionary_encode(),
            "duties": pa.array([None, None, None], pa.null()),
            "since": pa.array([datetime.date(2020, 1, 2), None, None]),
            "share": pa.array([0.5, None, 1.0]),
            "id": pa.array(["0110", "null", "1e5"], pa.large_string()),
            "notes": pa.array(["a", None, "NA"], pa.string_view()),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=2)
    file = local(tmp_path / "t.parquet")
    assert check_file(file, Columns()).n_records == 3
    (whole,) = read_splits(file, Columns())
    assert whole.columns[:2] == ("Position", "duties")
    assert whole.records.to_pylist() == table.to_pylist()
    assert whole.records.schema.field("code").type == pa.int32()
    assert whole.records.schema.field("Position").type == pa.string()
    sizes = [split.records.num_rows for split in read_splits(file, Columns(), 1)]
    assert sizes == [1, 1, 1]


def test_an_index_of_pandas_is_a_column(tmp_path: Path) -> None:
    frame = pd.DataFrame({"persnr": [101, 102], "job_title": ["nurse", "cook"]})
    frame.set_index("persnr").to_parquet(tmp_path / "t.parquet")
    splits = read_splits(local(tmp_path / "t.parquet"), Columns(), 1)
    assert [split.records["persnr"].to_pylist() for split in splits] == [[101], [102]]


@pytest.mark.parametrize(
    ("name", "column", "found"),
    [
        ("skills", pa.array([["a"], []]), "'skills' of type list"),
        ("address", pa.array([{"street": "x"}, None]), "'address' of type struct"),
        ("photo", pa.array([b"x", None]), "'photo' of type binary"),
        ("job_title", pa.array([2221, None]), "'job_title' of type int64"),
        ("JOB-TITLE ", pa.array(["a", "b"]), "which are one name"),
        ("other", pa.array(["a", "b"]), None),
    ],
)
def test_columns_that_no_cell_can_hold_are_refused(
    tmp_path: Path, name: str, column: pa.Array, found: str | None
) -> None:
    title = pa.array(["cook", "nurse"])
    columns = {name: column} if name == "job_title" else {"job_title": title, name: column}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    file = local(tmp_path / "t.parquet")
    if found is None:
        assert check_file(file, Columns()).n_records == 2
        return
    with pytest.raises(InputError, match=found):
        check_file(file, Columns())


def test_without_titles_there_is_nothing_to_code(tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="a column 'job_title', under one of the names"):
        check_file(local(tmp_path / "t.parquet"), Columns())


def test_a_file_cut_off_is_refused_before_its_first_record(tmp_path: Path) -> None:
    rows = [["job_title", "duties"], *([f"cook {i}", "x" * 50] for i in range(5000))]
    text = write_csv(tmp_path / "a.csv", rows).read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(text)[:-2000])
    (tmp_path / "no.csv.gz").write_bytes(text)
    pq.write_table(pa.table({"job_title": [row[0] for row in rows]}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-20])
    (tmp_path / "bad.parquet").write_bytes(whole[:4] + os.urandom(400) + whole[404:])
    (tmp_path / "no.parquet").write_bytes(text)
    for name in ("no.csv.gz", "no.parquet"):  # the content decides, as in the inbox
        contents = check_file(local(tmp_path / name), Columns())
        assert (contents.n_records, contents.delimiter) == (5000, "comma")
    for name in ("cut.csv.gz", "cut.parquet", "bad.parquet"):
        with pytest.raises(InputError, match=f"'{name}'.* damaged content"):
            check_file(local(tmp_path / name), Columns())


@pytest.mark.slow
def test_splits_are_bounded_by_rows_and_by_bytes(tmp_path: Path) -> None:
    long = "x" * 900_000
    path = write_csv(tmp_path / "a.csv", [["job_title"], *([long] for _ in range(80))])
    file = local(path)
    sizes = [split.records.num_rows for split in read_splits(file, Columns(), 50)]
    assert sizes == [38, 38, 4]
    pq.write_table(pa.table({"job_title": [long] * 80}), tmp_path / "a.parquet")
    counted = [s.records.num_rows for s in read_splits(local(tmp_path / "a.parquet"), Columns(), 9)]
    assert counted == [9] * 8 + [8]


def test_which_files_are_read(tmp_path: Path) -> None:
    for name in (
        "a.csv",
        "sub/b.parquet",
        "sub/c.csv.gz",
        "_SUCCESS",
        ".x.csv",
        "_t/d.csv",
        "e.txt",
    ):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("job_title\n")
    out = Folder.at(str(tmp_path / "out"))

    def names(*places: str) -> list[str]:
        return [file.name for file in find_inputs(places, out).files]

    folder = str(tmp_path / "in")
    assert names(folder) == ["a.csv", "e.txt", "b.parquet", "c.csv.gz"]
    assert names(f"{folder}/e.txt", folder, f"file://{folder}/a.csv") == [
        "a.csv", "e.txt", "b.parquet", "c.csv.gz",
    ]  # fmt: skip
    assert names(f"{folder}/*/*.gz", f"{folder}/**/b.*") == ["b.parquet", "c.csv.gz"]
    for nothing in (f"{folder}/*.zip", f"{folder}/none.csv", f"{folder}/.hidden"):
        with pytest.raises(StorageError, match="found no file"):
            names(nothing)
    with pytest.raises(StorageError, match="expected a path, or a URI"):
        names("ftp://host/a.csv")
    with pytest.raises(StorageError, match="lies in --out"):
        find_inputs([folder], Folder.at(str(tmp_path / "in" / "sub")))
    prefixes = {file.shard_prefix for file in find_inputs([folder], out).files}
    assert len(prefixes) == 4


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    out = Folder.at(str(tmp_path / "out"))
    out.write("a/x", b"first")
    with pytest.raises(TypeError):
        out.write("a/x", 5)  # type: ignore[arg-type]
    (tmp_path / "review").write_bytes(b"0" * 3_000_000)
    out.upload("a/y", tmp_path / "review")
    assert (out.names("a"), out.read("a/x"), len(out.read("a/y"))) == (
        ["x", "y"],
        b"first",
        3_000_000,
    )
    out.remove("a/x")
    out.remove("a/x")
    assert out.names("a") == ["y"] and out.names("b") == []


def test_how_it_stands() -> None:
    progress = RunProgress(n_bytes=1000)
    progress.add_read(500, 2000)
    progress.add_coded(0)  # a file without records has a shard, too
    assert progress.describe(10.0) == "0 of about 4,000 rows, 0 rows/s"
    progress.add_coded(900)
    progress.add_resumed(100)
    assert progress.describe(10.0) == "1,000 of about 4,000 rows, 90 rows/s, 0:00:33 left"
    progress.add_read(500, 1000)
    assert progress.describe(10.0) == "1,000 of 3,000 rows, 90 rows/s, 0:00:22 left"
