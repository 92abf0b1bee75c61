"""Measure the speed against the libraries that one would use instead: ``make bench``, or
``python -m benchmarks.serving [--rows N] [--json FILE]``.

For a model of RoBERTa-base's size (random weights: the speed is the same) and for the one in
``models/bundled``: Hugging Face's pipeline at batch 1 and at its best batch, optimum's ONNX
pipeline, and what ``isco classify`` does from the file to the published results; the same weights,
the same rows, each in a process of its own, in turn, the medians of some rounds. ``of int8 limit``
is rows/s over what this machine's int8 (or fp32) matrix products and memory would allow for the
same tokens, measured in the same run (``benchmarks/bound.py``).

``files`` is the share of the time for reading and writing. Then ``isco`` alone: a long file against
one of 10,000 rows, the start of the daemon, one record, a small file dropped. All files are made by
``benchmarks/survey.py``.

It takes about 40 minutes on two idle cores, and longer the first time, when the model of base size
is exported. Each run logs a line. The JSON holds what was measured so far at any moment.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from benchmarks import ROOT
from benchmarks.base_model import make_base_bundle
from benchmarks.bound import Shape, tokens_per_s
from benchmarks.contenders import read_texts
from benchmarks.latency import measure_latency
from benchmarks.processor import processor
from benchmarks.survey import Survey, write_survey
from inference.bundle import Bundle

BUNDLED = ROOT / "models" / "bundled"
_BATCHES = (8, 32)
_TRIED_ROWS = 64
_SHORT_FILE = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the long file")
    parser.add_argument("--base-rows", type=int, default=300, help="for the model of base size")
    parser.add_argument("--bundled-rows", type=int, default=2_048, help="for the one that ships")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure, with its runs")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        default=ROOT / "models" / "runs" / "benchmark",
        help="where the model of base size is kept for the next time",
    )
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"machine": _machine()}
    _log(json.dumps(figures["machine"]))
    with tempfile.TemporaryDirectory(prefix="isco-bench-") as scratch:
        work = Path(scratch)
        base = make_base_bundle(arguments.keep)
        models = (
            ("base size", base, arguments.base_rows),
            ("bundled", BUNDLED, arguments.bundled_rows),
        )
        for name, bundle, n_rows in models:
            for kind, survey in _surveys(n_rows)[name].items():
                compared = _compare(name, kind, survey, bundle, arguments, work)
                figures.setdefault(name, {})[kind] = compared
                _write(figures, arguments.json)
        figures["latency"] = measure_latency(arguments.rounds, work)
        _print_rows("bundled, waiting times", figures["latency"])
        _write(figures, arguments.json)
        figures["long file"] = _long_file(arguments.rows, arguments.rounds, work)
        _print_rows("bundled, a long file", figures["long file"])
        _write(figures, arguments.json)


def _surveys(n_rows: int) -> dict[str, dict[str, Survey]]:
    """Return the files of each model: model → kind → what the file holds."""
    repeated = {"60 % repeats": Survey(n_rows, repeats=0.6)}
    titles = {
        "titles of two words": Survey(n_rows, repeats=0.0, duties=0.0, n_words=2),
        "titles": Survey(n_rows, repeats=0.0, duties=0.0),
    }
    with_duties = {"titles and duties": Survey(n_rows, repeats=0.0, duties=1.0)}
    return {
        "base size": {"all distinct": Survey(n_rows, repeats=0.0), **repeated},
        "bundled": {**titles, **with_duties},
    }


def _write(figures: dict[str, Any], path: Path | None) -> None:
    if path is not None:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _log(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _machine() -> dict[str, Any]:
    packages = ("onnxruntime", "torch", "transformers", "optimum", "tokenizers", "numpy")
    return {
        "date": date.today().isoformat(),
        "processor": processor(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def _compare(
    name: str,
    kind: str,
    survey: Survey,
    bundle_dir: Path,
    arguments: argparse.Namespace,
    work: Path,
) -> dict[str, Any]:
    """Run all contenders on one file, in turn, and print their table."""
    onnx_dir = _optimum_export(bundle_dir, arguments.keep / f"optimum-{name.replace(' ', '-')}")
    file = work / f"{name} {kind}.csv"
    write_survey(file, survey)
    batch = _best_batch(bundle_dir, file, work)
    contenders = {
        "pipeline, batch 1": ["pipeline"],
        f"pipeline, batch {batch}": ["pipeline", "--batch", str(batch)],
        f"optimum, batch {batch}": ["optimum", "--batch", str(batch), "--onnx", str(onnx_dir)],
        "isco classify": ["isco"],
    }
    runs: dict[str, list[dict[str, float]]] = {contender: [] for contender in contenders}
    bounds = []
    for number in range(arguments.rounds):
        bounds.append(_bound(bundle_dir, file))
        for contender, (command, *options) in contenders.items():
            ran = _run(command, bundle_dir, file, options)
            runs[contender].append(ran)
            rate = f"{ran['n_rows'] / ran['seconds']:,.1f} rows/s"
            _log(f"{name}, {kind}, round {number + 1} of {arguments.rounds}: {contender}: {rate}")
    rows = _medians(runs, bounds)
    _print_rows(f"{name}, {kind}, {survey.n_rows:,} rows", rows)
    return {"rows": rows, "runs": runs, "bounds": bounds}


def _optimum_export(bundle_dir: Path, out: Path) -> Path:
    if not out.exists():
        from optimum.exporters.onnx import main_export

        checkpoint = bundle_dir / "checkpoint"
        staged = out.with_name(out.name + ".part")
        shutil.rmtree(staged, ignore_errors=True)
        main_export(checkpoint, staged, task="text-classification", library_name="transformers")
        staged.rename(out)
    return out


def _best_batch(bundle_dir: Path, file: Path, work: Path) -> int:
    """Return the batch size at which the pipeline is fastest on the first rows of ``file``."""
    first = work / "first.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    first.write_text("".join(lines[: 1 + max(_TRIED_ROWS, len(lines) // 8)]), encoding="utf-8")
    rates = {}
    for batch in _BATCHES:
        ran = _run("pipeline", bundle_dir, first, ["--batch", str(batch)])
        rates[batch] = ran["n_rows"] / ran["seconds"]
    return max(rates, key=rates.__getitem__)


def _run(name: str, bundle_dir: Path, file: Path, options: Sequence[str]) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.contenders", name]
    command += [str(bundle_dir), str(file), *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _bound(bundle_dir: Path, file: Path) -> dict[str, float]:
    """Return the rows/s that the machine would allow, without repeated texts.

    ``int8`` and ``fp32`` are the limits with memory; ``int8 products`` and ``fp32 products`` are
    those of the matrix products alone.
    """
    config = json.loads((bundle_dir / "checkpoint" / "config.json").read_text(encoding="utf-8"))
    shape = Shape(config["num_hidden_layers"], config["hidden_size"], config["intermediate_size"])
    tokenizer = Tokenizer.from_file(str(Bundle.open(bundle_dir).tokenizer_path))
    tokenizer.enable_truncation(128)
    tokenizer.no_padding()
    n_tokens = [len(encoding.ids) for encoding in tokenizer.encode_batch(read_texts(file))]
    mean_tokens = statistics.mean(n_tokens)
    bounds = {"tokens_per_row": mean_tokens}
    for precision in ("int8", "fp32"):
        limits = tokens_per_s(shape, precision)
        bounds[precision] = limits["memory"] / mean_tokens
        bounds[f"{precision} products"] = limits["products"] / mean_tokens
    return bounds


def _medians(
    runs: dict[str, list[dict[str, float]]], bounds: list[dict[str, float]]
) -> dict[str, dict[str, str]]:
    """Return a row of the table for each contender."""
    rates = {
        name: statistics.median(ran["n_rows"] / ran["seconds"] for ran in ran_all)
        for name, ran_all in runs.items()
    }
    best_pipeline = max(rate for name, rate in rates.items() if name.startswith("pipeline"))
    bound = {name: statistics.median(b[name] for b in bounds) for name in bounds[0]}
    tokens = bound.pop("tokens_per_row")
    rows = {}
    for name, rate in rates.items():
        rows[name] = {
            "rows/s": f"{rate:,.1f}",
            "× best pipeline": f"{rate / best_pipeline:.2f}",
            **_shares(rate, bound),
            "peak MiB": f"{max(ran['peak_mib'] for ran in runs[name]):,.0f}",
            "load s": f"{statistics.median(ran['load_seconds'] for ran in runs[name]):.1f}",
        }
        files = statistics.median(1 - ran["code_seconds"] / ran["seconds"] for ran in runs[name])
        if files:
            rows[name]["files"] = f"{files:.1%}"
    for name, rate in bound.items():
        limit = f"{name} alone" if name.endswith("products") else f"{name} products and memory"
        shares = _shares(rate, bound)
        rows[f"{limit}, {tokens:.1f} tokens a row"] = {"rows/s": f"{rate:,.1f}", **shares}
    return rows


def _shares(rate: float, bound: dict[str, float]) -> dict[str, str]:
    return {f"of {name} limit": f"{rate / bound[name]:.0%}" for name in ("int8", "fp32")}


def _long_file(n_rows: int, n_rounds: int, work: Path) -> dict[str, dict[str, str]]:
    """Measure 10,000 rows and ``n_rows`` rows, 60 % of each repeated."""
    rows = {}
    rates: dict[int, float] = {}
    for n, rounds in ((min(_SHORT_FILE, n_rows), n_rounds), (n_rows, 1)):
        file = work / f"long {n}.csv"
        write_survey(file, Survey(n, repeats=0.6))
        runs = []
        for _ in range(rounds):
            runs.append(_run("isco", BUNDLED, file, []))
            _log(f"{n:,} rows: {n / runs[-1]['seconds']:,.0f} rows/s")
        rates[n] = statistics.median(ran["n_rows"] / ran["seconds"] for ran in runs)
        rows[f"{n:,} rows, 60 % repeats"] = {
            "median": f"{rates[n]:,.0f} rows/s",
            "against the short one": f"{rates[n] / next(iter(rates.values())):.2f}",
            "peak MiB": f"{max(ran['peak_mib'] for ran in runs):,.0f}",
            "files": f"{1 - runs[0]['code_seconds'] / runs[0]['seconds']:.1%}",
        }
        file.unlink()
    return rows


def _print_rows(title: str, rows: dict[str, dict[str, str]]) -> None:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    print(f"\n**{title}**\n")
    print("| | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(row.get(column, "") for column in columns) + " |")
    sys.stdout.flush()


if __name__ == "__main__":
    started = time.monotonic()
    main()
    print(f"\nin {time.monotonic() - started:,.0f} s")
