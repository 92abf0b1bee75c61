"""Measure an epoch against the plain Trainer, and what ``--enable-optimizations`` saves:
``python -m benchmarks.training_speed [--rows N] [--base-size | --answers] [--duties SHARE]``.

Each contender has the same checkpoint, records and batch size and runs in its own process, in turn;
the medians of some rounds are printed. ``plain`` is transformers' Trainer over texts padded to
``max_seq_length`` (128). ``ours`` is what ``isco train`` does. ``optimised`` is the same with
``--enable-optimizations``: in bf16 where that passes its trial. The clock runs from the
first step to the last, without loading, evaluating and saving. Tokens are those of the records,
without padding. Processor seconds are those of all threads, and depend less on what else runs.

``--answers``: the records are bundled reference answers, and the bundled network starts with a new
head; macro-F1 is that on 1,000 answers of the hold-out set, after the epoch.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from benchmarks import ROOT
from benchmarks.contenders import peak_mib, read_texts
from benchmarks.night_steps import clock
from benchmarks.survey import Survey, write_survey
from core.isco_titles.group_titles import ENGLISH
from core.settings import Settings
from core.taxonomy import isco08, unit_index
from training.dataset.reference_data import read_answers
from training.dataset.splits import HOLD_OUT, TRAIN

CONTENDERS = ("plain", "ours", "optimised")
_N_MEASURED = 1000
_ANSWERS_RATE = 2e-4  # a new head learns little in one epoch at the usual rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--duties", type=float, default=0.0, help="share of texts with duties")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--base-size", action="store_true", help="RoBERTa-base's layers, with random weights"
    )
    parser.add_argument("--answers", action="store_true", help="learn bundled reference answers")
    parser.add_argument(
        "--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS, help="default: all"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure, with its runs")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(_epoch(arguments)))
        return
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in arguments.contenders}
    for _ in range(arguments.rounds):
        for name in arguments.contenders:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.training_speed"]
            command += ["--contender", name, "--rows", str(arguments.rows)]
            command += ["--duties", str(arguments.duties)]
            command += ["--base-size"] if arguments.base_size else []
            command += ["--answers"] if arguments.answers else []
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(name, runs[name][-1], file=sys.stderr, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    _print_table(runs)


def _print_table(runs: dict[str, list[dict[str, float]]]) -> None:
    first = next(iter(runs))
    n_tokens = runs[first][0]["n_tokens"]

    def median(name: str, figure: str) -> float:
        return statistics.median(ran[figure] for ran in runs[name])

    print(f"\n{n_tokens:,.0f} tokens in an epoch\n")
    print(f"| | tokens/s | × {first} | processor s | peak MiB | macro-F1 | bf16 |")
    print("|---|---|---|---|---|---|---|")
    for name in runs:
        rate = n_tokens / median(name, "seconds")
        faster = median(first, "seconds") / median(name, "seconds")
        spent, peak = median(name, "processor_seconds"), median(name, "peak_mib")
        learned = f"{median(name, 'macro_f1'):.4f}" if "macro_f1" in runs[name][0] else ""
        is_bf16 = "yes" if runs[name][0].get("bf16") else "no"
        print(f"| {name} | {rate:,.0f} | {faster:.2f} | {spent:.1f} | {peak:,.0f} | ", end="")
        print(f"{learned} | {is_bf16} |")


def _epoch(arguments: argparse.Namespace) -> dict[str, float]:
    """Train one epoch; return its tokens, the seconds of its steps and the highest memory."""
    from transformers import AutoTokenizer

    torch.manual_seed(0)
    settings = Settings()
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models" / "bundled" / "checkpoint")
    model = _model(arguments.base_size, tokenizer.pad_token_id)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.answers:
            model.classifier.apply(model._init_weights)
            records, validation = _answers(arguments.rows)
        else:
            records = _survey(arguments.rows, arguments.duties, Path(folder, "survey.csv"))
            validation = records.head(16)
        max_tokens = settings.model.max_seq_length
        encoded = tokenizer(list(records["text"]), truncation=True, max_length=max_tokens)
        n_tokens = sum(map(len, encoded["input_ids"]))
        if arguments.contender == "plain":
            figures = _plain(model, tokenizer, records, settings, Path(folder))
        else:
            is_optimised = arguments.contender == "optimised"
            training = settings.training.model_copy(update={"enable_optimizations": is_optimised})
            once = settings.model.model_copy(update={"epochs": 1})
            if arguments.answers:
                once = once.model_copy(update={"learning_rate": _ANSWERS_RATE})
            settings = settings.model_copy(update={"model": once, "training": training})
            figures = _ours(model, tokenizer, records, validation, settings, Path(folder))
            if not arguments.answers:  # nothing can be learned there
                figures.pop("macro_f1")
    return {"n_tokens": n_tokens, "peak_mib": peak_mib(), **figures}


def _survey(n: int, duties: float, path: Path) -> pd.DataFrame:
    """Return ``n`` texts of a survey, with labels that say nothing."""
    write_survey(path, Survey(n, repeats=0.0, duties=duties))
    texts, units = read_texts(path), isco08().units
    labels = [units[row % len(units)] for row in range(len(texts))]
    records = pd.DataFrame({"text": texts, "label": labels, "weight": 1.0})
    return records.assign(language="en", forms="")


def _answers(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``n`` English reference answers that train, and others that measure."""
    answers = read_answers(ROOT / "data" / "reference", [ENGLISH]).assign(forms="", weight=1.0)
    train, measured = (answers[answers["part"] == part] for part in (TRAIN, HOLD_OUT))
    return train.sample(n, random_state=0), measured.sample(_N_MEASURED, random_state=0)


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


def _seconds(step_times: list[tuple[float, float]]) -> dict[str, float]:
    first, last = step_times[0], step_times[-1]
    return {"seconds": last[0] - first[0], "processor_seconds": last[1] - first[1]}


def _ours(
    model: Any,
    tokenizer: Any,
    records: pd.DataFrame,
    validation: pd.DataFrame,
    settings: Settings,
    folder: Path,
) -> dict[str, float]:
    from training.model.trainer import train_model

    step_times: list[tuple[float, float]] = []

    @contextmanager
    def watched(name: str, n_texts: int) -> Iterator[Any]:
        yield lambda n_done: step_times.append(clock())

    # The first call says where the training begins, each later one that a step is done.
    learning = train_model(model, tokenizer, records, validation, settings, folder, watched)
    kept = {name: learning[name] for name in ("macro_f1", "bf16") if name in learning}
    return kept | _seconds(step_times)


def _plain(
    model: Any, tokenizer: Any, records: pd.DataFrame, settings: Settings, folder: Path
) -> dict[str, float]:
    from transformers import Trainer, TrainerCallback, TrainingArguments

    step_times: list[tuple[float, float]] = []

    class Watch(TrainerCallback):
        def on_train_begin(self, *arguments: Any, **more: Any) -> None:
            step_times.append(clock())

        def on_step_end(self, *arguments: Any, **more: Any) -> None:
            step_times.append(clock())

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
    return _seconds(step_times)


if __name__ == "__main__":
    main()
