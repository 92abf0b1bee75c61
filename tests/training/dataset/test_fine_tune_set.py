"""The texts of a nightly training."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from transformers import AutoTokenizer

from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from tests.support.labelled_records import write_corrections
from training.dataset.correction_set import read_all_corrections
from training.dataset.fine_tune_set import build_fine_tune_set, pseudo_titles, replay
from training.dataset.splits import is_held_out_correction


def test_the_set_replays_every_group_and_never_what_was_corrected(user_project: Settings) -> None:
    known = pd.DataFrame(
        {
            "text": [f"t{i} | unknown" for i in range(300)],
            "label": ["2221"] * 270 + list(isco08().units[:30]),
        }
    )
    drawn = replay(known, 100, seed=1)
    assert len(drawn) == 100 and drawn["text"].is_unique
    assert set(isco08().units[:30]) <= set(drawn["label"])
    write_corrections(user_project, "a.csv", [("t0 | unknown", "5120"), ("new | unknown", "5120")])
    corrected = read_all_corrections(user_project.data.corrections_dir, None, user_project)
    texts = build_fine_tune_set(corrected, known, ["t1 | unknown", "archived"], user_project)
    assert texts["text"].is_unique
    assert texts.loc[texts["text"] == "archived", "label"].item() == ""
    assert texts.loc[texts["text"] == "t1 | unknown", "label"].item() == "2221"
    for text in ("t0 | unknown", "new | unknown"):
        found = texts[texts["text"] == text]
        assert list(found["label"]) == ([] if is_held_out_correction(text) else ["5120"])


def test_a_correction_weighs_more_while_it_is_new(user_project: Settings) -> None:
    rows = [(f"{word} | unknown", "5120") for word in ("cook", "baker", "chef", "kitchen hand")]
    write_corrections(user_project, "a.csv", rows)
    corrected = read_all_corrections(user_project.data.corrections_dir, None, user_project)
    known = pd.DataFrame({"text": ["t"], "label": ["2221"]})
    for is_new, weight in ((True, user_project.fine_tune.correction_weight), (False, 1.0)):
        texts = build_fine_tune_set(corrected.assign(is_new=is_new), known, [], user_project)
        taught = texts[texts["is_correction"]]
        assert len(taught) and set(taught["weight"]) == {weight}


def test_pseudo_titles_consist_of_known_words(checkpoint: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    made = pseudo_titles(tokenizer, 200, seed=1)
    assert len(made) == 200 and made == pseudo_titles(tokenizer, 200, seed=1)
    titles = [text.removesuffix(" | unknown") for text in made]
    assert all(join(title) == text for title, text in zip(titles, made, strict=True))
    assert len({word for title in titles for word in title.split()}) > 100
