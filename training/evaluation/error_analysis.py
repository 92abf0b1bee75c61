"""Which errors the model makes: the folder ``error_analysis/`` of a run.

``misclassifications.csv``    the ten confused pairs with most texts, with three of their texts
``confused_pairs.csv``        the same of every confused pair, most texts first
``error_rates_by_group.csv``  groups of 1, 2, 3 digits: how many of their texts got a wrong code
``never_predicted.csv``       unit groups that were the best code of no text
``confusion.csv``             436 × 436 counts: a row is the right code, a column the given one
``confusion_*.svg``           the same by major and by sub-major group
``confusion_matrix.png``      the same by major group, for programs that take no SVG

"Given" is the best unit group, above the threshold or not. The tables open in a spreadsheet: UTF-8
with BOM, and no cell is run as a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from core.csv_writer import Writer, neutralise
from core.isco_titles.group_titles import ENGLISH
from core.taxonomy import MAJOR, MINOR, SUB_MAJOR, isco08, unit_index
from training.evaluation.analysis_files import (
    CONFUSED_PAIRS,
    CONFUSION,
    ERROR_RATES,
    MISCLASSIFICATIONS,
    N_EXAMPLES,
    NEVER_PREDICTED,
)
from training.evaluation.plots import draw_confusion

_N_MOST_CONFUSED = 10
_MAX_CHARS = 300  # of an example; a text can have a million

Row = list[str]


def write_error_analysis(
    probabilities: np.ndarray,
    codes: Sequence[str],
    texts: Sequence[str],
    out_dir: Path,
    language: str = ENGLISH,
) -> None:
    """Write the analysis of N ≥ 1 coded texts to the folder ``out_dir``, created if missing.

    Parameters
    ----------
    probabilities : (N, 436), calibrated, columns in the order of ``isco08().units``; of texts that
        were in no training.
    codes, texts : N right unit groups, and the texts as the model saw them.
    language : that of the words in the pictures.
    """
    units = np.array(isco08().units)
    right = np.array(unit_index(codes), np.intp)
    given = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    counts = np.zeros((len(units), len(units)), dtype=int)
    np.add.at(counts, (right, given), 1)

    out_dir.mkdir(parents=True, exist_ok=True)
    examples = _examples(right, given, confidence, texts)
    example_names = [f"example_{k}" for k in range(1, N_EXAMPLES + 1)]
    header = ["right_code", "right_title", "given_code", "given_title", "n", "share"]
    pairs = list(_pairs(counts, examples))
    _write(out_dir / CONFUSED_PAIRS, [*header, *example_names], pairs)
    _write(out_dir / MISCLASSIFICATIONS, [*header, *example_names], pairs[:_N_MOST_CONFUSED])
    header = ["digits", "code", "title", "n", "error_rate", "outside_rate"]
    _write(out_dir / ERROR_RATES, header, _error_rates(counts))
    _write(out_dir / NEVER_PREDICTED, ["code", "title", "n"], _never_predicted(counts))
    rows = ([code, *map(str, row)] for code, row in zip(units, counts, strict=True))
    _write(out_dir / CONFUSION, ["right_code", *units], rows)
    draw_confusion(counts, out_dir, language)


def _examples(
    right: np.ndarray, given: np.ndarray, confidence: np.ndarray, texts: Sequence[str]
) -> dict[tuple[int, int], list[str]]:
    """Return (right, given) → at most three of its texts, the most confident first."""
    examples: dict[tuple[int, int], list[str]] = {}
    for i in np.argsort(-confidence, kind="stable"):
        text = texts[i] if len(texts[i]) <= _MAX_CHARS else texts[i][: _MAX_CHARS - 1] + "…"
        chosen = examples.setdefault((right[i], given[i]), [])
        if right[i] != given[i] and len(chosen) < N_EXAMPLES and text not in chosen:
            chosen.append(text)
    return examples


def _pairs(counts: np.ndarray, examples: dict[tuple[int, int], list[str]]) -> Iterable[Row]:
    """Yield each confused pair: ``n`` texts, ``share`` of the right code's texts."""
    units = isco08().units
    title = isco08().title
    wrong = counts - np.diag(np.diag(counts))
    occurs = counts.sum(axis=1)
    # argwhere goes by code; a stable sort keeps that order among pairs of equal size.
    pairs = np.argwhere(wrong)
    for i, j in pairs[np.argsort(-wrong[tuple(pairs.T)], kind="stable")]:
        shown = [neutralise(text) for text in examples[i, j]]
        pair = [units[i], title(units[i]), units[j], title(units[j])]
        figures = [str(wrong[i, j]), str(wrong[i, j] / occurs[i])]
        yield pair + figures + shown + [""] * (N_EXAMPLES - len(shown))


def _error_rates(counts: np.ndarray) -> Iterable[Row]:
    """Yield the groups that occur, in code order within a level.

    ``error_rate``: share of the group's texts whose unit group is wrong; ``outside_rate``: share
    whose code is not even of this group.
    """
    units = isco08().units
    for digits in (MAJOR, SUB_MAJOR, MINOR):
        for code in isco08().level(digits):
            inside = [i for i, unit in enumerate(units) if unit.startswith(code)]
            n = counts[inside].sum()
            if n:
                wrong = 1 - counts[inside, inside].sum() / n
                outside = 1 - counts[np.ix_(inside, inside)].sum() / n
                title = isco08().title(code)
                yield [str(digits), code, title, str(n), str(wrong), str(outside)]


def _never_predicted(counts: np.ndarray) -> Iterable[Row]:
    """Yield the codes that no text was given, those of most texts first.

    ``n``: texts whose right code it is; 0 where there are none.
    """
    n_right = counts.sum(axis=1)
    n_given = counts.sum(axis=0)
    for i in np.argsort(-n_right, kind="stable"):
        if not n_given[i]:
            code = isco08().units[i]
            yield [code, isco08().title(code), str(n_right[i])]


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        Writer(file, header).write(rows)
