"""What is gathered to learn from, and that nothing that measures is among it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from core.settings import Settings
from core.text import join
from training.dataset.correction_set import read_all_corrections
from training.dataset.prepare import OWN_GOLD, SHIPPED_GOLD, gather, to_calibrate
from training.dataset.reference_data import CALIBRATION, GOLD, part_of, read_manual


@pytest.fixture
def raw(own: Settings) -> Path:
    """300 records of one concept each, one text under two codes, one record twice."""
    lines = ["job_title,isco_code,group"]
    lines += [f"nurse number {i},2221,g{i}" for i in range(300)]
    lines += ["bank nurse,2221,", "bank nurse,3221,", "bank nurse,2221,"]
    own.data.raw_dir.mkdir(parents=True)
    (own.data.raw_dir / "raw.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return own.data.raw_dir


def none(own: Settings) -> pd.DataFrame:
    return read_all_corrections(own.data.corrections_dir, None, own)


def test_what_measures_is_not_learned(own: Settings, raw: Path) -> None:
    gathered = gather(own, raw, none(own))
    known = set(gathered.known["text"])
    measuring = [*gathered.gold.values(), gathered.calibration]
    assert not known & set(pd.concat([rows["text"] for rows in measuring]))
    assert set(gathered.gold[SHIPPED_GOLD]["text"].map(part_of)) == {GOLD}
    assert set(gathered.calibration["text"].map(part_of)) == {CALIBRATION}
    assert 3 < len(gathered.gold[OWN_GOLD]) < 40  # 5 % of 301
    assert set(gathered.gold[OWN_GOLD]["source"]) == {""}
    assert gathered.summary["n_records"] == 303
    assert gathered.summary["n_duplicates"] == 1
    again = gather(own, raw, none(own))
    assert list(again.gold[OWN_GOLD]["text"]) == list(gathered.gold[OWN_GOLD]["text"])


def test_a_correction_overrules_the_records(own: Settings, raw: Path) -> None:
    folder = own.data.corrections_dir
    folder.mkdir(parents=True)
    taught = [f"nurse number {i}" for i in range(300)][:40]
    (folder / "a.csv").write_text(
        "text,corrected_isco_code\n" + "".join(f"{text},3221\n" for text in taught),
        encoding="utf-8",
    )
    known = gather(own, raw, none(own)).known.set_index("text")
    for text in map(join, taught):
        if text in known.index:  # neither gold nor held out
            assert known.loc[text, ["label", "source"]].tolist() == ["3221", "correction"]
    assert (known["source"] == "correction").sum() > 20


def test_disputed_texts_by_the_setting(own: Settings, raw: Path) -> None:
    kept = gather(own, raw, none(own)).known.set_index("text")
    assert kept.loc[join("bank nurse"), "label"] == "2221"
    chosen = own.training.model_copy(update={"conflicts": "drop"})
    dropped = gather(own.model_copy(update={"training": chosen}), raw, none(own))
    assert join("bank nurse") not in set(dropped.known["text"])


def test_the_manual_is_read_when_it_is_switched_on(own: Settings, raw: Path) -> None:
    chosen = own.training.model_copy(update={"use_manual": True})
    own = own.model_copy(update={"training": chosen})
    with pytest.raises(InputError, match=r"manual\.csv"):
        gather(own, raw, none(own))
    manual = own.data.reference_dir / "manual.csv"
    manual.write_text(
        "isco_code,description\n2221,Plans and gives care to the sick\n222,Nursing\n2222,\n",
        encoding="utf-8",
    )
    assert list(read_manual(own.data.reference_dir)["text"]) == [
        "unknown | plans and gives care to the sick"
    ]
    known = gather(own, raw, none(own)).known
    assert (known["source"] == "manual").sum() == 1


def test_concepts_that_nobody_trains_on_calibrate_and_answers_only_where_texts_are_few() -> None:
    def texts(n: int, group: str, weight: float) -> pd.DataFrame:
        rows = [(f"{group}{weight}{i}", "2221", weight, group) for i in range(n)]
        return pd.DataFrame(rows, columns=["text", "label", "weight", "group"])

    new, doubtful, answers = (
        texts(500, "concept", 0.8),
        texts(600, "concept", 0.7),
        texts(50, "", 1),
    )
    both = pd.concat([doubtful, new, answers])
    assert to_calibrate(both, answers).equals(new)
    few = pd.concat([new[:499], doubtful])
    assert to_calibrate(few, answers).equals(few)
    assert len(to_calibrate(few[:999], answers)) == 1049
