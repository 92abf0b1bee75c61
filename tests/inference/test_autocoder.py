"""The model served: the same numbers in whatever company, each text once, hashes checked."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleError, SettingsError
from core.settings import AddedNonAnswers, InferenceSettings, Settings
from core.text import EMPTY_TEXT, join
from inference.autocoder import Autocoder, open_autocoder, result_settings
from inference.bundle import Bundle
from inference.classifier import Classifier, Reading, open_classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.model_registry import ModelRegistry
from inference.onnx_session import OnnxSession, length_batches
from tests.support.bare_autocoder import bare_autocoder
from tests.support.decided_texts import lookup_of


def test_rows_sum_to_one(bundle: Bundle, texts: list[str]) -> None:
    probabilities = open_classifier(bundle, InferenceSettings()).probabilities(texts)
    assert probabilities.shape == (len(texts), 436) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-4)


def test_the_same_bits_in_whatever_company(bundle: Bundle, texts: list[str]) -> None:
    classifier = open_classifier(bundle, InferenceSettings())
    together = classifier.probabilities(texts)
    alone = np.concatenate([classifier.probabilities([text]) for text in texts])
    np.testing.assert_array_equal(together, alone)
    order = random.Random(1).sample(range(len(texts)), len(texts))
    shuffled = classifier.probabilities([texts[i] for i in order])
    np.testing.assert_array_equal(shuffled, together[order])


def test_the_number_of_threads_changes_nothing(bundle: Bundle, texts: list[str]) -> None:
    one, two = (
        open_classifier(bundle, InferenceSettings(threads=n)).probabilities(texts) for n in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_duties_that_say_nothing_are_not_read(bundle: Bundle) -> None:
    duties = ["", "NA", "keine Angabe", "refused", "gives medication"]
    texts = [join("Nurse", stated) for stated in duties]
    rows = open_classifier(bundle, InferenceSettings()).probabilities(texts)
    for row in rows[1:-1]:
        np.testing.assert_array_equal(row, rows[0])
    assert not np.array_equal(rows[-1], rows[0])


def test_no_texts_no_rows(bundle: Bundle) -> None:
    assert open_classifier(bundle, InferenceSettings()).probabilities([]).shape == (0, 436)


def test_batches_hold_one_length_and_every_row_once() -> None:
    lengths = [random.Random(2).choice([3, 4, 5, 300]) for _ in range(2000)]
    batches = list(length_batches(lengths))
    assert sorted(row for batch in batches for row in batch) == list(range(2000))
    for batch in batches:
        assert len({lengths[row] for row in batch}) == 1
        assert len(batch) * lengths[batch[0]] <= 512


class Counting(Classifier):
    """The real classifier, with a list of what it was asked."""

    def __init__(self, bundle: Bundle) -> None:
        session = OnnxSession(bundle, InferenceSettings())
        super().__init__(session, bundle.ngram_model(), bundle.spelling(), bundle.manifest)
        self.asked: list[str] = []

    def read(self, texts: Sequence[str]) -> Reading:
        self.asked += texts
        return super().read(texts)


def counting_autocoder(bundle: Bundle, cache_texts: int) -> tuple[Autocoder, Counting]:
    classifier = Counting(bundle)
    return bare_autocoder(classifier, bundle, cache_texts=cache_texts), classifier


def test_each_distinct_text_once_and_recent_ones_never_again(bundle: Bundle) -> None:
    coder, classifier = counting_autocoder(bundle, cache_texts=2)
    first = coder.code(["cook", "nurse", "cook", EMPTY_TEXT, "cook"])
    assert classifier.asked == ["cook", "nurse"]
    assert first[0] is first[2] is first[4] and first[3].source == "empty"
    coder.code(["welder", "nurse"])
    assert classifier.asked == ["cook", "nurse", "welder"]
    coder.code(["cook"])
    assert classifier.asked[-1] == "cook"  # the cache is bounded: "cook" was the oldest


def test_progress_counts_every_record(bundle: Bundle) -> None:
    coder, _ = counting_autocoder(bundle, cache_texts=10)
    steps: list[int] = []
    coder.code([f"cook {i % 2500}" for i in range(6000)], steps.append)
    assert sum(steps) == 6000 and len(steps) > 2


def test_whatever_the_chunks_the_codings_are_the_same(settings: Settings, bundle: Bundle) -> None:
    titles = [join(f"worker {i % 50}", "x " * (i % 7)) for i in range(300)]
    whole = open_autocoder(bundle, settings).code(titles)
    pieces = open_autocoder(bundle, settings)
    assert whole == [
        prediction for i in range(0, 300, 7) for prediction in pieces.code(titles[i : i + 7])
    ]


@pytest.mark.slow
def test_every_shortcut_gives_what_one_text_at_a_time_gives(
    settings: Settings, bundle: Bundle, texts: list[str]
) -> None:
    chance = random.Random(5)
    asked = chance.choices(texts, k=600)  # all lengths, in no order, many of them repeated
    fast = open_autocoder(bundle, settings)
    coded = [prediction for i in range(0, 600, 200) for prediction in fast.code(asked[i : i + 200])]
    slow = open_autocoder(bundle, settings.with_values("inference", cache_texts=0, threads=1))
    assert coded == [slow.code([text])[0] for text in asked]
    assert fast.code(asked) == coded  # from the cache


def test_a_non_answer_is_not_computed_and_a_correction_of_it_wins(bundle: Bundle) -> None:
    classifier = Counting(bundle)
    lookup = lookup_of({join("refused"): "9611"})
    coder = bare_autocoder(classifier, bundle, lookup)
    titles = ["refused", "Rentner", "n/a", "#VALUE!", "retired nurse"]
    texts = [*map(join, titles), join("self employed", "taught maths")]
    predictions = coder.code(texts)
    assert [prediction.source for prediction in predictions] == [
        "correction",
        "not_working",
        "not_stated",
        "not_stated",
        "model",
        "model",
    ]
    assert [prediction.isco_code for prediction in predictions[:4]] == ["9611", "", "", ""]
    assert not any(prediction.needs_review for prediction in predictions[:4])
    assert classifier.asked == [join("refused"), *texts[4:]]  # the first teaches


def test_a_job_that_the_person_does_not_have_gets_candidates_and_no_code(bundle: Bundle) -> None:
    """Whatever the threshold and the floors are; from the cache, too; a correction of it wins."""
    unheld = [join("My husband is a plumber"), join("student", "lectures and exams")]
    corrected = join("I need a lawyer")
    classifier = Counting(bundle)
    coder = bare_autocoder(
        classifier,
        bundle,
        lookup_of({corrected: "2611"}),
        threshold=0.0,
        fallback="climb",
    )
    for _ in range(2):
        *predictions, of_correction, of_answer = coder.code([*unheld, corrected, join("plumber")])
        for prediction in predictions:
            assert prediction.source == "too_unsure" and prediction.isco_code == ""
            assert prediction.needs_review and prediction.is_fallback and prediction.is_by_model
            assert prediction.confidence == prediction.minor_confidence == 0
            assert len(prediction.candidates) == 5 and prediction.candidates[0][1] > 0
        assert (of_correction.source, of_correction.isco_code) == ("correction", "2611")
        assert of_answer.source == "model" and len(of_answer.isco_code) == 4
    assert classifier.asked == [corrected, *unheld, join("plumber")]


def test_settings_add_non_answers_and_change_the_id_of_results(
    bundle: Bundle, settings: Settings
) -> None:
    added = AddedNonAnswers(not_working=("on sabbatical",))
    changed = settings.with_values("data", non_answers=added)
    (prediction,) = open_autocoder(bundle, changed).code([join("On sabbatical")])
    assert prediction.source == "not_working"
    lookup = CorrectionsLookup()
    assert result_settings(changed, lookup) != result_settings(settings, lookup)


def test_hostile_texts_get_a_code(bundle: Bundle, settings: Settings) -> None:
    hostile = ["x" * 100_000, "مهندس " * 5000, "🎉" * 10, "\x00\x01", "ﬃ" * 300, "'; DROP TABLE"]
    for prediction in open_autocoder(bundle, settings).code([join(text) for text in hostile]):
        assert prediction.isco_code or prediction.source in ("empty", "not_stated", "too_unsure")


@pytest.fixture
def copy(bundle: Bundle, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle.path, tmp_path / "copy"))


def test_a_damaged_file_is_refused(copy: Path) -> None:
    model = next(copy.glob("*.onnx"))
    model.write_bytes(model.read_bytes()[:-1])
    with pytest.raises(BundleError, match="damaged or half-copied"):
        Bundle.open(copy)


def test_a_missing_file_is_refused(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(BundleError, match=r"tokenizer\.json.*isco models rollback"):
        Bundle.open(copy)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2, "text_version": 1}'])
def test_a_damaged_manifest_says_what_to_do(copy: Path, content: str) -> None:
    (copy / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(BundleError, match=r"(?s)manifest\.json.*isco models rollback"):
        Bundle.open(copy)


@pytest.mark.parametrize("key", ["format", "text_version"])
def test_another_version_is_refused(copy: Path, key: str) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, key: 99}), encoding="utf-8")
    with pytest.raises(BundleError, match="99"):
        Bundle.open(copy)


def test_a_damaged_checkpoint_is_refused_when_it_is_wanted(copy: Path) -> None:
    (copy / "checkpoint" / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BundleError, match="checkpoint"):
        Bundle.open(copy).checkpoint_dir()


def test_no_bundle_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(BundleError, match="isco train"):
        Bundle.open(tmp_path / "nothing")
    (tmp_path / "bundled").mkdir()
    output = settings.output.model_copy(
        update={"best_model_dir": tmp_path / "none", "model_dir": tmp_path}
    )
    with pytest.raises(BundleError, match="bundled"):
        ModelRegistry(output).served()


def test_a_provider_that_is_not_here_is_named(bundle: Bundle) -> None:
    with pytest.raises(SettingsError, match="coreml"):
        open_classifier(bundle, InferenceSettings(provider="coreml"))
