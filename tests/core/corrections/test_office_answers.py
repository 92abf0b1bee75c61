"""Which answers are a picture of the office, and for how many texts each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.corrections.coded_texts import keep_text_list, sample_name
from core.corrections.correction import NOT_CODABLE
from core.corrections.decisions import Decisions
from core.corrections.office_answers import AnswerOrigin, OfficeAnswers
from core.corrections.text_list import ListHead, TextCollector
from tests.support.decided_texts import decide

ID, OTHER = "0123456789ab", "ba9876543210"
SAMPLE = sample_name(ID)
ARRAYS = ("texts", "codes", "weights", "is_sampled", "files")
# text → code that was shown, records that the model coded, records that were drawn
BATCH = {
    "rare": ("2221", 1, 1),
    "frequent": ("7212", 8, 2),
    "sure": ("7212", 3, 0),
    "surer": ("2221", 5, 0),
    "unsure": ("222", 4, 0),
    "vague": ("", 1, 0),
    "doubtful": ("721", 1, 0),
    "corrected before": ("512", 0, 0),
}


def keep(
    folder: Path,
    batch_id: str,
    *,
    is_complete: bool = True,
    batch: Mapping[str, tuple[str, int, int]] = BATCH,
) -> None:
    texts = TextCollector()
    for text, (code, n_records, _) in batch.items():  # as chunks of a file come
        for n in (0, n_records):
            texts.add({text: code}, {text: n})
    drawn = {text: n for text, (_, _, n) in batch.items() if n}
    keep_text_list(folder, ListHead(batch_id, "v1", is_complete=is_complete), texts, drawn)


def answers(folder: Path, given: dict[str, tuple[str, str]]) -> OfficeAnswers:
    """Return the answers (text → code, sample) that count."""
    decisions = Decisions()
    for text, (code, _) in given.items():
        decide(decisions, text, code)
    origins = {
        text: AnswerOrigin(sampled, "2026-11-2" + str(n))
        for n, (text, (_, sampled)) in enumerate(given.items())
    }
    return OfficeAnswers.read(folder, decisions, origins)


@pytest.mark.parametrize("n_drawn", [1, 3])  # with records of other wordings of the question
def test_each_answer_stands_for_the_texts_that_were_drawn_like_it(
    n_drawn: int, tmp_path: Path
) -> None:
    keep(tmp_path, ID, batch=BATCH | {"rare": ("2221", 1, n_drawn)})
    found = answers(
        tmp_path,
        {
            "unsure": ("2221", ""),
            "vague": (NOT_CODABLE, ""),
            "rare": ("2221", SAMPLE),
            "frequent": ("7213", SAMPLE),
        },
    )
    assert found.texts == ("unsure", "vague", "rare", "frequent")
    assert found.codes == ("2221", NOT_CODABLE, "2221", "7213")
    assert found.is_sampled == (False, False, True, True)
    # 3 texts below the threshold, 2 of them answered; 4 autocoded, of one text all records drawn,
    # of the other a quarter.
    assert found.weights == pytest.approx((1.5, 1.5, 3.2, 0.8))
    assert (found.n_autocoded, found.until) == (4, "2026-11-23")


@pytest.mark.parametrize("is_sample_first", [True, False])
def test_of_very_many_answers_the_latest_stand_for_all_texts(
    is_sample_first: bool, tmp_path: Path
) -> None:
    """Else a review that was answered after its sample would count for more than it is."""
    unsure, sure = (f"unsure {n}" for n in range(6_000)), (f"sure {n}" for n in range(8_000))
    codes = dict.fromkeys(unsure, "222") | dict.fromkeys(sure, "2221")
    texts = TextCollector()
    texts.add(codes, dict.fromkeys(codes, 1))
    drawn = {f"sure {n}": 1 for n in range(3_000)}
    keep_text_list(tmp_path, ListHead(ID, "v1"), texts, drawn)
    given = dict.fromkeys(drawn, ("2221", SAMPLE))
    asked = {text: ("2221", "") for text, code in codes.items() if code == "222"}
    found = answers(tmp_path, given | asked if is_sample_first else asked | given)
    weights, is_sampled = np.array(found.weights), np.array(found.is_sampled)
    assert len(found) == 5_000 and found.n_sampled == 2_500 and found.are_enough
    assert "sure 2999" in found.texts and "unsure 5999" in found.texts, "the latest of each"
    assert weights[is_sampled].sum() == pytest.approx(8_000) == pytest.approx(found.n_autocoded)
    assert weights[~is_sampled].sum() == pytest.approx(6_000)


def test_a_text_of_several_batches_counts_once(tmp_path: Path) -> None:
    """As where a file is coded a second time with other settings."""
    given = {
        "unsure": ("2221", ""),
        "vague": (NOT_CODABLE, ""),
        "doubtful": ("7211", ""),
        "rare": ("2221", SAMPLE),
        "frequent": ("7213", SAMPLE),
    }
    keep(tmp_path, ID)
    once = answers(tmp_path, given)
    assert (once.answered_rate, once.n_autocoded) == (1.0, 4)
    keep(tmp_path, OTHER)
    twice = answers(tmp_path, given)
    assert (twice.answered_rate, twice.n_autocoded) == (1.0, 4)
    assert twice.weights == pytest.approx(once.weights)


def test_a_text_that_was_drawn_once_and_asked_once_was_asked(tmp_path: Path) -> None:
    """As where a later model is not sure of what an earlier one autocoded."""
    keep(tmp_path, ID)
    keep(tmp_path, OTHER, batch={"rare": ("222", 1, 0)})
    given = dict.fromkeys(("unsure", "rare", "frequent"), ("2221", SAMPLE))
    found = answers(tmp_path, given)
    assert found.is_sampled == (False, False, True)
    assert found.weights == pytest.approx((2, 2, 3))  # 4 below the threshold, 3 autocoded
    assert found.n_autocoded == 3


def test_what_was_not_asked_for_does_not_count(tmp_path: Path) -> None:
    keep(tmp_path, ID)
    given = {
        "sure": ("7213", ""),  # changed on somebody's own account
        "surer": ("2222", SAMPLE),  # says that it was drawn
        "rare": ("2221", ""),  # drawn, but this answer is not one about the sample
        "frequent": ("7213", sample_name(OTHER)),
        "corrected before": ("5120", ""),
        "never coded": ("5120", ""),
    }
    assert not len(answers(tmp_path, given))
    assert answers(tmp_path, given | {"doubtful": ("7211", "")}).texts == ("doubtful",)


def test_a_list_that_does_not_tell_does_not_count(tmp_path: Path) -> None:
    keep(tmp_path, ID, is_complete=False)
    given = {"unsure": ("2221", ""), "rare": ("2221", SAMPLE)}
    assert not len(answers(tmp_path, given))
    keep(tmp_path, OTHER)
    assert answers(tmp_path, given).texts == ("unsure",)


def test_of_few_answers_and_of_those_without_a_sample_nothing_follows(tmp_path: Path) -> None:
    keep(tmp_path, ID)
    few = answers(tmp_path, {"unsure": ("2221", ""), "rare": ("2221", SAMPLE)})
    many = replace(few, **{name: getattr(few, name) * 50 for name in ARRAYS})
    assert many.are_enough and not few.are_enough
    is_sampled = np.array(many.is_sampled)
    without_sample, sample_alone = many.without(is_sampled), many.without(~is_sampled)
    assert (len(without_sample), without_sample.n_sampled, without_sample.are_enough) == (50, 0, 0)
    assert (len(sample_alone), sample_alone.n_sampled, sample_alone.are_enough) == (50, 50, 0)
    twice = replace(without_sample, **{name: getattr(without_sample, name) * 2 for name in ARRAYS})
    assert len(twice) == 100 and not twice.are_enough  # nothing is known of the autocoded
    assert replace(twice, n_autocoded=0).are_enough  # nothing was
    assert many.version != few.version == few.without(np.zeros(2, bool)).version
