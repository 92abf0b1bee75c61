"""The dataset that is loaded, and that no text that measures is trained on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from core.settings import Settings
from core.text import join
from training.dataset.correction_set import read_all_corrections
from training.dataset.prepare import BUNDLED_HOLD_OUT, OWN_HOLD_OUT, load_dataset
from training.dataset.reference_data import read_manual
from training.dataset.splits import (
    CALIBRATION,
    HOLD_OUT,
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
    return read_all_corrections(user_project.data.corrections_dir, None, user_project)


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
    chosen = user_project.training.model_copy(update={"conflicts": "drop"})
    dropped = load_dataset(
        user_project.model_copy(update={"training": chosen}), raw, none(user_project)
    )
    assert join("bank nurse") not in set(dropped.texts["text"])


def test_the_manual_is_read_when_it_is_switched_on(user_project: Settings, raw: Path) -> None:
    chosen = user_project.training.model_copy(update={"use_manual": True})
    user_project = user_project.model_copy(update={"training": chosen})
    with pytest.raises(InputError, match=r"isco08_definitions\.csv"):
        load_dataset(user_project, raw, none(user_project))
    manual = user_project.data.reference_dir / "isco08_definitions.csv"
    manual.write_text(
        "isco_code,description\n2221,Plans and gives care to the sick\n222,Nursing\n2222,\n",
        encoding="utf-8",
    )
    assert list(read_manual(user_project.data.reference_dir)["text"]) == [
        "unknown | plans and gives care to the sick"
    ]
    texts = load_dataset(user_project, raw, none(user_project)).texts
    assert (texts["source"] == "manual").sum() == 1


def test_own_records_keep_their_file_and_line(user_project: Settings, raw: Path) -> None:
    texts = load_dataset(user_project, raw, none(user_project)).texts.set_index("text")
    assert texts.loc[join("bank nurse"), ["file", "line"]].tolist() == ["raw.csv", "302"]
    others = texts[texts["source"] == "answers"]
    assert len(others) and set(others["file"]) == set(others["line"]) == {""}
