"""The bundled reference answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.unheld_jobs import UnheldJobs
from core.taxonomy import isco08
from core.text import join
from tests.conftest import ROOT
from training.dataset.no_occupation import read_no_occupation
from training.dataset.reference_data import COMMON_WEIGHT, misspelt_answers, read_answers
from training.dataset.splits import HOLD_OUT, TRAIN

LANGUAGES = {path.stem for path in (ROOT / "data/reference/answers").glob("*.csv")}
NON_ANSWERS = built_in_non_answers()


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """All of them: reading them takes seconds, so the tests that need all stand in this file."""
    return read_answers(ROOT / "data" / "reference", LANGUAGES)


@pytest.mark.slow
def test_the_bundled_answers_cover_every_group_in_every_language(answers: pd.DataFrame) -> None:
    assert set(answers["language"]) == LANGUAGES
    assert answers["text"].is_unique
    # Of Maltese some groups have only words that belong to English or Italian as well.
    for language, rows in answers[answers["language"] != "mt"].groupby("language"):
        n_least = rows["label"].value_counts().reindex(isco08().units, fill_value=0).min()
        assert n_least >= (20 if language == "en" else 4), language
    shares = answers["part"].value_counts(normalize=True)
    assert 0.10 < shares["hold_out"] < 0.12 and 0.045 < shares["calibration"] < 0.065


@pytest.mark.slow
def test_an_answer_keeps_its_part(answers: pd.DataFrame) -> None:
    """What measures must not have trained any version before, nor train one after."""
    english = answers[answers["language"] == "en"]
    assert english["part"].value_counts().to_dict() == {
        "train": 81_918,
        "hold_out": 10_506,
        "calibration": 5_245,
    }


@pytest.mark.slow
def test_the_model_has_learned_no_text_of_the_example(answers: pd.DataFrame) -> None:
    example = pd.read_csv(ROOT / "examples" / "survey.csv", dtype=str, keep_default_na=False)
    fields = zip(example["job_title"], example["duties_description"], strict=True)
    is_in_example = answers["text"].isin([join(title, duties) for title, duties in fields])
    assert is_in_example.sum() > 100
    assert set(answers.loc[is_in_example, "part"]) == {HOLD_OUT}


@pytest.mark.slow
def test_no_answer_is_taken_for_a_non_answer(answers: pd.DataFrame) -> None:
    assert [text for text in answers["text"] if NON_ANSWERS.find(text) is not None] == []


@pytest.mark.slow
def test_hardly_any_answer_names_a_job_that_the_person_does_not_have(answers: pd.DataFrame) -> None:
    """One seeks a job, one abbreviation begins as a negation, few are "student" beside it."""
    jobs = UnheldJobs(NON_ANSWERS)
    hits = [text for text in answers["text"] if jobs.names(text)]
    titles = {text for text in hits if text.endswith(" | unknown")}
    assert titles <= {
        "cerco lavoro come donna delle pulizie in appartamenti | unknown",
        "ne efz | unknown",
    }
    others = [text for text in hits if text not in titles]
    assert len(others) <= 94
    for text in others:
        assert NON_ANSWERS.find(text.partition(" | ")[0]) is NonAnswerKind.NOT_WORKING, text


@pytest.mark.slow
def test_no_text_without_occupation_is_an_answer_of_its_language(answers: pd.DataFrame) -> None:
    texts = pd.concat([read_no_occupation(LANGUAGES, held_out=part) for part in (False, True)])
    both = texts.merge(answers, on=["text", "language"])
    assert both.empty, sorted(both["text"])[:20]


def test_the_commonest_answers_train_and_overrule_what_others_say(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    header = "job_title,duties_description,isco_code,kind,n_rank\n"
    common = "".join(f"job {i},,5223,common,{i + 1}\n" for i in range(30))
    (folder / "de.csv").write_text(header + common + "manager,,1219,common,31\n", encoding="utf-8")
    (folder / "en.csv").write_text(header + "manager,,1120,title,\n", encoding="utf-8")
    answers = read_answers(tmp_path, ["de", "en"]).set_index("text")
    assert set(answers["part"]) == {TRAIN}
    assert set(answers["weight"]) == {COMMON_WEIGHT}
    assert answers.loc["manager | unknown", "label"] == "1219"


def test_misspelt_answers_are_told_from_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    rows = "job_title,duties_description,isco_code,kind\nnurse,,2221,title\nnusre,,2221,misspelt\n"
    (folder / "en.csv").write_text(rows, encoding="utf-8")
    assert misspelt_answers(tmp_path, ["en"]) == {"nusre | unknown"}
