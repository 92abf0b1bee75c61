"""The near-duplicates of a corrected title: its code, another text, the same for the same seed."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from benchmarks.near_duplicates import LANGUAGES, near_duplicates
from core.text import join


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_title_has_one_of_each_kind_with_its_code(language: str) -> None:
    texts = [join("Chartered accountant", "tax"), join("", "no title"), join("cook")]
    rows = pd.DataFrame({"text": texts, "label": ["2411", "9999", "5120"]})
    found, again = (near_duplicates(rows, language, random.Random(1)) for _ in range(2))
    pd.testing.assert_frame_equal(found, again)
    kinds = {"contract", "employer", "junior", "typo"}
    assert set(found.loc[found["label"] == "2411", "kind"]) == kinds | {"order", "abbreviated"}
    assert set(found.loc[found["label"] == "5120", "kind"]) == kinds  # one short word
    assert set(found["label"]) == {"2411", "5120"}
    assert not set(found["text"]) & {*texts, join("chartered accountant")}
    assert found["text"].str.endswith(" | unknown").all()
    (abbreviated,) = found.loc[found["kind"] == "abbreviated", "text"]
    assert abbreviated == join("chart. accountant")


def test_a_word_that_is_usually_abbreviated_is_abbreviated_so() -> None:
    rows = pd.DataFrame({"text": [join("Senior manager")], "label": ["1219"]})
    found = near_duplicates(rows, "en", random.Random(1))
    assert list(found.loc[found["kind"] == "abbreviated", "text"]) == [join("snr manager")]
