"""``report.html`` of a training run: the result and every figure behind it, in one file.

Made from ``metrics.json`` and ``error_analysis/``. Whatever is missing is left out: a run refused
for its export has no figures, a first run nothing to compare with. The report contains texts of
respondents; everything is escaped, and the page loads nothing and runs nothing.
"""

from __future__ import annotations

import csv
import json
import math
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Template

from core.file_io import write_atomic
from core.html import environment
from core.isco_titles.group_titles import ENGLISH
from core.languages.page_language import page_language
from core.taxonomy import isco08
from training.evaluation.error_analysis import (
    CONFUSED_PAIRS,
    ERROR_ANALYSIS,
    ERROR_RATES,
    N_EXAMPLES,
    NEVER_PREDICTED,
)
from training.evaluation.plots import CONFUSION_MAJOR, CONFUSION_SUB_MAJOR, PRODUCTION, RELIABILITY
from training.run_folder import BEFORE_QUANTIZATION, METRICS, SEEN, TEST

REPORT = "report.html"
N_PAIRS = 10
_MAX_LISTED = 12

_FIGURES = {
    "n": "texts",
    "macro_f1": "macro-F1",
    "accuracy_4": "right at 4 digits",
    "accuracy_3": "right at 3 digits",
    "accuracy_2": "right at 2 digits",
    "accuracy_1": "right at 1 digit",
    "top_3": "among the first 3",
    "top_5": "among the first 5",
    "kappa": "Cohen’s κ",
    "production_rate_95": "production rate at 95 % agreement",
    "production_rate_95_interval": "… its 95 % interval",
    "fallback_rate": "3-digit fallbacks",
    "autocoded_agreement": "agreement of those autocoded",
    "mean_confidence": "mean confidence",
    "ece": "calibration error (ECE), 4 digits",
    "ece_3": "calibration error (ECE), 3 digits",
    "brier": "Brier score",
    "aurc": "area under risk-coverage (AURC)",
}
_FIGURES_OF_KINDS = ("n", "macro_f1", "accuracy_4", "accuracy_3", "top_5", "fallback_rate", "ece")
_LEARNED = {
    "base": "started from",
    "n_records": "your own records",
    "n_left_out": "your own records that cannot train, by reason",
    "unread_files": "files of your records that cannot be read",
    "n_answers": "bundled reference answers",
    "n_duplicates": "duplicates among them",
    "n_texts": "distinct texts by side",
    "n_hold_out": "hold-out texts, never trained on",
    "suspects": "suspected of a wrong label",
    "n_corrections": "all corrections",
    "n_new_corrections": "… new ones",
    "n_held_out_corrections": "… kept out of the training, to measure on",
    "n_rejected_corrections": "rows of corrections files that are rejected",
    "n_replayed": "known texts replayed",
    "n_archive_texts": "texts of the archive, without a label",
    "learning": "training",
}
_EXPORT = {
    "version": "version",
    "champion": "compared with",
    "temperature": "temperature",
    "ngram_weight": "weight of the n-gram model",
    "parity": "export compared with checkpoint",
    "model": "settings",
    "fine_tune": "settings of the nightly training",
    "seed": "seed",
}
_RESULTS = {
    "promoted": "The new model was put into service.",
    "refused": "The new model was refused; the model in service stays.",
    "failed": "The run failed; the model in service stays.",
    "skipped": "There was nothing to train; the model in service stays.",
}


def write_report(run_dir: Path) -> Path:
    """Write ``report.html`` of the finished run in ``run_dir``, whole or not at all."""
    metrics = _read_json(run_dir / METRICS)
    folder = run_dir / ERROR_ANALYSIS
    figures = metrics.get("figures") or {}
    # "bundled hold-out set, misspelt" is a part of "bundled hold-out set".
    whole = [part for part in figures if ", " not in part or part.split(", ")[0] not in figures]
    rates = _read_table(folder / ERROR_RATES)
    never = _read_table(folder / NEVER_PREDICTED)
    page = _template().render(
        metrics=metrics,
        titles=isco08().titles,
        name=run_dir.name,
        result=_RESULTS.get(metrics.get("state", ""), "This run has no result."),
        learned=_labelled(metrics, _LEARNED),
        export=_labelled(metrics, _EXPORT),
        untested=_titled(metrics.get("untested_codes")),
        untrained=_titled(metrics.get("untrained_codes")),
        unseen={part: figures[part] for part in whole if part not in (SEEN, BEFORE_QUANTIZATION)},
        seen=figures.get(SEEN),
        kinds={part: figures[part] for part in figures if part not in whole},
        quantization=(
            (figures[BEFORE_QUANTIZATION], figures[TEST])
            if {BEFORE_QUANTIZATION, TEST} <= set(figures)
            else None
        ),
        figure_names=_figure_names(figures),
        kind_names={name: _FIGURES[name] for name in _FIGURES_OF_KINDS},
        analysed=figures.get(metrics.get("analysed", "")) or {},
        compared=figures.get(metrics.get("compared", "")) or {},
        pairs=_read_table(folder / CONFUSED_PAIRS)[:N_PAIRS],
        example_names=[f"example_{k}" for k in range(1, N_EXAMPLES + 1)],
        rates={digits: [row for row in rates if row["digits"] == digits] for digits in "123"},
        never_given=[row for row in never if row["n"] != "0"],
        absent=[row for row in never if row["n"] == "0"],
        plots={
            name.removesuffix(".svg"): _inlined(folder / name)
            for name in (CONFUSION_MAJOR, CONFUSION_SUB_MAJOR, RELIABILITY, PRODUCTION)
        },
    )
    path = run_dir / REPORT
    write_atomic(path, page.encode("utf-8", "replace"))  # a folder's name need not be UTF-8
    return path


def show(value: Any, digits: int = 3) -> str:
    """Return a value as people read it: shares with ``digits`` decimals, counts with commas.

    A missing value is a dash; a mapping is listed as ``name value``, a sequence by its values.
    """
    if value in (None, "", [], {}) or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        # Three decimals are too few for a learning rate of 0.00002, and too many for 9,034 s.
        if 0 < abs(value) < 1e-4:
            return f"{value:.2g}"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.{digits}f}"
    if isinstance(value, Mapping):
        names = (str(name).removeprefix("n_").replace("_", " ") for name in value)
        values = (show(inner, digits) for inner in value.values())
        return ", ".join(map(" ".join, zip(names, values, strict=True)))
    if isinstance(value, list):
        is_interval = len(value) == 2 and all(isinstance(v, float) for v in value)
        shown = [show(inner, digits) for inner in value[:_MAX_LISTED]]
        if len(value) > _MAX_LISTED:
            shown.append(f"… ({len(value)} in {METRICS})")
        return (" to " if is_interval else ", ").join(shown)
    return str(value)


@cache
def _template() -> Template:
    lenient = environment(page_language(ENGLISH)).overlay(undefined=ChainableUndefined)
    lenient.filters = {
        **lenient.filters,
        "show": show,
        "difference": _difference,
        "autocoded": _autocoded,
    }
    return lenient.get_template("training_report.html")


def _difference(check: dict[str, Any]) -> str:
    return f"{check['challenger'] - check['champion']:+.4f}"


def _autocoded(figures: dict[str, Any]) -> str:
    return show(1 - figures["fallback_rate"]) if "fallback_rate" in figures else "–"


def _labelled(metrics: dict[str, Any], names: dict[str, str]) -> list[tuple[str, Any]]:
    return [(label, metrics[name]) for name, label in names.items() if name in metrics]


def _titled(codes: list[str] | None) -> list[tuple[str, str]]:
    return [(code, isco08().titles.get(code, "")) for code in codes or []]


def _figure_names(figures: dict[str, Any]) -> dict[str, str]:
    """Return key → label, in the order of the report; figures without a label come last."""
    names = {name for values in figures.values() for name in values}
    labelled = {name: label for name, label in _FIGURES.items() if name in names}
    return labelled | {name: name for name in sorted(names - set(labelled))}


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _read_table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _inlined(path: Path) -> str:
    """Return an image as a data URI; ``""`` where it is missing."""
    if not path.exists():
        return ""
    return "data:image/svg+xml;base64," + b64encode(path.read_bytes()).decode()
