"""What a distributed run costs: ``python -m benchmarks.distributed overhead | parts | review``.

``overhead``   ``isco classify`` and ``isco classify --engine ray`` on the same rows, in turns; the
               median of the ratios, and the memory of the actors while they code
``parts``      rows per second and core of every step by itself: checking and splitting CSV and
               Parquet, cleaning, tokenising, coding, writing; and how many texts 1, 2 and 4 actors
               code, each with a cache of its own
``review``     adding up and sorting the uncertain texts of all shards, by their number

Figures, and the plan made from them, stand in ``benchmarks/results/distributed.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from tokenizers import Tokenizer

from benchmarks import ROOT
from benchmarks.survey import HEADER, Survey, write_survey
from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.text import join
from distributed.arrow_types import arrow_table
from distributed.file_splits import SPLIT_ROWS, Split, check_file, read_splits
from distributed.inputs import find_inputs
from distributed.ray_environment import prepare_environment
from distributed.shards import UNCERTAIN_SCHEMA, Shard, example_of, uncertain_path, write_shard
from distributed.storage import Folder
from inference.autocoder import open_autocoder, result_settings
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import Prediction
from inference.model_registry import ModelRegistry

_MAIN = str(ROOT / "main.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("overhead", "parts", "review"))
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3, help="of overhead")
    parser.add_argument("--concurrency", type=int, help="actors of overhead")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="distributed-") as scratch:
        {"overhead": _overhead, "parts": _parts, "review": _review}[chosen.what](
            chosen, Path(scratch)
        )


def _say(**figures: Any) -> None:
    print(json.dumps(figures), flush=True)


def _overhead(chosen: argparse.Namespace, scratch: Path) -> None:
    path = scratch / "survey.csv"
    write_survey(path, Survey(chosen.rows))
    ratios = []
    for number in range(chosen.rounds):
        alone = _timed([str(path), "--out", str(scratch / "alone")])
        ray = ["--engine", "ray", str(path), "--out", str(scratch / "ray"), "--json"]
        if chosen.concurrency:
            ray += ["--concurrency", str(chosen.concurrency)]
        with _memory_of_actors() as memory:
            on_ray = _timed(ray)
        receipt = json.loads((scratch / "ray" / "receipt.json").read_text())
        ratios.append(on_ray / alone)
        _say(
            round=number,
            rows=chosen.rows,
            classify_s=round(alone, 1),
            ray_s=round(on_ray, 1),
            ratio=round(ratios[-1], 3),
            actors=receipt["n_actors"],
            threads=receipt["n_threads"],
            coding_s=round(sum(host["seconds"] for host in receipt["hosts"].values()), 1),
            actor_mb=sorted(memory.values()),
        )
        for folder in ("alone", "ray"):
            shutil.rmtree(scratch / folder)
    _say(rows=chosen.rows, median_ratio=round(statistics.median(ratios), 3))


def _timed(arguments: list[str]) -> float:
    started = time.monotonic()
    subprocess.run(
        [sys.executable, _MAIN, "classify", *arguments], check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - started


class _memory_of_actors:  # noqa: N801
    """Process id → the most memory that an actor had while the block ran, in MB.

    Proportional set size: what several processes share counts once.
    """

    def __enter__(self) -> dict[int, int]:
        self._found: dict[int, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self._found

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(1.0):
            for process in psutil.process_iter():
                try:
                    if "MapWorker(MapBatches(CodingActor))" in " ".join(process.cmdline()):
                        used = process.memory_full_info().pss >> 20
                        self._found[process.pid] = max(self._found.get(process.pid, 0), used)
                except psutil.Error:  # gone meanwhile
                    continue


def _parts(chosen: argparse.Namespace, scratch: Path) -> None:
    settings = load_settings(ROOT / "config.yaml")
    settings = settings.with_values("inference", threads=1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    path = scratch / "survey.csv"
    write_survey(path, Survey(chosen.rows))
    as_text = pa.csv.ConvertOptions(column_types=dict.fromkeys(HEADER, pa.string()))
    table = pa.csv.read_csv(path, convert_options=as_text)
    pq.write_table(table, scratch / "survey.parquet")
    out = Folder.at(str(scratch / "out"))
    splits: list[Split] = []
    for kind in ("csv", "parquet"):
        (file,) = find_inputs([str(scratch / f"survey.{kind}")], out).files
        columns = settings.data.columns
        _rate(f"check {kind}", chosen.rows, lambda: check_file(file, columns))  # noqa: B023
        splits = []
        _rate(f"split {kind}", chosen.rows, lambda: splits.extend(read_splits(file, columns)))  # noqa: B023
        _say(bytes_per_row=round(file.size / chosen.rows, 1), of=kind)
    titles = [t for s in splits for t in s.records["job_title"].to_pylist()]
    duties = [t or "" for s in splits for t in s.records["duties_description"].to_pylist()]
    texts: list[str] = []
    _rate("clean", chosen.rows, lambda: texts.extend(map(join, titles, duties)))
    for n_actors in (1, 2, 4):  # each has a cache of its own; splits taken in turn
        coded: list[set[str]] = [set() for _ in range(n_actors)]
        for i, text in enumerate(texts):
            coded[i // SPLIT_ROWS % n_actors].add(text)
        _say(actors=n_actors, rows=len(texts), texts_coded=sum(map(len, coded)))
    distinct = list(dict.fromkeys(texts))[:20_000]
    bundle = ModelRegistry(settings.output).served()
    tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
    _rate("tokenise distinct texts", len(distinct), lambda: tokenizer.encode_batch(distinct))
    autocoder = open_autocoder(bundle, settings, CorrectionsLookup())
    _rate("code distinct texts", len(distinct), lambda: autocoder.code(distinct))
    _shards(settings, splits[0], out)


def _shards(settings: Settings, split: Split, out: Folder) -> None:
    """A shard all of whose texts are remembered: what writing costs."""
    lookup = CorrectionsLookup()
    autocoder = open_autocoder(
        ModelRegistry(settings.output).served(),
        settings.with_values("inference", cache_texts=100_000),
        lookup,
    )
    shard = Shard(
        name="x",
        input="x",
        key="x",
        model_version=autocoder.version,
        settings=result_settings(settings, lookup),
    )
    write_shard(shard, split, "parquet", autocoder, out)
    n_rows = split.records.num_rows
    for form in ("parquet", "csv"):
        _rate(
            f"clean, look up and write {form}",
            n_rows,
            lambda: write_shard(shard, split, form, autocoder, out),  # noqa: B023
        )
        size = (Path(out.path) / "predictions" / f"x.{form}").stat().st_size
        _say(bytes_per_row=round(size / n_rows, 1), of=f"written {form}")


def _rate(step: str, n_rows: int, work: Callable[[], object]) -> None:
    """The work's own CPU time: other programs on the machine do not count."""
    started = time.process_time()
    work()
    seconds = time.process_time() - started
    _say(step=step, rows=n_rows, cpu_s=round(seconds, 2), rows_per_cpu_s=round(n_rows / seconds))


def _review(chosen: argparse.Namespace, scratch: Path) -> None:
    prepare_environment()
    from distributed.ray_cluster import connected
    from distributed.review_queue import write_review

    out = Folder.at(str(scratch / "out"))
    candidates = (("2221", 0.61),) * N_REVIEW_CANDIDATES
    nurse = Prediction("222", 0.61, True, "222", 0.61, candidates, CodeSource.MODEL)
    title, duties = "Registered nurse", "medicines"
    example = example_of(join(title, duties), title, duties, nurse)
    with connected(None):
        n_uncertain = chosen.rows
        while n_uncertain >= 1000:
            shutil.rmtree(out.path, ignore_errors=True)
            _write_uncertain(n_uncertain, example, out)
            started = time.monotonic()
            n_texts = write_review(out, n_uncertain)
            seconds = time.monotonic() - started
            _say(uncertain=n_uncertain, texts=n_texts, seconds=round(seconds, 1))
            n_uncertain //= 10


def _write_uncertain(n_uncertain: int, example: str, out: Folder) -> None:
    """Shards of 10,000 uncertain texts; every text is in two of them."""
    for start in range(0, n_uncertain, 10_000):
        numbers = range(start, min(start + 10_000, n_uncertain))
        columns: list[list[Any]] = [
            [f"registered nurse of ward {i % (n_uncertain // 2)} | medicines" for i in numbers],
            [1 + i % 7 for i in numbers],
            [0.5 + (i % (n_uncertain // 2) % 997) / 2000 for i in numbers],
            [example for _ in numbers],
        ]
        sink = pa.BufferOutputStream()
        pq.write_table(arrow_table(zip(*columns, strict=True), UNCERTAIN_SCHEMA), sink)
        out.write(uncertain_path(f"q.{start:09}"), sink.getvalue())


if __name__ == "__main__":
    main()
