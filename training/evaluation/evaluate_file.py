"""How good a model version is on a user's own coded records: ``isco evaluate``.

The figures are those of ``training/evaluation/metrics.py``, over all records and by part: title
alone or with duties, by ``language`` and ``source`` where the file has such columns, and by major
group.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.columns.record_text import context_columns
from core.columns.shown_names import shown_name
from core.isco_codes.code_column import CODE_COLUMN
from core.isco_codes.other_code_columns import codes_not_compared
from core.non_answers.stated_text import stated_text
from core.non_answers.unheld_jobs import UnheldJobs
from core.row_counts import Progress, quantity
from core.settings import Settings
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.taxonomy import MAJOR, isco08
from core.text import SEPARATOR, UNKNOWN
from inference.autocoder import non_answers_of
from inference.classifier import Classifier
from inference.decision import Prediction, decide
from inference.doubt.several_occupations import code_records
from training.dataset.coded_table import CodedTable
from training.dataset.records import language_of
from training.dataset.unusable_records import in_words, none_is_valid
from training.evaluation.intervals import interval_of_repeats, interval_of_share
from training.evaluation.metrics import AGREEMENT, measure, production_rate

_MAX_LINES = 10
_SOURCE = "source"
_LANGUAGE = "language"
# What else a training reads is not used: weights and groups.
_USED = frozenset({JOB_TITLE, DUTIES, CODE_COLUMN, _LANGUAGE, _SOURCE})
_SHOWN = {
    "n": "n",
    "accuracy_4": "top-1",
    "top_3": "top-3",
    "top_5": "top-5",
    "accuracy_3": "3 digits",
    "accuracy_1": "1 digit",
    "kappa": "κ",
    "macro_f1": "macro-F1",
    "ece": "ECE",
    "production_rate_95": "production rate at 95 %",
    "autocoded_agreement": "right when autocoded",
    "fallback_rate": "3-digit fallback",
}


@dataclass(frozen=True)
class CodedRecords:
    """The coded records of a file.

    ``records`` has ``text, label, language, source, title, is_unheld``, one row each, with repeats;
    texts are as the model reads them, without duties that say nothing, and titles as they were
    written; ``is_unheld`` marks a job that the person does not have. ``n_left_out`` counts the
    other records by reason, ``first_lines`` has the first lines of each. ``warning`` says that the
    column looks like ISCO-88, ``reading`` how the file was read.
    """

    records: pd.DataFrame
    n_left_out: dict[str, int]
    warning: str | None
    reading: tuple[str, ...] = ()
    first_lines: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def notes(self) -> list[str]:
        """Return what was left out and what is doubtful, a line each."""
        lines = []
        if self.n_left_out:
            counts = {f"{name}{self._lines(name)}": n for name, n in self.n_left_out.items()}
            lines = [f"left out: {in_words(counts)}"]
        return [*self.reading, *lines, *([self.warning] if self.warning else [])]

    def _lines(self, reason: str) -> str:
        """Return the first lines that were left out for a reason, in brackets."""
        lines, n = self.first_lines.get(reason, ()), self.n_left_out[reason]
        more = ", …" if n > len(lines) else ""
        return f" ({'line' if n == 1 else 'lines'} {', '.join(map(str, lines))}{more})"


def read_coded_records(path: Path, settings: Settings) -> CodedRecords:
    """Return every coded record of a file; what cannot measure is counted by reason.

    Raises InputError for a file without any coded record.
    """
    coded = CodedTable(path, settings.data)
    table = coded.table
    rows = []
    n_left_out: Counter[str] = Counter()
    first_lines: defaultdict[str, list[int]] = defaultdict(list)
    non_answers = non_answers_of(settings.data)
    unheld_jobs = UnheldJobs(non_answers)
    for line, row, text, code, reason in coded.records(non_answers):
        if reason is None:
            stated, is_unheld = stated_text(text), unheld_jobs.names(text)
            language, source = language_of(table.get(row, _LANGUAGE)), table.get(row, _SOURCE)
            rows.append((stated, code.code, language, source, table.get(row, JOB_TITLE), is_unheld))
        else:
            n_left_out[reason] += 1
            if len(first_lines[reason]) < _MAX_LINES:
                first_lines[reason].append(line)
    if not rows:
        raise none_is_valid(path, n_left_out.total(), n_left_out)
    columns = ["text", "label", _LANGUAGE, _SOURCE, "title", "is_unheld"]
    records = pd.DataFrame(rows, columns=columns)
    used = _USED.union(context_columns(table.columns))
    read = ", ".join(
        f"{column} from {shown_name(table.header[position])}"
        for column, position in sorted(table.columns.items(), key=itemgetter(1))
        if column in used
    )
    others = codes_not_compared(table, table.header[table.columns[CODE_COLUMN]].strip())
    notes = (f"read: {read}", *table.notes, *table.row_notes, *others)
    return CodedRecords(records, dict(n_left_out), coded.warning(), notes, dict(first_lines))


def evaluate_records(
    records: pd.DataFrame, classifier: Classifier, threshold: float
) -> dict[str, dict[str, Any]]:
    """Return part of the records → its figures (``metrics.measure``); ``all`` comes first.

    ``records`` are those of ``CodedRecords``. Parts without records are left out. ``n_texts``
    distinct texts, ``n_autocoded`` and ``n_left_to_people`` records are told as well, and 95 %
    intervals (``training/evaluation/intervals.py``); an undefined bound of these is NaN.
    ``n_left_to_people`` count what the coding autocodes at no threshold, however sure the model is.
    """
    rows_of_texts, texts = pd.factorize(records["text"])  # a repeated text is computed once
    of_texts = classifier.probabilities(list(texts))
    probabilities = of_texts[rows_of_texts]
    reach = _reach(records, dict(zip(texts, of_texts, strict=True)), classifier, threshold)
    title_alone = records["text"].str.endswith(f"{SEPARATOR} {UNKNOWN}").to_numpy()
    parts: dict[str, np.ndarray] = {
        "all": np.ones(len(records), dtype=bool),
        "title alone": title_alone,
        "with duties": ~title_alone,
    }
    for column in (_LANGUAGE, _SOURCE):
        for value in sorted(set(records[column]) - {""}):
            parts[f"{column} {value}"] = (records[column] == value).to_numpy()
    for group in isco08().level(MAJOR):
        title = isco08().title(group)
        parts[f"{group} {title}"] = records["label"].str.startswith(group).to_numpy()
    codes = records["label"].to_numpy(str)
    return {
        name: _figures(
            probabilities[rows], reach[rows], codes[rows], rows_of_texts[rows], threshold
        )
        for name, rows in parts.items()
        if rows.any()
    }


def _reach(
    records: pd.DataFrame, known: dict[str, np.ndarray], classifier: Classifier, threshold: float
) -> np.ndarray:
    """Return (N,) the highest threshold that would autocode each record, -1 where none would.

    ``known`` has the probabilities of the texts of ``records``; those of parts of titles join them.
    """

    def code(texts: Sequence[str], _: Progress) -> list[Prediction]:
        if not texts:
            return []
        new = [text for text in texts if text not in known]
        known.update(zip(new, classifier.probabilities(new), strict=True))
        return decide(np.array([known[text] for text in texts]), threshold, "truncate")

    predictions = code_records(code, records["title"].tolist(), records["text"].tolist())
    reach = np.array([prediction.reach for prediction in predictions])
    return np.where(records["is_unheld"], -1.0, reach)


def _figures(
    probabilities: np.ndarray,
    reach: np.ndarray,
    codes: np.ndarray,
    texts: np.ndarray,
    threshold: float,
) -> dict[str, Any]:
    """Return the figures of N records of a part; ``texts`` (N,) number their texts."""
    figures: dict[str, Any] = {**measure(probabilities, codes, threshold)}
    hit = np.array(isco08().units)[probabilities.argmax(axis=1)] == codes
    is_autocoded = reach >= threshold

    def rate(rows: np.ndarray) -> float:
        reached = rows[reach[rows] >= 0]
        return production_rate(reach[reached], hit[reached], AGREEMENT) * len(reached) / len(rows)

    figures["n_texts"] = len(np.unique(texts))
    figures["n_autocoded"] = int(is_autocoded.sum())
    figures["n_left_to_people"] = int((reach < 0).sum())
    figures["fallback_rate"] = float(1 - is_autocoded.mean())
    figures["autocoded_agreement"] = float(hit[is_autocoded].mean()) if is_autocoded.any() else None
    figures["production_rate_95"] = rate(np.arange(len(hit)))
    figures["accuracy_4_interval"] = interval_of_share(hit, texts)
    figures["autocoded_agreement_interval"] = interval_of_share(
        hit[is_autocoded], texts[is_autocoded]
    )
    figures["production_rate_95_interval"] = interval_of_repeats(rate, texts)
    return figures


def intervals_in_words(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the 95 % intervals of all records, with what they are of, in a line."""
    values = figures["all"]
    shown = [
        f"{_SHOWN[name]} {shown_figure(low)} to {shown_figure(high)}"
        for name in ("accuracy_4", "autocoded_agreement", "production_rate_95")
        for low, high in [values[f"{name}_interval"]]
    ]
    line = (
        f"95 % intervals of all records, of {quantity(values['n_texts'], 'text')}: "
        f"{'; '.join(shown)}; {values['n_autocoded']:,} of {values['n']:,} autocoded"
    )
    if n := values["n_left_to_people"]:
        line += (
            f"; {n:,} at no threshold: several occupations in a title, or a job that the person "
            "does not have"
        )
    return line


def table_rows(figures: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Return the figures as cells: the names of the columns, then a row per part."""
    rows = [["part", *_SHOWN.values()]]
    for name, values in figures.items():
        rows.append([name, *(shown_figure(values[key]) for key in _SHOWN)])
    return rows


def shown_figure(value: float | None) -> str:
    """Return a count or a share as text; an undefined one is a dash."""
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"
