"""``explanations/`` of a batch: a page per explained record, an overview, and the scores as JSON.

``explain_batch`` adds the folder by one rename: ``<n>.html``, where n is the number of the first
record with that text, ``explanations.json``, and ``index.html``. A process that is killed before
the rename leaves the batch pending. The same batch gives the same pages.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import IscoError
from core.files.whole_file import make_public, write_atomic
from core.html import write_page
from core.isco_titles.group_titles import LANGUAGE, titles_in
from results.explanations.requests import EXPLANATIONS_DIR, as_json, read_requests

if TYPE_CHECKING:  # onnxruntime and shap are loaded where a record is explained
    from inference.classifier import Classifier
    from inference.shap_explanations import Explanation, Word

_LOG = logging.getLogger(__name__)
OVERVIEW_FILE = "index.html"
SCORES_FILE = "explanations.json"
_N_TOP_WORDS = 3
# A word is shaded from this share of the largest score of its text.
_MIN_SHADED_SHARE = 0.1


def explain_batch(batch_dir: Path, open_version: Callable[[str], Classifier]) -> int:
    """Add ``explanations/`` to a pending batch, and return the number of explained records.

    ``open_version`` returns the model of a version, and raises IscoError if there is no such
    version. In this case, and if shap is not installed, the overview shows the error instead of
    the records, and none is explained. Raises OSError if the folder cannot be written; the batch
    stays pending then.
    """
    requests = read_requests(batch_dir)
    batch = {key: requests[key] for key in ("name", "batch_id", "version")}
    language = requests[LANGUAGE]
    part_dir = batch_dir / f".{EXPLANATIONS_DIR}.part"
    shutil.rmtree(part_dir, ignore_errors=True)  # left by a process that was killed
    part_dir.mkdir()
    rows: list[dict[str, Any]] = []
    failure = ""
    try:
        from inference.shap_explanations import explain

        classifier = open_version(batch["version"])
        for record in requests["records"]:
            explanation = explain(classifier, record["text"], record["isco_code"])
            _write_record_page(record, explanation, batch, part_dir, language)
            rows.append({**record, **explanation_values(explanation, language)})
        scores = as_json({**batch, "records": rows})
        write_atomic(part_dir / SCORES_FILE, scores, is_public=True)
    except OSError:
        raise  # a full disk or a lost share is not a fault of the batch
    except Exception as error:  # a batch that always fails would block all that wait behind it
        failure = str(error) if isinstance(error, IscoError) else f"{type(error).__name__}: {error}"
        _LOG.warning("%s cannot be explained: %s", batch_dir.name, failure)
    overview = [{**row, "top_words": _top_words(row["words"])} for row in rows]
    values = {**batch, "rows": overview, "failure": failure}
    write_page(part_dir / OVERVIEW_FILE, "explanations.html", language, **values)
    make_public(part_dir)
    try:
        os.rename(part_dir, batch_dir / EXPLANATIONS_DIR)
    except OSError:
        if not (batch_dir / EXPLANATIONS_DIR).exists():  # another process was faster
            raise
    return 0 if failure else len(rows)


def _write_record_page(
    record: dict[str, Any],
    explanation: Explanation,
    batch: dict[str, str],
    folder: Path,
    language: str,
) -> None:
    titles = titles_in(language)
    values = {
        **{key: record[key] for key in ("n", "n_records", "is_sampled")},
        **batch,
        **asdict(explanation),
        "title": titles[explanation.code],
        "rival_title": titles[explanation.rival],
        "base_confidence": float(1 / (1 + np.exp(-explanation.base))),
        "words": [_word_values(word, explanation) for word in explanation.words],
        "n_merged_words": sum(word.n_words - 1 for word in explanation.words),
        "similar": [{**one, "title": titles[one["isco_code"]]} for one in record["similar"]],
    }
    write_page(folder / f"{record['n']}.html", "explanation.html", language, **values)


def explanation_values(explanation: Explanation, language: str) -> dict[str, Any]:
    """Return an explanation as plain values, for JSON; ``language`` is that of the titles."""
    titles = titles_in(language)
    return {
        "isco_code": explanation.code,
        "isco_title": titles[explanation.code],
        "confidence": explanation.confidence,
        "rival_code": explanation.rival,
        "rival_title": titles[explanation.rival],
        "rival_confidence": explanation.rival_confidence,
        "base": explanation.base,
        "output": explanation.output,
        "rival_base": explanation.rival_base,
        "rival_output": explanation.rival_output,
        "n_evaluations": explanation.n_evaluations,
        "is_exact": explanation.is_exact,
        "words": [asdict(word) for word in explanation.words],
    }


def _word_values(word: Word, explanation: Explanation) -> dict[str, Any]:
    """Return a word with the class of its shade and the length of its bar in percent."""
    largest_score = max(max(abs(other.score) for other in explanation.words), 1e-9)
    share = abs(word.score) / largest_score
    return {**asdict(word), "mark": _mark(word.score, share), "size": 100 * share}


def _mark(score: float, share: float) -> str:
    """Return the CSS class of a word in the text."""
    if share < _MIN_SHADED_SHARE:
        return ""
    return "for" if score > 0 else "against"


def _top_words(words: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the words with the largest scores, for or against the code."""
    return sorted(words, key=lambda word: -abs(word["score"]))[:_N_TOP_WORDS]
