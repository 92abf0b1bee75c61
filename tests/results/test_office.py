"""An office answers its review: the next file has a confidence that is fitted to the answers."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.corrections.corrections_folder import folder_state
from core.errors import BundleError
from core.files.own_files import REPORT
from core.row_counts import no_progress
from core.settings import Settings
from core.taxonomy import isco08
from inference.autocoder import open_autocoder
from inference.bundle import LEARNED_FILES, MANIFEST, OFFICE_CALIBRATION, Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.office.calibrator import OfficeCalibrator
from inference.office.carried_calibration import RETAINED
from inference.office.office_calibration import OfficeCalibration, recalibrated
from inference.serving.served_autocoder import ServedAutocoder
from inference.similar_corrections import SimilarCorrections, similarity_of
from inference.training_profile import TrainingProfile, text_hashes
from results.code_file import batch_id, code_file
from results.corrections_file import process_corrections
from results.receipt import Receipt
from tests.support.half_autocoded import with_half_autocoded
from tests.support.page_reader import Page
from tests.support.written_rows import rows_of
from training.compared_model import calibration_to_carry

UNITS = isco08().units
TITLES = [isco08().title(code).lower() for code in UNITS[::2]]
LATER = [f"{title} of the town" for title in TITLES[:40]]
Rows = list[dict[str, str]]


@pytest.fixture
def alone(bundle: Bundle, tmp_path: Path) -> Bundle:
    """The small RoBERTa without similar corrections: to its random weights many are alike."""
    copy = Path(shutil.copytree(bundle.path, tmp_path / "copy"))
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    manifest["similarity"]["min_cosine"] = 2.0  # no text is that similar
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Bundle.open(copy)


@pytest.fixture
def halved(alone: Bundle, settings: Settings) -> Settings:
    """With this threshold half of the titles of all groups are autocoded."""
    settings = settings.with_values("output", best_model_dir=alone.path)
    return with_half_autocoded(settings, open_autocoder(alone, settings), TITLES)


class Office:
    """Drops files, and answers their reviews."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self._folder = settings, folder
        self.served = ServedAutocoder(settings)
        self._n_files = 0

    def code(self, titles: list[str]) -> tuple[Receipt, Path]:
        self._n_files += 1
        path, out = (self._folder / f"{kind}{self._n_files}" for kind in ("in", "out"))
        path = path.with_suffix(".csv")
        path.write_text("job_title\n" + "\n".join(f'"{t}"' for t in titles), encoding="utf-8")
        out.mkdir()
        self.served.refresh_corrections()
        return code_file(path, out, self.served.autocoder, self.settings), out

    def answer(self, out: Path, code_of: Callable[[dict[str, str]], str]) -> Rows:
        """Fill in the review of a batch and send it back; an empty code is no answer."""
        rows = rows_of(out / "review.csv")
        for row in rows:
            row["corrected_isco_code"] = code_of(row)
        self._n_files += 1
        path, done = (self._folder / f"{kind}{self._n_files}" for kind in ("review", "done"))
        path = path.with_suffix(".csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        done.mkdir()
        lookup = self.served.autocoder.corrections_lookup
        process_corrections(path, done, lookup, self.settings)
        return [row for row in rows if row["corrected_isco_code"]]

    def best(self, row: dict[str, str]) -> str:
        """Return what the model says of a row, also where the review does not."""
        probabilities = self.served.autocoder.classifier.probabilities([row["text"]])[0]
        return UNITS[int(probabilities.argmax())]


@pytest.fixture
def office(tmp_path: Path, halved: Settings) -> Office:
    return Office(halved, tmp_path)


def text_of_page(out: Path) -> str:
    return Page(out / REPORT).words


def test_answers_fit_the_confidence_of_the_next_file_and_the_report_says_so(
    office: Office, halved: Settings, alone: Bundle
) -> None:
    before, out = office.code(TITLES)
    assert before.calibration["is_fitted"] is False and before.calibration["n_answers"] == 0
    assert "answers" not in before.settings
    assert "calibrated as the model came" in text_of_page(out)
    answered = office.answer(out, office.best)
    receipt, out = office.code(LATER)
    calibration = receipt.calibration
    assert calibration["is_fitted"] and calibration["exponent"] > 1.05  # all answers agreed
    assert calibration["n_answers"] == len(answered) > 100
    assert calibration["n_sampled"] == before.n_sampled
    assert calibration["sample"]["rate"] == 1
    assert calibration["agreement"]["rate"] == pytest.approx(1)  # a sum of weights
    assert calibration["agreement"]["rate"] <= 1
    assert calibration["threshold"] == halved.model.confidence_threshold
    assert len(receipt.settings["answers"]) == 8
    assert receipt.settings["wanted_agreement"] == 0.95
    page = text_of_page(out)
    assert f"fitted to this office: on {len(answered)} answers" in page
    assert f"The latest is of {calibration['until']}." in page
    # The same in a process of its own, as of `isco classify`, and for a single text.
    fresh = open_autocoder(alone, halved)
    texts = [f"{title} | unknown" for title in LATER]
    assert fresh.code(texts) == office.served.autocoder.code(texts)
    assert fresh.calibration.summary() == calibration
    assert (
        fresh.probabilities(texts).max(axis=1) > fresh.classifier.probabilities(texts).max(axis=1)
    ).all()


def test_texts_that_one_answer_decides_are_one_question(
    office: Office, halved: Settings, tmp_path: Path
) -> None:
    path, out = tmp_path / "twice.csv", tmp_path / "twice"
    rows = "".join(f'"{title}",\n"{title}",NA\n' for title in TITLES[:40])
    path.write_text(f"job_title,duties\n{rows}", encoding="utf-8")
    out.mkdir()
    code_file(path, out, office.served.autocoder, halved)
    answered = office.answer(out, office.best)
    n_uncertain = sum(not row["sampled"] for row in answered)
    answers = CorrectionsLookup.load(halved.data.corrections_dir, halved.data).answers
    assert answers.answered_rate == 1 and len(answers) == len(answered) > n_uncertain
    weights = np.array(answers.weights)[~np.array(answers.is_sampled)]
    assert weights == pytest.approx(np.ones(n_uncertain))


def test_wrong_codes_of_the_sample_lower_the_confidence_and_the_report_warns(
    office: Office,
) -> None:
    _, out = office.code(TITLES)

    office.answer(out, lambda row: "not codable" if row["sampled"] else row["candidate_2"])
    receipt, out = office.code(LATER)
    calibration = receipt.calibration
    assert calibration["is_fitted"] and calibration["sample"]["rate"] == 0
    page = text_of_page(out)
    assert "Coders agreed with fewer autocoded records than output.wanted_agreement asks" in page
    sample = calibration["sample"]
    assert (
        "For 0.0 % of the texts of the random sample coders gave the code that the model and the "
        "corrections of similar texts give now (95 % interval 0.0 % to "
        f"{100 * sample['high']:.1f} %; answers: {sample['n_answers']}); isco coders compares"
    ) in page


def test_the_report_says_how_often_coders_slip(office: Office) -> None:
    _, out = office.code(TITLES)
    office.answer(out, lambda row: "9629" if len(row["text"]) % 4 == 0 else office.best(row))
    receipt, out = office.code(LATER)
    calibration = receipt.calibration
    assert calibration["is_fitted"] and calibration["slip_rate"] > 0.01
    page = text_of_page(out)
    assert f"at {100 * calibration['slip_rate']:.1f} % of the texts, whatever the text says" in page
    highest = 1 - calibration["slip_rate"] * 435 / 436
    assert f"so no confidence is above {highest:.3f}." in page


def test_fewer_than_100_answers_calibrate_nothing(office: Office) -> None:
    _, out = office.code(TITLES)
    n_answers = 0

    def first_99(row: dict[str, str]) -> str:
        nonlocal n_answers
        n_answers += 1
        return "not codable" if n_answers < 100 else ""

    office.answer(out, first_99)
    receipt, out = office.code(LATER)
    assert receipt.calibration["n_answers"] == 99 and not receipt.calibration["is_fitted"]
    assert receipt.calibration["exponent"] == 1 and "answers" not in receipt.settings
    assert receipt.calibration["sample"] is None
    page = text_of_page(out)
    assert "99 answers of this office count so far" in page and "Coders agreed" not in page


def test_what_the_model_has_learned_does_not_count(
    office: Office, halved: Settings, alone: Bundle
) -> None:
    _, out = office.code(TITLES)
    answered = office.answer(out, office.best)
    folder = halved.data.corrections_dir
    (file,) = folder_state(folder)
    profile = alone.training_profile()
    of_all = replace(profile, seen=np.unique(text_hashes(row["text"] for row in answered)))
    autocoder = open_autocoder(alone, halved)

    def calibration_of(
        file_name: str, profile: TrainingProfile, lookup: CorrectionsLookup
    ) -> OfficeCalibration:
        office = OfficeCalibrator(0.5, 0.95, profile, frozenset({file_name}))
        office.read(lookup.answers, autocoder.classifier.read, no_progress)
        office.calibrate(SimilarCorrections(similarity_of(alone)))
        return office.calibration

    lookup = autocoder.corrections_lookup
    assert calibration_of("other.csv", of_all, lookup).n_learned == 0
    learned = calibration_of(file.name, of_all, lookup)
    assert (learned.n_learned, learned.n_answers) == (len(answered), 0)
    # The texts are answered again: the model knows them from before.
    again = folder / f"again-{file.name}"
    shutil.copy(folder / file.name, again)
    twice = CorrectionsLookup.load(folder, halved.data)
    for name in (file.name, again.name):
        assert calibration_of(name, of_all, twice).n_learned == len(answered)
    again.unlink()
    # A file of which the model learned but a part: the rest was kept out, to measure on.
    part = calibration_of(file.name, profile, lookup)
    n_seen = int(profile.has_seen([row["text"] for row in answered]).sum())
    assert part.n_learned == n_seen and part.n_answers == len(answered) - n_seen


def after_night(bundle: Bundle, settings: Settings, folder: Path) -> tuple[Bundle, Settings]:
    """Return the bundle as a night leaves it that learned every corrections file, and settings."""
    copy = Path(shutil.copytree(bundle.path, folder))
    carried = calibration_to_carry(bundle, settings.data.corrections_dir, settings)
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    manifest["version"] = folder.name
    manifest["training"] = {
        LEARNED_FILES: [file.name for file in folder_state(settings.data.corrections_dir)],
        OFFICE_CALIBRATION: carried,
    }
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Bundle.open(copy), settings.with_values("output", best_model_dir=copy)


def test_a_night_of_another_folder_carries_what_its_answers_fit(
    office: Office, halved: Settings, alone: Bundle, tmp_path: Path
) -> None:
    """What the office asked stays listed where it codes."""
    _, out = office.code(TITLES)
    answered = office.answer(out, office.best)
    other = tmp_path / "other"
    other.mkdir()
    assert calibration_to_carry(alone, other, halved) is None, "the night learns none of them"
    with (other / "some.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, answered[0])
        writer.writeheader()
        writer.writerows(answered[:-10])
    carried = calibration_to_carry(alone, other, halved)
    assert carried is not None and carried["n_answers"] == len(answered) - 10


def test_after_a_night_the_fit_is_carried_over_until_there_are_new_answers(
    office: Office, halved: Settings, alone: Bundle, tmp_path: Path
) -> None:
    _, out = office.code(TITLES)
    answered = office.answer(out, office.best)
    before, _ = office.code(LATER)
    (tmp_path / "later" / "third").mkdir(parents=True)
    night, settings = after_night(alone, halved, tmp_path / "later" / "night")
    later = Office(settings, tmp_path / "later")
    receipt, out = later.code(LATER)
    calibration, carried = receipt.calibration, receipt.calibration["carried"]
    assert not calibration["is_fitted"] and calibration["n_answers"] < 100
    assert calibration["n_learned"] + calibration["n_answers"] == len(answered)
    fitted_exponent = before.calibration["exponent"]
    assert calibration["exponent"] == pytest.approx(fitted_exponent**RETAINED, rel=1e-4)
    assert calibration["slip_rate"] == before.calibration["slip_rate"]
    assert carried["n_answers"] == len(answered) and carried["version"] == alone.manifest.version
    assert "confidences" not in carried
    page = text_of_page(out)
    assert (
        f"carried over from model {alone.manifest.version}, fitted on {len(answered)} answers"
        in page
    )
    assert f"The latest is of {carried['until']}." in page
    assert "The expected agreement is that of the answers of this office" in page
    texts = [f"{title} | unknown" for title in LATER]
    served = recalibrated(
        office.served.autocoder.classifier.probabilities(texts),
        calibration["exponent"],
        calibration["slip_rate"],
    )
    np.testing.assert_allclose(
        [prediction.confidence for prediction in later.served.autocoder.code(texts)],
        served.max(axis=1),
        rtol=1e-5,
    )
    profile = later.served.autocoder.training_profile
    assert profile.n_calibration == len(answered)
    # A second night without new answers carries less of it.
    twice = open_autocoder(*after_night(night, settings, tmp_path / "later" / "second"))
    twice.learn_corrections()
    again = twice.calibration.summary()
    assert again["exponent"] == pytest.approx(calibration["exponent"] ** RETAINED, rel=1e-4)
    assert again["slip_rate"] == calibration["slip_rate"]
    assert again["carried"]["version"] == alone.manifest.version
    assert again["exponent_deviation"] > calibration["exponent_deviation"]
    # From 100 new answers on there is a new fit; what was carried over is where it starts from.
    new = [f"{title} of the town" for title in TITLES]
    third = Office(
        with_half_autocoded(settings, later.served.autocoder, new), tmp_path / "later" / "third"
    )
    _, out = third.code(new)
    third.answer(out, lambda row: "not codable")
    receipt, out = third.code([f"{title} of the village" for title in TITLES[:40]])
    assert receipt.calibration["is_fitted"] and receipt.calibration["n_answers"] > 100
    manifest = json.loads((night.path / MANIFEST).read_text(encoding="utf-8"))
    del manifest["training"][OFFICE_CALIBRATION]
    (night.path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    without = open_autocoder(Bundle.open(night.path), third.settings)
    without.learn_corrections()
    assert without.calibration.is_fitted
    # Whether the new answers raise or lower it depends on the draw; without the start it is lower.
    assert calibration["exponent"] > 1.05
    assert without.calibration.exponent < receipt.calibration["exponent"]
    assert "carried over" not in text_of_page(out)


def test_a_raised_threshold_is_carried_over_for_the_agreement_it_was_raised_for(
    office: Office, halved: Settings, alone: Bundle, tmp_path: Path
) -> None:
    _, out = office.code(TITLES)
    n_sampled = 0

    def every_second_of_the_sample(row: dict[str, str]) -> str:
        nonlocal n_sampled
        n_sampled += bool(row["sampled"])
        return "not codable" if row["sampled"] and n_sampled % 2 else office.best(row)

    office.answer(out, every_second_of_the_sample)
    before, _ = office.code(LATER)
    set_threshold, raised = (before.calibration[name] for name in ("set_threshold", "threshold"))
    assert raised > set_threshold
    night, later = after_night(alone, halved, tmp_path / "night")
    receipt, out = Office(later, tmp_path / "night").code(LATER)
    assert receipt.calibration["threshold"] == raised and not receipt.calibration["is_fitted"]
    assert "The threshold was raised from" in text_of_page(out)
    # Also where the answers are gone, as by isco purge: with another threshold the same file is
    # not the same batch.
    purged, ids = later.with_values("data", corrections_dir=tmp_path / "none"), set()
    for wanted, threshold in ((0.95, raised), (0.96, raised), (0.9, set_threshold)):
        changed = purged.with_values("output", wanted_agreement=wanted)
        autocoder = open_autocoder(night, changed)
        autocoder.learn_corrections()
        assert autocoder.calibration.threshold == threshold
        ids.add(batch_id(receipt.sha256, autocoder, changed))
    assert len(ids) == 3


def test_a_wrong_entry_of_the_manifest_is_named(alone: Bundle, settings: Settings) -> None:
    manifest = json.loads((alone.path / MANIFEST).read_text(encoding="utf-8"))
    manifest["training"] = {OFFICE_CALIBRATION: {"version": "1", "exponent": -1}}
    (alone.path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(
        BundleError, match=r"training\.office_calibration: .*exponent: Input should be gre"
    ):
        open_autocoder(Bundle.open(alone.path), settings)


def test_answers_that_come_one_file_after_the_other_are_those_that_come_at_once(
    office: Office, halved: Settings
) -> None:
    _, out = office.code(TITLES)
    office.answer(out, lambda row: office.best(row) if row["text"] < "m" else "")
    office.served.refresh_corrections()
    office.answer(out, lambda row: office.best(row) if row["text"] >= "m" else "")
    office.served.refresh_corrections()
    data = halved.data
    fresh = CorrectionsLookup.load(data.corrections_dir, data)
    lookup = office.served.autocoder.corrections_lookup
    assert lookup.answers == fresh.answers and len(fresh.answers) > 100
    assert np.isclose(sum(fresh.answers.weights), len(TITLES), rtol=0.02)  # all texts of the file
