"""Send a survey of 1,000 titles that no training had through the daemon, and check the codes.

``python -m benchmarks.one_thousand LABELLED --write SURVEY.csv`` draws rows of a labelled file
whose ``title_in_train`` is empty and writes them with an id and without the label, to drop into the
inbox. ``--check PREDICTIONS.csv`` compares the codes with the labels.
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
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", type=Path, metavar="SURVEY.csv")
    action.add_argument("--check", type=Path, metavar="PREDICTIONS.csv")
    arguments = parser.parse_args()
    with arguments.labelled.open(encoding="utf-8", newline="") as file:
        unseen = [row for row in csv.DictReader(file) if not row["title_in_train"]]
    drawn = random.Random(0).sample(unseen, N_ROWS)
    if arguments.write:
        with arguments.write.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "job_title", "duties_description"])
            for i, row in enumerate(drawn):
                writer.writerow([f"{i:05}", row["job_title"], row["duties_description"]])
        return
    with arguments.check.open(encoding="utf-8", newline="") as file:
        coded = list(csv.DictReader(file))
    assert [row["id"] for row in coded] == [f"{i:05}" for i in range(N_ROWS)]
    labels = [row["isco_code"] for row in drawn]
    top = sum(row["candidate_1"] == label for row, label in zip(coded, labels, strict=True))
    sure = [
        (r, label) for r, label in zip(coded, labels, strict=True) if r["is_fallback"] == "false"
    ]
    agree = sum(row["isco_code"] == label for row, label in sure)
    print(f"{N_ROWS} rows, top-1 {top / N_ROWS:.3f}, autocoded {len(sure)}, agreeing {agree}")


if __name__ == "__main__":
    main()
