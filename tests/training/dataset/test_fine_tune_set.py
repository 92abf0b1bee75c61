"""The texts of a nightly training."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from transformers import AutoTokenizer

from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from tests.support.labelled_records import kept_corrections, write_corrections
from training.dataset.correction_set import CorrectionSet
from training.dataset.fine_tune_set import (
    archive_texts,
    build_fine_tune_set,
    pseudo_titles,
    replay,
)
from training.dataset.splits import is_held_out_correction


def test_the_set_replays_every_group_and_never_what_was_corrected(user_project: Settings) -> None:
    known = pd.DataFrame(
        {
            "text": [f"t{i} | unknown" for i in range(300)],
            "label": ["2221"] * 270 + list(isco08().units[:30]),
            "weight": 1.0,
            "language": "en",
        }
    )
    drawn = replay(known, 100, seed=1)
    assert len(drawn) == 100 and drawn["text"].is_unique
    assert set(isco08().units[:30]) <= set(drawn["label"])
    write_corrections(user_project, "a.csv", [("t0 | unknown", "5120"), ("new | unknown", "5120")])
    corrected = CorrectionSet(kept_corrections(user_project)).table(None)
    texts = build_fine_tune_set(
        corrected, known, ["t1 | unknown", "archived"], {"t2 | unknown"}, user_project
    )
    assert "t2 | unknown" not in set(texts["text"])
    assert texts["text"].is_unique
    assert texts.loc[texts["text"] == "archived", "label"].item() == ""
    assert texts.loc[texts["text"] == "t1 | unknown", "label"].item() == "2221"
    for text in ("t0 | unknown", "new | unknown"):
        found = texts[texts["text"] == text]
        assert list(found["label"]) == ([] if is_held_out_correction(text) else ["5120"])


def test_a_correction_weighs_more_when_it_is_taught_first(user_project: Settings) -> None:
    rows = [(f"{word} | unknown", "5120") for word in ("cook", "baker", "chef", "kitchen hand")]
    write_corrections(user_project, "a.csv", rows)
    corrected = CorrectionSet(kept_corrections(user_project)).table(None)
    known = pd.DataFrame({"text": ["t"], "label": ["2221"], "weight": 1.0, "language": "en"})
    for is_first, weight in ((True, user_project.fine_tune.correction_weight), (False, 1.0)):
        corrected = corrected.assign(is_first=is_first)
        texts = build_fine_tune_set(corrected, known, [], (), user_project)
        taught = texts[texts["is_correction"]]
        assert len(taught) and set(taught["weight"]) == {weight}


def known_in(counts: dict[str, int]) -> pd.DataFrame:
    rows = [
        (f"{language} {i}", isco08().units[i % 40], 1.0, language)
        for language, n in counts.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["text", "label", "weight", "language"])


def test_the_usual_language_has_half_of_the_replay_and_the_others_equal_shares() -> None:
    known = known_in({"bg": 300, "cs": 4000, "de": 900, "el": 300})
    drawn = replay(known, 600, 1, "de")
    assert drawn["text"].is_unique
    assert drawn["language"].value_counts().to_dict() == {
        "de": 300,
        "bg": 100,
        "cs": 100,
        "el": 100,
    }
    assert drawn[drawn["language"] == "cs"]["label"].nunique() == 40
    of_two = replay(known_in({"cs": 900, "de": 4000}), 600, 1, "de")
    assert of_two["language"].value_counts().to_dict() == {"de": 300, "cs": 300}


def test_what_a_language_leaves_free_the_others_take() -> None:
    assert len(replay(known_in({"cs": 4000, "de": 50, "el": 20}), 600, 1, "de")) == 600
    english = known_in({"en": 900})  # of a model that does not know the usual language
    assert len(replay(english, 600, 1, "de")) == 600
    assert replay(english, 600, 1, "de").equals(replay(english, 600, 1, "en"))
    everything = known_in({"bg": 30, "de": 20})
    assert set(replay(everything, 60, 1, "de")["text"]) == set(everything["text"])


def test_a_record_is_replayed_with_its_weight(user_project: Settings) -> None:
    known = known_in({"en": 3}).assign(weight=[1.0, 0.25, 8.0])  # 8: a common answer
    write_corrections(user_project, "a.csv", [("new | unknown", "5120")])
    corrected = CorrectionSet(kept_corrections(user_project)).table(None)
    texts = build_fine_tune_set(corrected, known, [], (), user_project)
    replayed = texts[~texts["is_correction"]]
    assert dict(zip(replayed["text"], replayed["weight"], strict=True)) == {
        "en 0": 1,
        "en 1": 0.25,
        "en 2": 1,
    }


def test_archived_texts_are_as_the_model_reads_them(tmp_path: Path) -> None:
    """Else a text that a person decided would be held to the old answer under other duties."""
    (tmp_path / "a.csv").write_text(
        "job_title,duties_description\nnurse,keine Angabe\nnurse,\nbaker,99\nbaker,baker\n"
        "cook,makes soups\n",
        encoding="utf-8",
    )
    drawn = archive_texts(tmp_path, Settings(), 10, {"nurse | unknown"})
    assert sorted(drawn) == ["baker | unknown", "cook | makes soups"]


def test_pseudo_titles_consist_of_known_words(checkpoint: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    made = pseudo_titles(tokenizer, 200, seed=1)
    assert len(made) == 200 and made == pseudo_titles(tokenizer, 200, seed=1)
    titles = [text.removesuffix(" | unknown") for text in made]
    assert all(join(title) == text for title, text in zip(titles, made, strict=True))
    assert len({word for title in titles for word in title.split()}) > 100
