"""The model that ships: whole, small enough, and sane on plain answers."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from core.columns.record_text import row_text
from core.csv_table import open_table
from core.settings import InferenceSettings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from isco import Coder
from tests.conftest import ROOT
from tests.support.decided_texts import lookup_of
from web.group_search import find_groups


@pytest.fixture(scope="module")
def classifier(shipped: Bundle) -> Classifier:
    return open_classifier(shipped, InferenceSettings())


def test_every_file_is_the_one_in_the_manifest_and_fits(shipped: Bundle) -> None:
    assert shipped.checkpoint_dir().is_dir()
    paths = [path for path in shipped.path.rglob("*") if path.is_file()]
    links = [path for path in paths if path.is_symlink()]  # what transformers looks for
    assert {path.resolve().parent for path in links} == {shipped.path / "checkpoint"}
    files = [path for path in paths if path not in links]
    names = {path.relative_to(shipped.path).as_posix() for path in files}
    assert names == {*shipped.manifest.files, "manifest.json"}
    assert sum(path.stat().st_size for path in files) <= 90e6
    assert shipped.model_path.stat().st_size <= 30e6


@pytest.mark.parametrize(
    ("title", "duties", "code"),
    [
        ("Registered nurse", "medicines and dressings on a surgical ward", "2221"),
        ("plumber", "", "7126"),
        ("WELDER", "welding hulls in the ship yard", "7212"),
        ("asst mgr retail", "", "1420"),
        ("lorry driver", "articulated lorry, long distance", "8332"),
        ("secondary school teacher", "maths", "2330"),
        ("Lkw-Fahrer", "", "8332"),
        ("enseignante en maternelle", "", "2342"),
        ("peluquera", "", "5141"),
        ("idraulico", "", "7126"),
        ("tandarts", "", "2261"),
        ("piekarz", "", "7512"),
        ("готвач", "", "5120"),
        ("οδηγός φορτηγού", "", "8332"),
        ("طباخ", "", "5120"),
    ],
)
def test_plain_answers(classifier: Classifier, title: str, duties: str, code: str) -> None:
    (row,) = classifier.probabilities([join(title, duties)])
    assert isco08().units[row.argmax()] == code


@pytest.mark.parametrize(
    ("language", "typed", "codes"),
    [
        ("fr", "infirmi", {"2221", "3221"}),  # the model holds half a word for 5321
        ("es", "enferm", {"2221", "3221"}),
        ("fr", "boulang", {"7512"}),
        ("en", "farmer", {"6130"}),  # not the titles of subsistence farmers
    ],
)
def test_a_title_that_is_half_typed_comes_before_what_the_model_guesses(
    language: str, typed: str, codes: set[str]
) -> None:
    found = find_groups(Coder(ROOT / "config.yaml"), typed, language, 2)
    assert codes <= {group.isco_code for group in found}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (EMPTY_TEXT, 0.5),
        ("xxxx | unknown", 0.5),
        ("プログラマー | unknown", 0.5),
        ("พยาบาล | unknown", 0.5),
        ("manager | unknown", 0.8),  # a common answer has a usual code, and is asked all the same
    ],
)
def test_what_says_little_gets_low_confidence(
    classifier: Classifier, text: str, limit: float
) -> None:
    assert classifier.probabilities([text]).max() < limit


def test_a_job_that_the_person_does_not_have_is_never_autocoded(
    tmp_path: Path, shipped: Bundle
) -> None:
    """The model knows a code for each; similar corrections do not make it sure, its own does."""
    config = tmp_path / "config.yaml"
    config.write_text(f"output: {{best_model_dir: {shipped.path}}}\n", encoding="utf-8")
    texts = {
        join("žena v domácnosti", "vaření, úklid, děti"): "9111",
        join("student", "lectures and exams"): "2310",
        join("mi marido es fontanero"): "7126",
        join("je ne suis pas infirmière"): "2221",
        join("suche Arbeit als Maurer"): "7112",
        join("I need a lawyer"): "2611",
    }
    lookup = lookup_of({join("need a lawyer"): "2611"})
    autocoder = open_autocoder(shipped, load_settings(config), lookup)
    for prediction, likeliest in zip(autocoder.code(list(texts)), texts.values(), strict=True):
        assert (prediction.isco_code, prediction.source) == ("", "too_unsure")
        assert prediction.needs_review and prediction.confidence == 0
        assert prediction.candidates[0][0] == likeliest
    autocoder.corrections_lookup = lookup_of(texts)
    assert [prediction.isco_code for prediction in autocoder.code(list(texts))] == [*texts.values()]
    vacancy, maid = autocoder.code([join("se busca cocinero"), join("doméstica", "limpo casas")])
    assert (vacancy.isco_code, maid.isco_code) == ("5120", "9111")


@pytest.mark.slow
def test_the_same_bits_in_whatever_company(classifier: Classifier) -> None:
    columns = {name: (name,) for name in ("job_title", "duties_description")}
    table = open_table(ROOT / "examples" / "survey.csv", columns, required=columns)
    texts = [row_text(table, row) for _, row in table.rows()]
    alone = np.concatenate([classifier.probabilities([text]) for text in texts])
    order = random.Random(3).sample(range(len(texts)), len(texts))
    together = classifier.probabilities([texts[i] for i in order])
    np.testing.assert_array_equal(together, alone[order])
