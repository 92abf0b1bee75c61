"""Measure time and memory of what precedes a training: ``python -m benchmarks.preparation``.

10,000, 50,000 and 150,000 records, each number in its own process, are derived with a seed from
``data/reference/answers/en.csv``: an answer with an employer or a place, a rank, the words in
another order, and a typo in every second one. So they are distinct texts, as similar to each other
as answers are. One in fifty gets a random code, one in a hundred is a copy. The steps are read,
clean, vectors, neighbors, clusters, label issues and split. Printed are the seconds of each, the
seconds of the processor over all threads (fewer if other work shares the machine) and the highest
resident memory of the process up to its end.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders import peak_mib
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from training.dataset.augmentation import typo
from training.dataset.records import read_records, resolve_conflicts
from training.dataset.splits import Origin, assign_sides
from training.label_quality.embeddings import embed
from training.label_quality.label_issues import find_label_issues
from training.label_quality.neighbors import nearest, reduce
from training.label_quality.outliers import K, find_clusters, find_outliers
from training.model.encoder import load_encoder

RANKS = ("senior", "junior", "assistant", "head", "trainee", "freelance", "part time")
EMPLOYERS = ("hospital", "council", "school", "factory", "farm", "bank", "warehouse", "hotel")
PLACES = ("north", "south", "city", "county", "harbour", "airport", "village", "night shift")


def make_records(answers: Path, n: int, seed: int, out: Path) -> None:
    """Write ``n`` records as CSV, the same for the same seed."""
    rng = random.Random(seed)
    with answers.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["job_title", "duties_description", "isco_code"])
        variant: list[str] = []
        for i in range(n):
            if i % 100 != 99:
                row = rng.choice(rows)
                title = _title(row["job_title"], rng)
                code = row["isco_code"] if rng.random() > 0.02 else rng.choice(isco08().units)
                variant = [title, row["duties_description"], code]
            writer.writerow(variant)


def _title(title: str, rng: random.Random) -> str:
    words = [rng.choice(RANKS)] if rng.random() < 0.4 else []
    words += title.split()
    if rng.random() < 0.3:
        cut = rng.randrange(len(words) + 1)
        words = words[cut:] + words[:cut]
    words += ["at", rng.choice(PLACES), rng.choice(EMPLOYERS), str(rng.randrange(1, 400))]
    return typo(" ".join(words), rng) if rng.random() < 0.5 else " ".join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 50_000, 150_000])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", default="models/bundled/checkpoint")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    arguments = parser.parse_args()
    if len(arguments.records) > 1:  # the highest memory is that of a process
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.preparation"]
        command += ["--seed", str(arguments.seed), "--encoder", arguments.encoder]
        command += ["--config", str(arguments.config)]
        for n in arguments.records:
            subprocess.run([*command, "--records", str(n)], check=True)
        return
    (n_records,) = arguments.records
    settings = load_settings(arguments.config)
    answers = settings.data.reference_dir / "answers" / "en.csv"
    training = settings.training
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        make_records(answers, n_records, arguments.seed, out / "raw.csv")
        begin = time.perf_counter()
        with _step("read"):
            records = read_records(
                out / "raw.csv", settings.data.model_copy(update={"processed_dir": out})
            ).records
        with _step("clean"):
            distinct = resolve_conflicts(records, out, training.conflicts)
        print(json.dumps({"n_records": len(records), "n_texts": len(distinct)}), flush=True)
        tokenizer, model = load_encoder(
            arguments.encoder, distinct["text"], Path(arguments.encoder)
        )
        with _step("vectors"):
            vectors = embed(list(distinct["text"]), tokenizer, model)
        with _step("neighbors"):
            neighbors = nearest(reduce(vectors), K)
        with _step("clusters"):
            clusters = find_clusters(neighbors, training.cluster_eps, training.cluster_min_samples)
            find_outliers(distinct, neighbors, clusters).to_csv(out / "outliers.csv")
        with _step("label issues"):
            find_label_issues(distinct, vectors, training.seed)[0].to_csv(out / "issues.csv")
        with _step("split"):
            own = distinct.assign(origin=Origin.OWN)
            assign_sides(own, training.validation_share, training.test_share, training.seed)
        print(json.dumps({"step": "all", "seconds": round(time.perf_counter() - begin, 1)}))


@contextmanager
def _step(name: str) -> Iterator[None]:
    start, start_cpu = time.perf_counter(), time.process_time()
    yield
    seconds = round(time.perf_counter() - start, 1)
    cpu_seconds = round(time.process_time() - start_cpu, 1)
    figures = {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_rss_mib": peak_mib()}
    print(json.dumps({"step": name, **figures}), flush=True)


if __name__ == "__main__":
    main()
