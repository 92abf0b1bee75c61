"""Classify a file in one of three ways: ``python -m benchmarks.contenders NAME BUNDLE FILE``.

``pipeline``   Hugging Face ``pipeline("text-classification")`` on the checkpoint
``optimum``    the same pipeline over optimum's ``ORTModelForSequenceClassification``, fp32
``isco``       what ``isco classify`` does, from the file to the published results

``optimum`` needs its export: ``--onnx FOLDER``, which ``benchmarks/serving.py`` makes. The first
two get the cleaned texts as a list and write nothing. Only ``isco`` also reads, cleans and writes;
its ``code_seconds`` are the part of its ``seconds`` in which it computed codes. The clock starts
when the model is loaded. One line of JSON is printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.text import join

NAMES = ("pipeline", "optimum", "isco")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--batch", type=int, default=1, help="rows to a batch of a pipeline")
    parser.add_argument("--onnx", type=Path, help="where optimum's export lies")
    arguments = parser.parse_args()
    start = time.perf_counter()
    run = {"pipeline": _pipeline, "optimum": _optimum, "isco": _isco}[arguments.name](arguments)
    loaded = time.perf_counter()
    n_rows, code_seconds = run()
    seconds = time.perf_counter() - loaded
    figures = {
        "n_rows": n_rows,
        "seconds": seconds,
        "code_seconds": seconds if code_seconds is None else code_seconds,
        "load_seconds": loaded - start,
        "peak_mib": peak_mib(),
    }
    print(json.dumps(figures))


Run = Callable[[], tuple[int, float | None]]
"""Classifies the file. Returns the number of rows, and the seconds for codes if not all were."""


def peak_mib() -> int:
    """Return the highest resident memory of this process in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss begins with what the parent had
        match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        if match:
            return int(match[1]) // 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024**2 if sys.platform == "darwin" else 1024)


def read_texts(file: Path) -> list[str]:
    """Return the cleaned texts of a survey, in file order."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [join(r["job_title"], r["duties_description"]) for r in csv.DictReader(lines)]


def _pipeline(arguments: argparse.Namespace) -> Run:
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(
        arguments.bundle / "checkpoint", dtype="float32"
    )
    return _classify_texts(model.eval(), arguments)


def _optimum(arguments: argparse.Namespace) -> Run:
    from optimum.onnxruntime import ORTModelForSequenceClassification

    return _classify_texts(
        ORTModelForSequenceClassification.from_pretrained(arguments.onnx), arguments
    )


def _classify_texts(model: object, arguments: argparse.Namespace) -> Run:
    from transformers import AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(arguments.bundle / "checkpoint")
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    texts = read_texts(arguments.file)
    options = {"batch_size": arguments.batch, "truncation": True, "max_length": 128}
    return lambda: (len(classify(texts, **options)), None)


def _isco(arguments: argparse.Namespace) -> Run:
    from core.process_start import collect_rarely
    from core.row_counts import Progress, no_progress
    from core.settings import Settings
    from inference.autocoder import open_autocoder
    from inference.bundle import Bundle
    from inference.corrections_lookup import CorrectionsLookup
    from inference.decision import Prediction
    from results.code_file import code_file, prepare_process
    from watcher.delivery.publish import complete, publish, staging
    from watcher.filesystem import Filesystem
    from watcher.intake.folder_checks import STAGING

    settings = Settings()
    files = Filesystem()
    collect_rarely()  # as main.py
    with ThreadPoolExecutor(1) as executor:  # as in cli/commands/classify.py
        prepared = executor.submit(prepare_process, settings.output.language)
        autocoder = open_autocoder(Bundle.open(arguments.bundle), settings, CorrectionsLookup())
        prepared.result()

    code = autocoder.code
    code_seconds = 0.0

    def timed(texts: Sequence[str], progress: Progress = no_progress) -> list[Prediction]:
        nonlocal code_seconds
        start = time.perf_counter()
        predictions = code(texts, progress)
        code_seconds += time.perf_counter() - start
        return predictions

    def run() -> tuple[int, float]:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            (out / STAGING).mkdir(mode=0o700)
            with staging(files, out, "benchmark") as staged:
                receipt = code_file(arguments.file, staged, autocoder, settings)
                complete(files, staged, receipt)
                publish(files, staged, out, receipt)
        return receipt.n_rows_out, code_seconds

    autocoder.code = timed  # type: ignore[method-assign]
    return run


if __name__ == "__main__":
    main()
