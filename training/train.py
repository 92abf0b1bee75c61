"""The whole of training in its order, from raw records to a verdict.

read → clean → look for wrong labels → split → fine-tune, n-gram model → calibrate → export with
parity → evaluate → gate → promote. The run's folder holds the split, ``metrics.json``,
``error_analysis/`` and ``report.html``; the bundle goes to the store
(``inference/model_registry.py``).
"""

from __future__ import annotations

import logging
from pathlib import Path

from transformers import set_seed

from core.errors import BundleError
from core.settings import Settings
from inference.bundle import CHECKPOINT
from inference.model_registry import ModelRegistry
from inference.spelling import Spelling
from training.dataset.correction_set import LEARNED_FILES, read_all_corrections
from training.dataset.prepare import divide, gather
from training.dataset.records import find_files
from training.evaluation.training_report import write_report
from training.model.encoder import load_encoder
from training.model.ngram_trainer import fit_ngram_model
from training.model.process_group import together
from training.model.trainer import train_model
from training.model.training_progress import Progress, silent
from training.promotion import Challenger, challenge
from training.run_folder import RunFolder, fingerprint, start, training_lock

_LOG = logging.getLogger(__name__)


def train(
    settings: Settings,
    raw: Path,
    base: str,
    out: Path | None = None,
    progress: Progress = silent,
) -> RunFolder:
    """Train on the records under ``raw`` and return the finished run.

    Parameters
    ----------
    raw : a CSV file or a folder of them; see ``training/dataset/records.py``.
    base : the encoder to start from; see ``training/model/encoder.py``.
    out : the run's folder; by default ``models/runs/run_<date>``. An interrupted run of the same
        records, base and settings goes on from its last checkpoint.
    progress : told how far the fine-tuning is.

    Raises InputError, BaseModelError or TrainingRunsError; what was there before is untouched.
    """
    store = ModelRegistry(settings.output)
    with training_lock(settings.output):
        files = [(path.name, path.stat().st_size) for path in find_files(raw)]
        key = fingerprint(files, base, settings.model_dump_json())
        run = start(settings.output.model_dir / "runs", "train", key, out)
        try:
            champion = store.served()
        except BundleError as error:
            _LOG.warning("no model to compare with: %s", error)
            champion = None
        corrections = read_all_corrections(settings.data.corrections_dir, champion, settings)
        gathered = gather(settings, raw, corrections)
        set_seed(settings.training.seed)  # the new head's weights
        tokenizer, model = load_encoder(
            base, gathered.known["text"], store.bundled_dir / CHECKPOINT
        )
        prepared = divide(gathered, model, tokenizer, settings)
        sides = prepared.sides
        for side, name in (("train", "train"), ("validation", "val"), ("test", "test")):
            sides[side][["text", "label"]].to_csv(run.path / f"{name}.csv", index=False)
        run.summary = {
            "base": base,
            LEARNED_FILES: sorted(set(corrections["file"])),
            "seed": settings.training.seed,
            "model": settings.model.model_dump(),
            **prepared.summary,
        }
        _LOG.info("fine-tuning %s on %s texts", base, f"{len(sides['train']):,}")
        run.note(
            learning=together(
                train_model,
                model,
                tokenizer,
                sides["train"],
                sides["validation"],
                settings,
                run.path,
                progress=progress,
            )
        )
        ngram_model = fit_ngram_model(sides["train"], settings.training.seed)
        spelling = Spelling.learn(sides["train"]["text"])
        challenger = Challenger(
            model, tokenizer, ngram_model, spelling, settings.model.max_seq_length
        )
        challenge(run, challenger, prepared, corrections, champion, settings)
        write_report(run.path)
    return run
