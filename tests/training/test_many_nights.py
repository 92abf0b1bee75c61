"""Falls that are too small to be seen in one night do not add up over many."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.files.own_files import METRICS
from core.run_state import RunState
from core.settings import Settings
from core.taxonomy import isco08
from inference.model_registry import ModelRegistry
from inference.ngram_model import NgramModel
from tests.support.labelled_records import kept_corrections
from training.challenger import Challenger
from training.compared_model import ComparedModel, open_on_cpu
from training.dataset.correction_set import CorrectionSet
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, SplitDataset
from training.dataset.prepare import divide, load_dataset
from training.evaluation.training_report import write_report
from training.model.encoder import load_encoder
from training.promotion import promote_or_refuse
from training.run_folder import RunFolder, RunKind, start_run

UNITS = isco08().units
WORDS = ("senior", "junior", "chief", "our", "head", "young", "old", "second")
NEVER = -50.0


@pytest.fixture
def office(user_project: Settings) -> Settings:
    """A project with enough reference answers: the titles of all groups, each in nine ways."""
    path = user_project.data.reference_dir / "answers" / "en.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("job_title,duties_description,isco_code,kind\n")
        for code in UNITS:
            title = isco08().title(code).replace(",", "")
            file.writelines(f"{word} {title},,{code},title\n" for word in ("", *WORDS))
    return user_project


class Nights:
    """Nights whose models differ only in the unit groups that their n-gram model never gives."""

    def __init__(self, settings: Settings, ngram_model: NgramModel) -> None:
        self.settings = settings
        self.registry = ModelRegistry(settings.output)
        self._ngram_model = ngram_model
        self._corrections = CorrectionSet(kept_corrections(settings)).table(None)
        loaded = load_dataset(settings, None, self._corrections, ["en"])
        self.dataset: SplitDataset = divide(loaded, settings)

    def run(self, lost: Sequence[str]) -> RunFolder:
        """Take a model through the gate that never gives the groups ``lost``."""
        champion = self.registry.served()
        checkpoint = champion.checkpoint_dir()
        tokenizer, model = load_encoder(str(checkpoint), [], checkpoint, dropout=0.0)
        bias = self._ngram_model.bias.copy()
        bias[np.isin(UNITS, lost)] = NEVER
        challenger = Challenger(
            model=model,
            tokenizer=tokenizer,
            ngram_model=replace(self._ngram_model, bias=bias),
            spelling=champion.spelling(),
            max_tokens=64,
            languages=["en"],
            learned=self.dataset.sides["train"],
        )
        runs_dir = self.settings.output.model_dir / "runs"
        key = f"{champion.manifest.version} {lost}"
        run = start_run(runs_dir, RunKind.TRAIN, key, runs_dir / f"run_{len(lost)}")
        compared = ComparedModel(champion, self.settings)
        promote_or_refuse(run, challenger, self.dataset, self._corrections, compared, self.settings)
        write_report(run.path)
        return run

    def groups_right_once(self) -> list[str]:
        """Return the groups that have one hold-out text, which the model in service has right.

        Without one of them a model has a single text less right, and is calibrated as before.
        """
        classifier = open_on_cpu(self.registry.served(), self.settings.inference)
        rows = self.dataset.hold_out[BUNDLED_HOLD_OUT]
        given = np.array(UNITS)[classifier.probabilities(list(rows["text"])).argmax(axis=1)]
        is_right = given == rows["label"].to_numpy(str)
        n_texts = rows["label"].value_counts()
        calibrating = set(self.dataset.sides["calibration"]["label"])
        right = dict.fromkeys(rows["label"][is_right])
        return [code for code in right if n_texts[code] == 1 and code not in calibrating]


@pytest.mark.slow
@pytest.mark.timeout(600)  # five exports, each with its gate
def test_small_falls_of_many_nights_do_not_add_up(
    office: Settings, ngram_model: NgramModel, caplog: pytest.LogCaptureFixture
) -> None:
    settings = office.with_values("output", keep_versions=2)
    nights, registry = Nights(settings, ngram_model), ModelRegistry(settings.output)
    first = nights.run([])
    reference = first.metrics.version  # clearly better than the bundled one, which knows nothing
    assert first.state is RunState.PROMOTED and first.metrics.reference is None
    lost = nights.groups_right_once()
    for n in (1, 2, 3):  # each night gets one text less right
        run = nights.run(lost[:n])
        assert run.state is RunState.PROMOTED, run.reasons
        assert run.metrics.reference == (reference if n > 1 else None)
    served = run.metrics.version
    # The reference version stays, though it is older than the two that are kept.
    assert reference in [version.name for version in registry.versions()]
    with np.load(settings.output.model_dir / "hold_out_probabilities.npz") as kept:
        assert {key.split(" ")[0] for key in kept} == {served, reference}

    run = nights.run(lost[:4])
    assert run.state is RunState.REFUSED and run.metrics.reference == reference
    assert run.metrics.checks is not None
    failed = [check for check in run.metrics.checks if not check.passed]
    assert all(check.since_reference for check in failed)  # compared with last night it passes
    assert "macro-F1, bundled hold-out set, since the reference version: 1.000" in run.reasons[0]
    assert f"isco models promote {reference}" in run.reasons[-1]
    assert registry.served().manifest.version == served
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert f"All nights since {reference} together" in page
    metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
    assert metrics["reference"] == reference

    # A person may accept what fell: then the next nights are compared with that version.
    accepted = str(run.metrics.version)
    registry.promote(accepted)
    assert registry.reference_of(accepted) == accepted
    assert ComparedModel(registry.served(), settings).reference is None
    # Of a reference version that somebody has removed the log says so.
    registry.promote(served, reference)
    shutil.rmtree(settings.output.model_dir / "versions" / str(reference))
    assert ComparedModel(registry.served(), settings).reference is None
    assert "small falls are counted from the model in service on" in caplog.text
