"""A full training: real records, a real small RoBERTa, a real model registry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from core.errors import BaseModelError
from core.files.own_files import METRICS
from core.settings import Settings
from core.text import join
from inference.autocoder import open_autocoder
from inference.model_registry import ModelRegistry
from tests.support.labelled_records import (
    kept_corrections,
    raw_records,
    right_corrections,
    write_corrections,
)
from training.dataset.correction_set import CorrectionSet
from training.dataset.dataset_parts import OWN_HOLD_OUT
from training.dataset.prepare import load_dataset
from training.dataset.splits import is_held_out_correction as _is_held_out
from training.run_folder import RunKind, last_finished
from training.train import _run_key, train


def test_records_of_the_same_size_and_other_content_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    nothing = pd.DataFrame(columns=["text", "label"])
    keys = []
    for code in ("2221", "7212", "2221"):
        path.write_text(
            f"job_title,duties_description,isco_code\nnurse,,{code}\n", encoding="utf-8"
        )
        keys.append(_run_key(path, "base", Settings(), nothing))
    assert keys[0] == keys[2] != keys[1]


def test_other_corrections_and_other_answers_are_another_run(user_project: Settings) -> None:
    """An interrupted run must not go on with what was learned before a person spoke."""
    raw = raw_records(user_project.data.raw_dir)

    def key() -> str:
        corrections = CorrectionSet(kept_corrections(user_project)).table(None)
        return _run_key(raw, "base", user_project, corrections)

    keys = [key()]
    assert key() == keys[0]
    for code in ("2221", "3221"):
        write_corrections(user_project, "a.csv", [("nurse | unknown", code)])
        keys.append(key())
    answers = user_project.data.reference_dir / "answers" / "en.csv"
    answers.write_text(answers.read_text(encoding="utf-8") + "nurse,,2221,title\n", "utf-8")
    assert len({*keys, key()}) == 4


def test_the_encoder_sees_no_text_of_another_side(
    user_project: Settings, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new vocabulary is placed by the labels: those of the test side would be known."""
    seen: list[set[str]] = []

    class StoppedError(Exception):
        """Ends the training once the vocabulary would be replaced."""

    def note(_: object, __: object, records: pd.DataFrame, *___: object) -> None:
        seen.append(set(records["text"]))
        assert set(records["side"]) == {"train"}
        raise StoppedError

    def load(base: str, texts: Iterable[str], folder: Path) -> tuple[None, None]:
        seen.append(set(texts))
        return None, None

    monkeypatch.setattr("training.train.replace_vocabulary", note)
    monkeypatch.setattr("training.train.load_encoder", load)
    user_project = user_project.with_values("model", vocabulary_size=300)
    raw = raw_records(tmp_path / "raw")
    with pytest.raises(StoppedError):
        train(user_project, raw, str(checkpoint))
    assert seen[0] == seen[1] and len(seen[0]) > 200


def test_a_base_that_reads_less_of_a_text_than_is_set_is_named_before_anything_is_written(
    user_project: Settings, checkpoint: Path, tmp_path: Path
) -> None:
    longer = user_project.with_values("model", max_seq_length=129)
    with pytest.raises(BaseModelError, match=r"max_seq_length is 129, .* reads at most 128 tokens"):
        train(longer, raw_records(tmp_path / "raw"), str(checkpoint))
    assert not (user_project.output.model_dir / "runs").exists()


@pytest.mark.slow
def test_a_training_is_promoted_and_serves(
    user_project: Settings, checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shown: list[tuple[str, int, int]] = []

    @contextmanager
    def progress(name: str, n_texts: int) -> Iterator[Callable[[int], None]]:
        done: list[int] = []
        yield done.append
        shown.append((name, n_texts, sum(done)))

    raw = raw_records(tmp_path / "raw")
    nothing = CorrectionSet(kept_corrections(user_project)).table(None)
    own_hold_out = load_dataset(user_project, raw, nothing).hold_out[OWN_HOLD_OUT]
    held_out = next(t for t in (f"word {i} | unknown" for i in range(99)) if _is_held_out(t))
    write_corrections(user_project, "measuring.csv", [(own_hold_out["text"].iloc[0], "2221")])
    write_corrections(user_project, "held out.csv", [(held_out, "2221")])
    write_corrections(user_project, "taught.csv", right_corrections(20))
    run = train(user_project, raw, str(checkpoint), progress=progress)
    (embedded, (name, n_texts, n_done)) = shown
    assert embedded[0] == "embedding" and embedded[1] == embedded[2] > 400
    assert name == "training" and 0 < n_done <= n_texts
    assert capfd.readouterr().out == ""  # quiet when piped
    assert (run.state, run.reasons) == ("promoted", [])
    metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
    assert metrics["n_records"] == 400
    assert metrics["figures"]["test"]["accuracy_4"] > 0.7  # one in 436 by chance
    assert metrics["figures"]["own hold-out set"]["n"] > 5
    names = {path.name for path in run.path.iterdir()}
    assert {"train.csv", "val.csv", "test.csv", "report.html", "error_analysis"} <= names
    assert "checkpoints" not in names and "bundle" not in names
    first_four = list(metrics)[:4]
    assert first_four == ["f1_macro", "accuracy", "top_3_accuracy", "fallback_rate"]
    analysed = metrics["figures"][metrics["analysed"]]
    assert [metrics[key] for key in first_four] == [
        analysed[key] for key in ("macro_f1", "accuracy_4", "top_3", "fallback_rate")
    ]
    errors = {path.name for path in (run.path / "error_analysis").iterdir()}
    assert {
        "misclassifications.csv",
        "error_rates_by_group.csv",
        "confusion_matrix.png",
    } <= errors
    processed = user_project.data.processed_dir
    for side in ("train", "val", "test"):
        written = processed / f"{side}.csv"
        assert written.read_bytes() == (run.path / written.name).read_bytes()
    validation = pd.read_csv(processed / "val.csv")
    assert list(validation) == ["text", "label", "used_for"]
    assert set(validation["used_for"]) == {"validation", "calibration"}
    for listed in ("outliers.csv", "label_issues.csv"):
        is_own = pd.read_csv(processed / listed)["file"].notna()
        assert is_own.is_monotonic_decreasing  # the user's own records first
    sides = [set(pd.read_csv(run.path / f"{s}.csv")["text"]) for s in ("train", "test")]
    assert not sides[0] & sides[1]
    # Corrections that measure are not listed as learned.
    assert run.metrics.training is not None
    assert run.metrics.training.corrections_files == ["taught.csv"]
    taught = {text for text, _ in right_corrections(20) if not _is_held_out(text)}
    assert taught <= sides[0] and held_out not in sides[0]
    served = ModelRegistry(user_project.output).served()
    training_profile = served.training_profile()
    assert training_profile.shares.sum() == pytest.approx(1)
    assert (
        training_profile.has_seen(sorted(sides[0])).all()
        and not training_profile.has_seen(sorted(sides[1])).any()
    )
    assert training_profile.n_calibration > 0 and training_profile.agreements.max() > 0.4
    assert served.manifest.version == metrics["version"]
    (prediction,) = open_autocoder(served, user_project).code([join("junior welder 9999")])
    assert prediction.candidates[0][0] == "7212"
    assert last_finished(user_project.output.model_dir / "runs", RunKind.TRAIN) is not None
