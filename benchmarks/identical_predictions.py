"""Compare the predictions of two checkouts byte for byte:
``python -m benchmarks.identical_predictions BEFORE AFTER [--rows N] [--files N]``.

Codes a survey, a tenth of whose records have corrected titles, and small files of every kind that
the reader accepts or refuses (``tests/support/generated_files.py``) with ``isco classify`` of both
checkouts, and prints for each file that is not the same what became of it. Both run in the Python
of this process, with the same settings, each with the model ``models/bundled`` of its own checkout;
one thread, so that no sum depends on how the work was divided. A refactoring changes no byte. A new
model or a new decision changes many, and ``model_version`` says so.

The exit code is 1 if a ``predictions.csv`` differs, or if one checkout alone refuses a file.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.survey import Survey, write_survey
from tests.system.generated_files import generate

_CORRECTED_ONE_IN = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, help="a checkout")
    parser.add_argument("after", type=Path, help="the checkout to compare with it")
    parser.add_argument("--rows", type=int, default=5_000, metavar="N", help="of the survey (5000)")
    parser.add_argument("--files", type=int, default=200, metavar="N", help="small files (200)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="isco-identical-") as name:
        folder = Path(name)
        inputs = write_inputs(folder, arguments.rows, arguments.files)
        before = classify(arguments.before, folder, "before")
        after = classify(arguments.after, folder, "after")
    different = [path for path in inputs if before.get(path.name) != after.get(path.name)]
    for path in different:
        sizes = [
            f"{len(coded[path.name]):,} bytes" if path.name in coded else "refused"
            for coded in (before, after)
        ]
        print(f"{path.name}: {sizes[0]} before, {sizes[1]} after")
    n_same, n_refused = len(inputs) - len(different), len(inputs) - len(after)
    print(f"{n_same} of {len(inputs)} files are identical; {n_refused} are refused")
    sys.exit(bool(different))


def write_inputs(folder: Path, n_rows: int, n_files: int) -> list[Path]:
    """Write ``inputs/`` and ``corrections/coded.csv``; return the paths of the inputs.

    The same numbers give the same files.
    """
    inputs, corrections = folder / "inputs", folder / "corrections"
    inputs.mkdir()
    corrections.mkdir()
    survey = inputs / "survey.csv"
    write_survey(survey, Survey(n_rows))
    with survey.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))[::_CORRECTED_ONE_IN]
    with (corrections / "coded.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["job_title", "duties_description", "corrected_isco_code"])
        writer.writerows([r["job_title"], r["duties_description"], "9629"] for r in records)
    paths = [survey]
    for number, generated in enumerate(generate(n_files, seed=0)):
        paths.append(inputs / f"{number:04}{generated.suffix}")
        paths[-1].write_bytes(generated.content)
    return paths


def classify(checkout: Path, folder: Path, name: str) -> dict[str, bytes]:
    """Return the name of each input → the bytes of its ``predictions.csv`` from ``checkout``.

    The corrections of ``write_inputs`` are in force. Ends the program if no file was coded.
    """
    checkout = checkout.resolve()
    settings = {
        "data": {"corrections_dir": str(folder / "corrections")},
        "inference": {"provider": "cpu", "threads": 1},
        # Only the model that ships: a checkout may have trained one of its own.
        "output": {
            "model_dir": str(checkout / "models"),
            "best_model_dir": str(folder / "no_model"),
        },
    }
    config = folder / f"{name}.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, str(checkout / "main.py"), "classify", "--config", str(config)]
    command += [str(folder / "inputs"), "--out", str(folder / name), "--json"]
    # An editable installation of one checkout must not answer for the other.
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    receipts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not receipts:
        sys.exit(f"{checkout}: isco classify failed:\n{done.stderr}")
    return {
        receipt["input"]: Path(receipt["folder"], "predictions.csv").read_bytes()
        for receipt in receipts
    }


if __name__ == "__main__":
    main()
