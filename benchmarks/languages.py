"""Measure each language the model codes: ``python -m benchmarks.languages DEV_MULTI``.

DEV_MULTI has the columns ``job_title``, ``duties_description``, ``isco_code``, ``source``,
``title_in_train`` and ``language``; rows whose ``title_in_train`` is empty count, and those that
are a title alone: ESCO's labels apart from the titles of national classifications. A few of them
are bundled answers as well; *new* are those that the model has not learned as such. Beside them
stand the bundled reference answers: the hold-out set, its titles as typed and with one typo, and
the commonest answers of a labour force survey, as they are and with one typo each. Those are known
to the model. At last come new texts that name no occupation, which no code is right for.

Writes ``benchmarks/results/languages.md``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy import bundle_to_measure, table_row
from core.non_answers.known_texts import built_in_non_answers
from core.settings_file.settings_reader import load_settings
from core.text import BETWEEN, join
from inference.classifier import Classifier, open_classifier
from training.dataset.augmentation import typo
from training.dataset.no_occupation import read_no_occupation
from training.dataset.splits import HOLD_OUT, part_of_answer
from training.evaluation.evaluate_file import shown_figure
from training.evaluation.metrics import measure

RESULT = Path(__file__).resolve().parent / "results" / "languages.md"
_ANSWERS = "answers"
_MIN_TEXTS = 100
_HEADER = ["language", "n", "top-1", "top-3", "3 digits", "ECE", "autocoded", "of these right"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--bundle", type=Path, help="default: the served one")
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    bundle = bundle_to_measure(arguments.bundle, settings)
    classifier = open_classifier(bundle, settings.inference)
    threshold = settings.model.confidence_threshold
    profile = bundle.training_profile()
    dev_sections = _dev_sections(arguments.dev, profile.has_seen)
    answer_sections = _answer_sections(settings.data.reference_dir, profile.has_seen)
    sections = [*dev_sections, *answer_sections]
    lines = [
        "# Every language",
        "",
        f"`python -m benchmarks.languages dev_multi.csv.gz`, model {classifier.version}, served in "
        f"{bundle.manifest.precision}. *Autocoded*: confidence of {threshold} or more. Languages "
        f"with {_MIN_TEXTS} texts or more; *all* has the others as well. *New*: not learned as an "
        "answer either.",
    ]
    for title, texts in sections:
        lines += ["", f"## {title}", "", *_table(texts, classifier, threshold)]
    lines += ["", "## Texts that name no occupation, not met in training", ""]
    lines += _no_occupation_table(bundle.manifest.languages, classifier, threshold)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _dev_sections(
    path: Path, has_seen: Callable[[list[str]], np.ndarray]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield a title and the texts (``text, label, language, is_new``) of each classification."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows[(rows["title_in_train"] == "") & (rows["duties_description"] == "")]
    texts = pd.DataFrame(
        {
            "text": [join(title, "") for title in rows["job_title"]],
            "label": rows["isco_code"].to_numpy(),
            "language": rows["language"].to_numpy(),
        }
    )
    texts["is_new"] = ~has_seen(list(texts["text"]))
    is_esco = (rows["source"] == "esco").to_numpy()
    yield "Labels of ESCO's occupations that were in no training", texts[is_esco]
    yield "Titles of national classifications that were in no training", texts[~is_esco]


def _answer_sections(
    reference_dir: Path, has_seen: Callable[[list[str]], np.ndarray]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield a title and the texts of each kind of bundled reference answers.

    Some hold-out answers were titles of records to a network that was trained before they came.
    """
    tables = []
    for path in sorted((reference_dir / _ANSWERS).glob("*.csv")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        tables.append(table.assign(language=path.stem))
    answers = pd.concat(tables, ignore_index=True)
    pairs = zip(answers["job_title"], answers["duties_description"], strict=True)
    answers["text"] = [join(title, duties) for title, duties in pairs]
    answers = answers.rename(columns={"isco_code": "label"})
    is_common = (answers["n_rank"] != "").to_numpy()
    common = answers[is_common]
    is_new = np.array([part_of_answer(text) == HOLD_OUT for text in answers["text"]])
    is_new &= ~has_seen(list(answers["text"]))
    new = answers[is_new & ~answers["text"].isin(set(common["text"])).to_numpy()]
    yield "Answers that were in no training", new
    mistyped = _mistyped(new)
    yield "Those that have a title, as typed", new.loc[mistyped.index]
    yield "The same, with one typo in the title", mistyped
    yield "The commonest answers, which it has learned", common
    yield "The commonest answers, with one typo", _mistyped(common)


def _mistyped(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answers whose title a typo changes, with one typo in it."""
    rng = random.Random(0)
    titled = answers[(answers["job_title"] != "").to_numpy()]
    parts = [text.partition(BETWEEN) for text in titled["text"]]
    mistyped = titled.assign(text=[typo(title, rng) + mark + rest for title, mark, rest in parts])
    return mistyped[(mistyped["text"] != titled["text"]).to_numpy()]


def _table(texts: pd.DataFrame, classifier: Classifier, threshold: float) -> list[str]:
    """Return the lines of a Markdown table with one row for each language."""
    probabilities = classifier.probabilities(list(texts["text"]))
    labels = texts["label"].to_numpy(str)
    languages = texts["language"].to_numpy(str)
    names, counts = np.unique(languages, return_counts=True)
    parts = {"all": np.ones(len(texts), bool)}
    if "is_new" in texts:
        parts["new"] = texts["is_new"].to_numpy(bool)
    parts |= {name: languages == name for name in names[counts >= _MIN_TEXTS]}
    lines = [table_row(_HEADER), "|" + "---|" * len(_HEADER)]
    for name, is_in_part in parts.items():
        figures = measure(probabilities[is_in_part], labels[is_in_part], threshold)
        is_autocoded = probabilities[is_in_part].max(axis=1) >= threshold
        shown = [
            figures["n"],
            figures["accuracy_4"],
            figures["top_3"],
            figures["accuracy_3"],
            figures["ece"],
            is_autocoded.mean(),
            figures["autocoded_agreement"],
        ]
        lines.append(table_row([name, *map(shown_figure, shown)]))
    return lines


def _no_occupation_table(
    languages: list[str], classifier: Classifier, threshold: float
) -> list[str]:
    """Return the lines of a table of how many texts without an occupation are sure of a code.

    What is recognised as no answer is left out: no model sees it.
    """
    texts = read_no_occupation(languages, held_out=True)
    texts = texts[texts["text"].map(built_in_non_answers().find).isna()]
    confidences = classifier.probabilities(list(texts["text"])).max(axis=1)
    lines = [table_row(["language", "n", "mean confidence", "autocoded"]), "|---|---|---|---|"]
    for name in ["all", *languages]:
        rows = confidences if name == "all" else confidences[(texts["language"] == name).to_numpy()]
        shares = [f"{rows.mean():.3f}", f"{(rows >= threshold).mean():.3f}"]
        lines.append(table_row([name, f"{len(rows):,}", *shares]))
    return lines


if __name__ == "__main__":
    main()
