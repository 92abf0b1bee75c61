"""One way to classify a file, in a process of its own: ``python -m benchmarks.contenders NAME …``.

``pipeline``   Hugging Face ``pipeline("text-classification")`` on the checkpoint
``optimum``    the same pipeline over optimum's ``ORTModelForSequenceClassification``, fp32
``isco``       what ``isco classify`` does, from the file to the published results

The first two get the cleaned texts in a list, and nothing is written: reading, cleaning and results
count for ``isco`` alone, which says how many of its ``seconds`` went into codes (``code_seconds``).
The clock starts when the model is loaded. Prints one line of JSON.
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
    chosen = parser.parse_args()
    start = time.perf_counter()
    run = {"pipeline": _pipeline, "optimum": _optimum, "isco": _isco}[chosen.name](chosen)
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


RunFolder = Callable[[], tuple[int, float | None]]
"""Classifies; gives the rows, and the seconds for codes where these are not all."""


def peak_mib() -> int:
    """Highest resident memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss begins with what the parent had
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        if found:
            return int(found[1]) // 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024**2 if sys.platform == "darwin" else 1024)


def read_texts(file: Path) -> list[str]:
    """The cleaned texts of a survey, in order."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [join(r["job_title"], r["duties_description"]) for r in csv.DictReader(lines)]


def _pipeline(chosen: argparse.Namespace) -> RunFolder:
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(
        chosen.bundle / "checkpoint", dtype="float32"
    )
    return _classify_texts(model.eval(), chosen)


def _optimum(chosen: argparse.Namespace) -> RunFolder:
    from optimum.onnxruntime import ORTModelForSequenceClassification

    return _classify_texts(ORTModelForSequenceClassification.from_pretrained(chosen.onnx), chosen)


def _classify_texts(model: object, chosen: argparse.Namespace) -> RunFolder:
    from transformers import AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(chosen.bundle / "checkpoint")
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    texts = read_texts(chosen.file)
    options = {"batch_size": chosen.batch, "truncation": True, "max_length": 128}
    return lambda: (len(classify(texts, **options)), None)


def _isco(chosen: argparse.Namespace) -> RunFolder:
    from core.settings import Settings
    from inference.autocoder import open_autocoder
    from inference.bundle import Bundle
    from inference.corrections_lookup import CorrectionsLookup
    from inference.decision import Prediction
    from results.code_file import code_file
    from watcher.delivery.publish import complete, publish, staging
    from watcher.filesystem import Filesystem
    from watcher.intake.folder_checks import STAGING

    settings, files = Settings(), Filesystem()
    autocoder = open_autocoder(Bundle.open(chosen.bundle), settings, CorrectionsLookup())

    code, code_seconds = autocoder.code, 0.0

    def timed(texts: Sequence[str], progress: Callable[[int], None]) -> list[Prediction]:
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
                receipt = code_file(chosen.file, staged, autocoder, settings)
                complete(files, staged, receipt)
                publish(files, staged, out, receipt)
        return receipt.n_rows_out, code_seconds

    autocoder.code = timed  # type: ignore[method-assign]
    return run


if __name__ == "__main__":
    main()
