"""``explanations/`` in a batch: why these codes, one page per record, an overview and the scores.

Explaining ten records takes longer than coding a hundred, so it comes after the results. A batch is
published with ``to_explain.json``, the records to explain. ``explain_batch`` adds the folder whole,
by one rename: ``<n>.html``, where n is the number of the first record with that text,
``explanations.json``, and the overview. Whoever is killed before that has left nothing, and the
same batch gives the same pages.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import IscoError
from core.file_io import PUBLIC_DIR, write_atomic
from core.html import write_page
from core.taxonomy import isco08
from results.review.review_item import ReviewItem

if TYPE_CHECKING:  # the daemon only asks what is pending, and loads no model
    from inference.classifier import Classifier
    from inference.shap_explanations import Explanation, Word

_LOG = logging.getLogger(__name__)
EXPLANATIONS, OVERVIEW = "explanations", "index.html"
ASKED, SCORES = "to_explain.json", "explanations.json"
_MAX_CHARS = 2_000  # of a field on an overview
_N_TOP = 3
_LITTLE = 0.1  # of the largest score: a word below it is not shaded


def ask(
    questions: Sequence[ReviewItem], batch_dir: Path, name: str, batch_id: str, version: str
) -> None:
    """Leave ``questions`` of the input ``name`` to be explained by the model ``version``."""
    records = [
        {
            "n": question.first_record,
            "n_records": question.n_records,
            "is_sampled": bool(question.sampled),
            "job_title": question.job_title[:_MAX_CHARS],
            "duties_description": question.duties_description[:_MAX_CHARS],
            "text": question.text,
            "isco_code": question.prediction.isco_code,
        }
        for question in questions
    ]
    batch = {"name": name, "batch_id": batch_id, "version": version}
    _write_json(batch_dir / ASKED, {**batch, "records": records})


def pending(outbox: Path) -> list[Path]:
    """The batches that wait for explanations, newest first."""
    asked = [
        path for path in outbox.glob(f"*/{ASKED}") if not (path.parent / EXPLANATIONS).exists()
    ]
    return [path.parent for path in sorted(asked, key=lambda p: -p.stat().st_mtime_ns)]


def explain_batch(batch_dir: Path, open_version: Callable[[str], Classifier]) -> int:
    """Explain what a batch asks for, and return the number of records.

    ``open_version`` opens the model that coded it, and raises IscoError where that is gone; then,
    and where shap is not installed, the overview says why there is nothing else.
    """
    asked = json.loads((batch_dir / ASKED).read_text(encoding="utf-8"))
    batch = {key: asked[key] for key in ("name", "batch_id", "version")}
    staged = batch_dir / f".{EXPLANATIONS}.part"
    shutil.rmtree(staged, ignore_errors=True)  # left by a crash
    staged.mkdir()
    rows: list[dict[str, Any]] = []
    why = ""
    try:
        rows += _explained(asked["records"], batch, staged, open_version(asked["version"]))
        _write_json(staged / SCORES, {**batch, "records": rows})
    except OSError:
        raise  # no space, no share: it stays pending
    except Exception as error:  # or this batch would hold up all that wait behind it
        why = str(error) if isinstance(error, IscoError) else f"{type(error).__name__}: {error}"
        _LOG.warning("%s is not explained: %s", batch_dir.name, why)
    shown = [{**row, "top": _top(row["words"])} for row in rows]
    write_page(staged / OVERVIEW, "explanations.html", **batch, rows=shown, why=why)
    staged.chmod(PUBLIC_DIR)
    try:
        os.rename(staged, batch_dir / EXPLANATIONS)
    except OSError:
        if not (batch_dir / EXPLANATIONS).exists():  # else another process was faster
            raise
    return len(rows)


def _explained(
    records: Sequence[dict[str, Any]], batch: dict[str, str], folder: Path, classifier: Classifier
) -> Iterator[dict[str, Any]]:
    from inference.shap_explanations import explain

    for record in records:
        found = explain(classifier, record["text"], record["isco_code"])
        page = {
            **{key: record[key] for key in ("n", "n_records", "is_sampled")},
            **{**batch, **asdict(found)},
            "title": isco08().title(found.code),
            "rival_title": isco08().title(found.rival),
            "base_confidence": float(1 / (1 + np.exp(-found.base))),
            "words": [_shown(word, found) for word in found.words],
            "n_left_out": sum(word.n_words - 1 for word in found.words),
        }
        write_page(folder / f"{record['n']}.html", "explanation.html", **page)
        yield {**record, **scores(found)}


def scores(found: Explanation) -> dict[str, Any]:
    """An explanation as plain values, for JSON."""
    return {
        "isco_code": found.code,
        "isco_title": isco08().title(found.code),
        "confidence": found.confidence,
        "rival_code": found.rival,
        "rival_title": isco08().title(found.rival),
        "rival_confidence": found.rival_confidence,
        "base": found.base,
        "output": found.output,
        "rival_base": found.rival_base,
        "rival_output": found.rival_output,
        "n_evaluations": found.n_evaluations,
        "is_exact": found.is_exact,
        "words": [asdict(word) for word in found.words],
    }


def _shown(word: Word, found: Explanation) -> dict[str, Any]:
    """A word as the page has it: its mark in the text and the length of its bar in percent."""
    largest = max(max(abs(other.score) for other in found.words), 1e-9)
    share = abs(word.score) / largest
    mark = "" if share < _LITTLE else "for" if word.score > 0 else "against"
    return {**asdict(word), "mark": mark, "size": 100 * share}


def _top(words: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(words, key=lambda word: -abs(word["score"]))[:_N_TOP]


def _write_json(path: Path, values: dict[str, Any]) -> None:
    # Of a file name that is not UTF-8 the escapes are written, which are valid JSON.
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    write_atomic(path, text, is_public=True)
