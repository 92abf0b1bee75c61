"""Texts that name no occupation teach a model not to be sure of them."""

from __future__ import annotations

import pandas as pd
import pytest

from core.taxonomy import isco08
from inference.ngram_model import NgramModel
from training.dataset.no_occupation import read_no_occupation, with_no_occupation
from training.model.ngram_trainer import fit_ngram_model

LANGUAGES = "ar bg cs da de el en es et fi fr ga hr hu id is it lt lv mt nl no pl pt ro sk sl sv"


def test_every_language_has_them_and_a_part_measures() -> None:
    for language in LANGUAGES.split():
        train, measure = (
            read_no_occupation([language], held_out=held_out) for held_out in (False, True)
        )
        assert len(train) >= 150 and len(measure) >= 10, language
        assert not set(train["text"]) & set(measure["text"])
    assert read_no_occupation(["xx"]).empty


def test_each_has_several_codes_and_texts_with_a_code_of_their_own_none() -> None:
    known = read_no_occupation(["en"])["text"][0]
    train = pd.DataFrame(
        {"text": [known], "label": ["5120"], "weight": [1.0], "language": ["en"], "forms": [""]}
    )
    both = with_no_occupation(train, ["en"], seed=1)
    assert list(both.columns) == list(train.columns)
    assert list(both.loc[both["text"] == known, "label"]) == ["5120"]
    added = both[both["text"] != known]
    assert (added.groupby("text")["label"].nunique() == 4).all()
    assert set(added["label"]) <= set(isco08().units)
    assert with_no_occupation(train, ["en"], seed=1).equals(both)


@pytest.mark.slow
def test_a_model_that_has_met_them_is_not_sure_of_them(
    texts: list[str], ngram_model: NgramModel
) -> None:
    titles = pd.DataFrame({"text": texts[:436], "label": isco08().units, "weight": 1.0})
    titles = titles.assign(language="en", forms="")
    new = list(read_no_occupation(["en"], held_out=True)["text"])

    def sureness(model: NgramModel) -> float:
        scores = model.scores(new)
        return float((scores.max(axis=1) - scores.mean(axis=1)).mean())

    met = fit_ngram_model(with_no_occupation(titles, ["en"], seed=0), seed=0)
    assert sureness(met) < sureness(ngram_model)  # which has learned the titles alone
