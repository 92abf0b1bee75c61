"""A 1,000-row survey of unseen titles, sent through the daemon.

``python -m benchmarks.one_thousand LABELLED --write SURVEY.csv`` takes rows of a labelled file
whose ``title_in_train`` is empty, with an id and without the label, to drop into the inbox;
``--check PREDICTIONS.csv`` compares what came back with the labels.
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path

N_ROWS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, metavar="SURVEY.csv")
    what.add_argument("--check", type=Path, metavar="PREDICTIONS.csv")
    arguments = parser.parse_args()
    with arguments.labelled.open(encoding="utf-8", newline="") as file:
        unseen = [row for row in csv.DictReader(file) if not row["title_in_train"]]
    chosen = random.Random(0).sample(unseen, N_ROWS)
    if arguments.write:
        with arguments.write.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "job_title", "duties_description"])
            for i, row in enumerate(chosen):
                writer.writerow([f"{i:05}", row["job_title"], row["duties_description"]])
        return
    with arguments.check.open(encoding="utf-8", newline="") as file:
        coded = list(csv.DictReader(file))
    assert [row["id"] for row in coded] == [f"{i:05}" for i in range(N_ROWS)]
    labels = [row["isco_code"] for row in chosen]
    top = sum(row["candidate_1"] == label for row, label in zip(coded, labels, strict=True))
    sure = [
        (r, label) for r, label in zip(coded, labels, strict=True) if r["is_fallback"] == "false"
    ]
    agree = sum(row["isco_code"] == label for row, label in sure)
    print(f"{N_ROWS} rows, top-1 {top / N_ROWS:.3f}, autocoded {len(sure)}, agreeing {agree}")


if __name__ == "__main__":
    main()
