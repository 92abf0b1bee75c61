"""Records that are too few end in one line with the counts, and leave no run behind."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import Settings
from tests.support.labelled_records import CODES, WORDS, kept_corrections
from training.dataset.correction_set import CorrectionSet
from training.dataset.minimum import MIN_TEXTS
from training.dataset.prepare import load_dataset
from training.train import train


def records(settings: Settings, n: int, n_codes: int = 8, code: str = "") -> Path:
    """Write n records of ``n_codes`` codes, or of one ``code``, to data.raw_dir."""
    raw_dir = settings.data.raw_dir
    raw_dir.mkdir(parents=True, exist_ok=True)
    lines = ["job_title,isco_code"]
    lines += [f"head {WORDS[i % n_codes]} {i},{code or CODES[i % n_codes]}" for i in range(n)]
    (raw_dir / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return raw_dir


@pytest.mark.parametrize("with_answers", [True, False])
@pytest.mark.parametrize(
    ("n", "n_codes", "code", "found"),
    [
        (1, 1, "", "1 valid record "),
        (60, 8, "", "60 valid records .* 60 distinct texts and 8 codes"),
        (300, 1, "2221", "300 valid records .* and 1 code"),
        (10, 8, "none", "10 of 10 records"),
    ],
)
def test_too_few_records_are_one_line(
    user_project: Settings,
    checkpoint: Path,
    with_answers: bool,
    n: int,
    n_codes: int,
    code: str,
    found: str,
) -> None:
    if not with_answers:
        (user_project.data.reference_dir / "answers" / "en.csv").unlink()
    raw = records(user_project, n, n_codes, code)
    with pytest.raises(InputError, match=found) as raised:
        train(user_project, raw, str(checkpoint))
    assert "\n" not in str(raised.value)
    if code != "none":
        assert f"at least {MIN_TEXTS} distinct texts" in str(raised.value)
    assert not (user_project.output.model_dir / "runs").exists()


def test_records_that_nobody_trusts_are_no_records(
    user_project: Settings, checkpoint: Path
) -> None:
    raw = records(user_project, 300)
    path = raw / "raw.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    weighted = [f"{line},{0 if i >= 50 else 1}" for i, line in enumerate(lines)]
    path.write_text("\n".join([f"{head},weight", *weighted]) + "\n", encoding="utf-8")
    found = r"50 distinct texts and 8 codes \(250 records of the weight 0 left out\)"
    with pytest.raises(InputError, match=found):
        train(user_project, raw, str(checkpoint))


def test_one_text_of_each_code_cannot_be_split(user_project: Settings, checkpoint: Path) -> None:
    from core.taxonomy import isco08

    (user_project.data.reference_dir / "answers" / "en.csv").unlink()
    raw = records(user_project, 1)
    lines = [f"{isco08().title(code).replace(',', '')},{code}" for code in isco08().units]
    (raw / "raw.csv").write_text("job_title,isco_code\n" + "\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match="side 'validation'"):
        train(user_project, raw, str(checkpoint))


@pytest.mark.slow
def test_the_minimum_is_enough(user_project: Settings, checkpoint: Path) -> None:
    (user_project.data.reference_dir / "answers" / "en.csv").unlink()
    raw = records(user_project, MIN_TEXTS, 2)
    run = train(user_project.with_values("model", epochs=1.0), raw, str(checkpoint))
    assert run.state in ("promoted", "refused")


def test_bundled_answers_are_counted_apart_and_can_be_left_out(
    user_project: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    raw = records(user_project, 120)
    corrections = CorrectionSet(kept_corrections(user_project)).table(None)
    joined = load_dataset(user_project, raw, corrections)
    assert "answers" in set(joined.texts["source"])
    alone = load_dataset(
        user_project.with_values("training", use_bundled_answers=False), raw, corrections
    )
    assert set(alone.texts["source"]) == {""} and alone.summary.n_answers == 0
    assert len(alone.calibration) == len(joined.calibration) > 0
    n_answers = joined.summary.n_answers
    assert [record.message for record in caplog.records if "yours" in record.message] == [
        f"records that train: 120 of yours + {n_answers} bundled",
        "records that train: 120 of yours + 0 bundled",
    ]
