"""The dataset that is loaded, and that no text that measures is trained on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from tests.support.labelled_records import kept_corrections, write_corrections
from training.dataset.correction_set import CorrectionSet
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES, OWN_HOLD_OUT
from training.dataset.prepare import divide, load_dataset
from training.dataset.reference_data import read_manual
from training.dataset.splits import (
    CALIBRATION,
    HOLD_OUT,
    MAX_ANSWERS,
    Origin,
    is_held_out_correction,
    part_of_answer,
)


@pytest.fixture
def raw(user_project: Settings) -> Path:
    """300 records of one concept each, one text under two codes, one record twice."""
    lines = ["job_title,isco_code,group"]
    lines += [f"nurse number {i},2221,g{i}" for i in range(300)]
    lines += ["bank nurse,2221,", "bank nurse,3221,", "bank nurse,2221,"]
    user_project.data.raw_dir.mkdir(parents=True)
    (user_project.data.raw_dir / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return user_project.data.raw_dir


def none(user_project: Settings) -> pd.DataFrame:
    return CorrectionSet(kept_corrections(user_project)).table(None)


def test_what_measures_is_not_learned(user_project: Settings, raw: Path) -> None:
    loaded = load_dataset(user_project, raw, none(user_project))
    texts = set(loaded.texts["text"])
    measuring = [*loaded.hold_out.values(), loaded.calibration]
    assert not texts & set(pd.concat([rows["text"] for rows in measuring]))
    assert set(loaded.hold_out[BUNDLED_HOLD_OUT]["text"].map(part_of_answer)) == {HOLD_OUT}
    assert set(loaded.calibration["text"].map(part_of_answer)) == {CALIBRATION}
    assert 3 < len(loaded.hold_out[OWN_HOLD_OUT]) < 40  # 5 % of 301
    assert set(loaded.hold_out[OWN_HOLD_OUT]["source"]) == {""}
    assert loaded.summary.n_records == 303
    assert loaded.summary.n_duplicates == 1
    again = load_dataset(user_project, raw, none(user_project))
    assert list(again.hold_out[OWN_HOLD_OUT]["text"]) == list(loaded.hold_out[OWN_HOLD_OUT]["text"])


def test_a_record_that_nobody_trusts_neither_teaches_nor_measures(
    user_project: Settings, raw: Path
) -> None:
    """With its code the gate would measure what is wrong."""
    head, *lines = (raw / "raw.csv").read_text(encoding="utf-8").splitlines()
    weighted = [f"{line},{i % 2}" for i, line in enumerate(lines)]
    text = "\n".join([f"{head},weight", *weighted]) + "\n"
    (raw / "raw.csv").write_text(text, encoding="utf-8")
    loaded = load_dataset(user_project, raw, none(user_project))
    own = [loaded.texts[loaded.texts["origin"] == Origin.OWN], loaded.hold_out[OWN_HOLD_OUT]]
    numbers = pd.concat(own)["text"].str.extract(r"number (\d+)", expand=False).dropna()
    assert len(numbers) == 150 and (numbers.astype(int) % 2 == 1).all()


def test_a_correction_overrules_the_records(user_project: Settings, raw: Path) -> None:
    folder = user_project.data.corrections_dir
    folder.mkdir(parents=True)
    taught = [f"nurse number {i}" for i in range(300)][:40]
    (folder / "a.csv").write_text(
        "text,corrected_isco_code\n" + "".join(f"{text},3221\n" for text in taught),
        encoding="utf-8",
    )
    texts = load_dataset(user_project, raw, none(user_project)).texts.set_index("text")
    for text in map(join, taught):
        if text in texts.index:  # neither in the hold-out set nor held out
            assert texts.loc[text, ["label", "source"]].tolist() == ["3221", "correction"]
    assert (texts["source"] == "correction").sum() > 20


def test_disputed_texts_by_the_setting(user_project: Settings, raw: Path) -> None:
    kept = load_dataset(user_project, raw, none(user_project)).texts.set_index("text")
    assert kept.loc[join("bank nurse"), "label"] == "2221"
    dropped = load_dataset(
        user_project.with_values("training", conflicts="drop"), raw, none(user_project)
    )
    assert join("bank nurse") not in set(dropped.texts["text"])


def test_the_manual_is_read_when_it_is_switched_on(user_project: Settings, raw: Path) -> None:
    user_project = user_project.with_values("training", use_manual=True)
    with pytest.raises(InputError, match=r"isco08_definitions\.csv"):
        load_dataset(user_project, raw, none(user_project))
    manual = user_project.data.reference_dir / "isco08_definitions.csv"
    manual.write_text(
        "isco_code,description\n2221,Plans and gives care to the sick\n222,Nursing\n2222,\n",
        encoding="utf-8",
    )
    assert list(read_manual(user_project.data)["text"]) == [
        "unknown | plans and gives care to the sick"
    ]
    texts = load_dataset(user_project, raw, none(user_project)).texts
    assert (texts["source"] == "manual").sum() == 1


def test_own_records_keep_their_file_and_line(user_project: Settings, raw: Path) -> None:
    texts = load_dataset(user_project, raw, none(user_project)).texts.set_index("text")
    assert texts.loc[join("bank nurse"), ["file", "line"]].tolist() == ["raw.csv", "302"]
    others = texts[texts["source"] == "answers"]
    assert len(others) and set(others["file"]) == set(others["line"]) == {""}


def correct(user_project: Settings, texts: list[str], code: str) -> pd.DataFrame:
    """Return the corrections of cleaned texts to one code."""
    write_corrections(user_project, "a.csv", [(text, code) for text in texts])
    return none(user_project)


def test_every_correction_trains_or_is_held_out(user_project: Settings, raw: Path) -> None:
    before = load_dataset(user_project, raw, none(user_project))
    assert set(before.texts["side"]) == {"train", "validation", "calibration", "test"}
    texts = [*before.texts.loc[before.texts["origin"] == Origin.OWN, "text"]]
    texts += ["sawyer | unknown", "no record | unknown"]
    corrections = correct(user_project, texts, "3221")
    loaded = load_dataset(user_project, raw, corrections)
    taught = corrections[~corrections["is_held_out"]]
    trained = loaded.train.set_index("text")
    assert set(trained.loc[taught["text"], "label"]) == {"3221"}
    assert set(trained.loc[taught["text"], "origin"]) == {Origin.CORRECTION}
    assert len(loaded.without_measured(corrections)) == len(corrections)
    assert not set(loaded.texts["text"]) & set(corrections.loc[corrections["is_held_out"], "text"])


def test_a_correction_of_a_text_that_measures_is_not_learned_and_overrules_its_record(
    user_project: Settings, raw: Path
) -> None:
    before = load_dataset(user_project, raw, none(user_project))
    own, bundled = before.hold_out[OWN_HOLD_OUT], before.hold_out[BUNDLED_HOLD_OUT]
    measured = [*own["text"], *bundled["text"], *before.calibration["text"]]
    corrections = correct(user_project, [*measured, "no record | unknown"], "3221")
    loaded = load_dataset(user_project, raw, corrections)
    assert list(loaded.without_measured(corrections)["text"]) == ["no record | unknown"]
    assert not set(loaded.texts["text"]) & set(measured)
    assert set(loaded.hold_out[OWN_HOLD_OUT]["label"]) == {"3221"}
    assert loaded.hold_out[BUNDLED_HOLD_OUT].equals(bundled)  # the same for ever


def test_no_form_of_a_title_that_trains_is_a_text_of_another_side(
    user_project: Settings, raw: Path
) -> None:
    lines = ["job_title,isco_code"]
    lines += [f"weaver {i}/in,7318\nweaver {i},7318" for i in range(200)]
    (raw / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = load_dataset(user_project, raw, none(user_project))
    forms = set("\n".join(before.train["forms"]).splitlines())
    assert len(forms) > 50
    elsewhere = before.texts.loc[before.texts["side"] != "train", "text"]
    assert not forms & {*elsewhere, *before.hold_out[OWN_HOLD_OUT]["text"]}
    corrected = next(form for form in sorted(forms) if not is_held_out_correction(form))
    after = load_dataset(user_project, raw, correct(user_project, [corrected], "7222"))
    assert corrected not in set("\n".join(after.train["forms"]).splitlines())


def test_codes_without_a_text_to_train_or_test_are_named(user_project: Settings, raw: Path) -> None:
    lines = ["job_title,isco_code"] + [f"sole {code},{code}" for code in isco08().units]
    (raw / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_dataset(
        user_project.with_values("training", use_bundled_answers=False), raw, none(user_project)
    )
    by_side = loaded.texts.groupby("side")["label"].agg(set)
    units, summary = set(isco08().units), loaded.summary
    assert summary.untrained_codes and summary.untested_codes
    assert set(summary.untrained_codes) == units - by_side["train"]
    assert set(summary.untested_codes) == units - by_side["test"]


def test_answers_of_other_languages_measure_apart_and_are_limited(user_project: Settings) -> None:
    folder = user_project.data.reference_dir / "answers"
    for language, n in (("de", 2400), ("fr", 300)):
        lines = ["job_title,duties_description,isco_code,kind"]
        lines += [f"{language} beruf {i},,2221,title" for i in range(n)]
        (folder / f"{language}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def loaded_with(language: str, languages: list[str]) -> dict[str, pd.DataFrame]:
        chosen = user_project.with_values("data", language=language)
        loaded = load_dataset(chosen, None, none(user_project), languages)
        held_out = [text for text in loaded.measured if part_of_answer(text) == HOLD_OUT]
        assert len(held_out) > 230  # the surplus measures nothing, and is never learned
        assert divide(loaded, chosen).sides["train"]["language"].nunique() == len(languages)
        return loaded.hold_out

    english = loaded_with("en", ["en", "de", "fr"])
    assert set(english[BUNDLED_HOLD_OUT]["language"]) == {"en"}
    assert english[OTHER_LANGUAGES]["language"].value_counts()["de"] == MAX_ANSWERS[HOLD_OUT]
    german = loaded_with("de", ["en", "de", "fr"])
    assert set(german[BUNDLED_HOLD_OUT]["language"]) == {"de"}
    assert len(german[BUNDLED_HOLD_OUT]) > 230
    # A model that does not know the usual language is measured on what it knows.
    unknown = loaded_with("pl", ["de"])
    assert set(unknown) == {BUNDLED_HOLD_OUT} and len(unknown[BUNDLED_HOLD_OUT]) > 230


def test_without_any_text_to_calibrate_on_the_error_says_so(user_project: Settings) -> None:
    (user_project.data.reference_dir / "answers" / "en.csv").unlink()
    loaded = load_dataset(user_project, None, none(user_project), ["en"])
    with pytest.raises(InputError, match="no answers"):
        divide(loaded, user_project)
