"""A small real RoBERTa, exported by our own exporter, and settings that point into tmp_path."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Generator, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import pytest

from benchmarks.processor import processor
from core.settings import OutputSettings, Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from inference.bundle import MANIFEST, NGRAM_MODEL, Bundle
from inference.model_registry import ModelRegistry
from inference.ngram_model import NgramModel
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile, text_hashes
from tests.made_once import made_once
from tests.support.small_network import SMALL
from tests.volumes import keep_files_in_memory

keep_files_in_memory()

# A shared machine is sometimes slow: the time of one example says nothing about the code.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

ROOT = Path(__file__).resolve().parent.parent
CHILD_PATH = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support" / "child_processes")])
"""PYTHONPATH of the processes that tests start: the program, and what hides OpenVINO from it."""
_inherited = os.environ.get("PYTHONPATH")
os.environ["PYTHONPATH"] = f"{CHILD_PATH}{os.pathsep}{_inherited}" if _inherited else CHILD_PATH
# Hidden here, too; sitecustomize.py has the reason.
sys.modules.setdefault("openvino", None)  # type: ignore[arg-type]

_LONGEST_NAMED_BYTES = 40

# In the background, or under nohup, signals are ignored, and child processes inherit that. A
# handler that does nothing is not inherited: the processes that tests start can be interrupted.
for _signal in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, lambda *_: None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """State the processor, on which the last digits depend. A header would not show under -q."""
    terminalreporter.write_line(f"processor: {processor()}")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector away from what stays: modules, and the tests collected.

    It would go through them, millions of objects, again and again: while they are made, during
    the tests, and at the end of the process.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes that may be packed by their argument: packed files hold the time.

    Each process of a parallel run collects the tests anew, and all must find the same names.
    """
    if not isinstance(val, bytes):
        return None
    return argname if len(val) > _LONGEST_NAMED_BYTES or not val.isascii() else None


# Pages show the time of the machine: the tests expect the same one everywhere.
os.environ["TZ"] = "UTC"
time.tzset()


@pytest.fixture(scope="session", autouse=True)
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the watcher's state of folders and locks out of the home of the person who tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Cleaned texts of all lengths: titles of the 436 groups, some with another's as duties."""
    rng = random.Random(0)
    titles = [isco08().title(code).lower().replace(",", "") for code in isco08().units]
    return [f"{title} | unknown" for title in titles] + [
        f"{title} | {' '.join(rng.choices(titles, k=rng.randint(1, 12)))}" for title in titles[:64]
    ]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Path:
    """A two-layer RoBERTa with byte-level BPE, saved as a hub checkpoint would be."""
    return made_once(tmp_path_factory, "roberta", partial(_save_checkpoint, texts))


def _save_checkpoint(texts: list[str], folder: Path) -> None:
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizerFast

    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(texts, vocab_size=1500, special_tokens=specials, show_progress=False)
    bpe.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    config = RobertaConfig(vocab_size=len(tokenizer), num_labels=len(isco08().units), **SMALL)
    torch.manual_seed(0)
    RobertaForSequenceClassification(config).save_pretrained(folder)


@pytest.fixture(scope="session")
def ngram_model(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> NgramModel:
    """A n-gram model that has learned the titles of the 436 groups."""
    folder = made_once(tmp_path_factory, "ngram_model", partial(_save_ngram_model, texts))
    return NgramModel.load((folder / NGRAM_MODEL).read_bytes())


def _save_ngram_model(texts: list[str], folder: Path) -> None:
    from training.model.ngram_trainer import fit_ngram_model

    titles = pd.DataFrame({"text": texts[:436], "label": isco08().units, "weight": 1.0})
    titles = titles.assign(language="en", forms="")
    fit_ngram_model(titles, seed=0).save(folder / NGRAM_MODEL)


@pytest.fixture(scope="session")
def training_profile(texts: list[str]) -> TrainingProfile:
    """As if the titles had been learned, and a confidence were right a little less often."""
    shares = np.full(len(isco08().units), 1 / len(isco08().units))
    confidences, agreements = np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.4, 0.96])
    return TrainingProfile(shares, np.unique(text_hashes(texts)), confidences, agreements, 1000)


@pytest.fixture(scope="session")
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The small RoBERTa as a bundle. Its weights are random: it gives codes, but not right ones."""
    folder = made_once(tmp_path_factory, "models", partial(_export_bundle, request))
    return Bundle.open(folder / "bundle")


def _export_bundle(request: pytest.FixtureRequest, folder: Path) -> None:
    from exporters.bundle_export import BundleContents, export_bundle
    from training.model.encoder import load_encoder

    # Not as arguments of the fixture: who finds the bundle needs none of its parts.
    checkpoint, texts = request.getfixturevalue("checkpoint"), request.getfixturevalue("texts")
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    contents = BundleContents(
        model=model,
        tokenizer=tokenizer,
        ngram_model=request.getfixturevalue("ngram_model"),
        spelling=Spelling.learn(texts),
        training_profile=request.getfixturevalue("training_profile"),
        temperature=1.0,
        ngram_weight=0.1,
        max_tokens=64,
        languages=["en"],
        training_summary={},
    )
    export_bundle(contents, folder / "bundle", calibration_texts=texts, parity_texts=texts)


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    """The bundle that ships, as the registry finds it."""
    return Bundle.open(ModelRegistry(OutputSettings(model_dir=ROOT / "models")).bundled_dir)


@pytest.fixture(scope="session")
def unlearned_answers(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """300 English answers that no model has learned: the same when others come or go."""
    folder = made_once(tmp_path_factory, "unlearned_answers", _save_unlearned_answers)
    return pd.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)


def _save_unlearned_answers(folder: Path) -> None:
    from training.dataset.reference_data import read_answers
    from training.dataset.splits import HOLD_OUT

    answers = read_answers(ROOT / "data" / "reference", ["en"])
    measuring = answers[answers["part"] == HOLD_OUT]
    hashes = measuring["text"].map(lambda text: sha256(text.encode()).hexdigest())
    measuring.loc[hashes.sort_values().index].head(300).to_csv(folder / "answers.csv", index=False)


@pytest.fixture
def settings(tmp_path: Path, bundle: Bundle) -> Settings:
    """Settings as a user would write them, with every folder under tmp_path."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"output: {{best_model_dir: {bundle.path}}}\nwatcher: {{poll_s: 0.1, quiet_s: 0.2}}\n"
        "explainability: {sample_size: 0}\n"  # the processes that explain have their own tests
        "inference: {floor: 0}\n",  # a model of random weights is sure of no group
        encoding="utf-8",
    )
    return load_settings(config)


@pytest.fixture
def user_project(tmp_path: Path, bundle: Bundle) -> Settings:
    """A user's project in tmp_path: the small RoBERTa is bundled, with few reference answers.

    The bundled model has everything to learn: its weights are random, its n-gram model counts for
    nothing, and its confidences are low.
    """
    shipped = tmp_path / "models" / "bundled"
    shutil.copytree(bundle.path, shipped)
    manifest = json.loads((shipped / MANIFEST).read_text(encoding="utf-8"))
    manifest |= {"temperature": 20.0, "ngram_weight": 0.0}
    (shipped / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    answers = tmp_path / "data" / "reference" / "answers"
    answers.mkdir(parents=True)
    with (answers / "en.csv").open("w", encoding="utf-8") as file:
        file.write("job_title,duties_description,isco_code,kind\n")
        for code in isco08().units[::4]:
            title = isco08().title(code).replace(",", "")
            file.writelines(f"{word} {title},,{code},title\n" for word in ("", "senior", "our"))
    (tmp_path / "config.yaml").write_text(
        """
model: {epochs: 6, learning_rate: 5.0e-3, max_seq_length: 64, batch_size: 64}
# Enough rounds to know what was corrected: what a night decides must not hang on last digits.
fine_tune: {epochs: 30, learning_rate: 5.0e-3, rehearsal_texts: 100}
gate: {max_ece_rise: 0.5}  # who says nothing is calibrated
watcher: {poll_s: 0.1, quiet_s: 0.2}
schedule: {timezone: Europe/Vienna}
explainability: {sample_size: 0}
inference: {floor: 0}  # who knows nothing is sure of no group
""",
        encoding="utf-8",
    )
    return load_settings(tmp_path / "config.yaml")
