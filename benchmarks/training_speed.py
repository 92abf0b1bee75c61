"""Measure an epoch against the plain Trainer, and what ``--enable-optimizations`` saves:
``python -m benchmarks.training_speed [--rows N] [--base-size] [--duties SHARE] [--json FILE]``.

Each contender has the same checkpoint, records and batch size and runs in its own process, in turn;
the medians of some rounds are printed. ``plain`` is transformers' Trainer over texts padded to
``max_seq_length`` (128). ``ours`` is what ``isco train`` does. ``optimised`` is the same with
``--enable-optimizations``: in bf16 where that passes its trial. The clock runs from the
first step to the last, without loading, evaluating and saving. Tokens are those of the records,
without padding.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.contenders import peak_mib, read_texts
from benchmarks.survey import Survey, write_survey
from core.settings import Settings
from core.taxonomy import isco08, unit_index

ROOT = Path(__file__).resolve().parent.parent
CONTENDERS = ("plain", "ours", "optimised")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--duties", type=float, default=0.0, help="share of texts with duties")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--base-size", action="store_true", help="RoBERTa-base's layers, with random weights"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure, with its runs")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(_epoch(arguments)))
        return
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(arguments.rounds):
        for name in CONTENDERS:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.training_speed"]
            command += ["--contender", name, "--rows", str(arguments.rows)]
            command += ["--duties", str(arguments.duties)]
            command += ["--base-size"] if arguments.base_size else []
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(name, runs[name][-1], file=sys.stderr, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    _print_table(runs)


def _print_table(runs: dict[str, list[dict[str, float]]]) -> None:
    n_tokens = runs["plain"][0]["n_tokens"]
    rates = {
        name: statistics.median(ran["n_tokens"] / ran["seconds"] for ran in ran_all)
        for name, ran_all in runs.items()
    }
    print(f"\n{n_tokens:,.0f} tokens in an epoch\n")
    print("| | tokens/s | × plain | peak MiB |\n|---|---|---|---|")
    for name, rate in rates.items():
        peak = max(ran["peak_mib"] for ran in runs[name])
        print(f"| {name} | {rate:,.0f} | {rate / rates['plain']:.2f} | {peak:,.0f} |")


def _epoch(arguments: argparse.Namespace) -> dict[str, float]:
    """Train one epoch; return its tokens, the seconds of its steps and the highest memory."""
    from transformers import AutoTokenizer

    settings = Settings()
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models" / "bundled" / "checkpoint")
    model = _model(arguments.base_size, tokenizer.pad_token_id)
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder, "survey.csv")
        write_survey(survey, Survey(arguments.rows, repeats=0.0, duties=arguments.duties))
        texts, units = read_texts(survey), isco08().units
        labels = [units[row % len(units)] for row in range(len(texts))]
        records = pd.DataFrame({"text": texts, "label": labels, "weight": 1.0})
        records = records.assign(language="en", forms="")
        train = _plain if arguments.contender == "plain" else _ours
        max_tokens = settings.model.max_seq_length
        encoded = tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]
        seconds = train(model, tokenizer, records, settings, Path(folder), arguments.contender)
    return {
        "n_tokens": sum(map(len, encoded)),
        "seconds": seconds,
        "peak_mib": peak_mib(),
    }


def _model(is_base_size: bool, pad_id: int) -> Any:
    from transformers import RobertaConfig, RobertaForSequenceClassification

    if is_base_size:
        config = RobertaConfig(
            vocab_size=50_265,
            max_position_embeddings=514,
            num_labels=len(isco08().units),
            pad_token_id=pad_id,
        )
        return RobertaForSequenceClassification(config)
    checkpoint = ROOT / "models" / "bundled" / "checkpoint"
    return RobertaForSequenceClassification.from_pretrained(checkpoint).float()


def _ours(
    model: Any, tokenizer: Any, records: pd.DataFrame, settings: Settings, folder: Path, name: str
) -> float:
    from training.model.trainer import train_model

    once = settings.model.model_copy(update={"epochs": 1})
    optimised = settings.training.model_copy(update={"enable_optimizations": name == "optimised"})
    settings = settings.model_copy(update={"model": once, "training": optimised})
    step_times: list[float] = []

    @contextmanager
    def watched(name: str, n_texts: int) -> Iterator[Any]:
        yield lambda n_done: step_times.append(time.perf_counter())

    # The first call says where the training begins, each later one that a step is done.
    train_model(model, tokenizer, records, records.head(16), settings, folder, watched)
    return step_times[-1] - step_times[0]


def _plain(
    model: Any, tokenizer: Any, records: pd.DataFrame, settings: Settings, folder: Path, name: str
) -> float:
    from transformers import Trainer, TrainerCallback, TrainingArguments

    step_times: list[float] = []

    class Watch(TrainerCallback):
        def on_train_begin(self, *arguments: Any, **more: Any) -> None:
            step_times.append(time.perf_counter())

        def on_step_end(self, *arguments: Any, **more: Any) -> None:
            step_times.append(time.perf_counter())

    max_tokens = settings.model.max_seq_length
    padded = tokenizer(
        list(records["text"]), truncation=True, max_length=max_tokens, padding="max_length"
    )
    columns = (padded["input_ids"], padded["attention_mask"], unit_index(records["label"]))
    names = ("input_ids", "attention_mask", "labels")
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=settings.model.batch_size,
        num_train_epochs=1,
        learning_rate=settings.model.learning_rate,
        weight_decay=0.01,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    Trainer(model=model, args=arguments, train_dataset=rows, callbacks=[Watch()]).train()
    return step_times[-1] - step_times[0]


if __name__ == "__main__":
    main()
