"""Accuracy of the served model on a labelled CSV: ``python -m benchmarks.accuracy FILE``.

Needs ``job_title`` and ``isco_code``; reports by ``source`` where the file has one. Where the file
has a column ``title_in_train``, only rows with an empty one count, and rows whose cleaned text
stands in ``data/reference/answers.csv`` never do: unseen texts only.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.store import Store
from isco.settings import load_settings
from isco.tables import open_table
from isco.text import join
from training.evaluate import measure

_ALIASES = {
    name: (name,)
    for name in ("job_title", "duties_description", "isco_code", "source", "title_in_train")
}


def _texts(path: Path) -> list[tuple[str, str, str]]:
    table = open_table(path, _ALIASES, required=("job_title", "isco_code"))
    return [
        (
            join(table.get(row, "job_title"), table.get(row, "duties_description")),
            table.get(row, "isco_code"),
            table.get(row, "source"),
        )
        for _, row in table.rows()
        if not table.get(row, "title_in_train")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--bundle", type=Path, help="default: the served one")
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    bundle = Bundle.open(arguments.bundle) if arguments.bundle else Store(settings.output).served()
    trained = {text for text, *_ in _texts(settings.data.reference_dir / "answers.csv")}
    rows = [row for row in _texts(arguments.file) if row[0] not in trained]
    probabilities = open_classifier(bundle, settings.inference).probabilities(
        [text for text, *_ in rows]
    )
    codes = np.array([code for _, code, _ in rows])
    sources = np.array([source for *_, source in rows])
    threshold = settings.model.confidence_threshold
    report = {"all": measure(probabilities, codes, threshold)}
    for source in sorted(set(sources) - {""}):
        chosen = sources == source
        report[source] = measure(probabilities[chosen], codes[chosen], threshold)
    print(json.dumps({"model": bundle.manifest.version, **report}, indent=1))


if __name__ == "__main__":
    main()
