"""``report.html`` of a training run: the result and every figure behind it, in one file.

Made from ``metrics.json`` and ``error_analysis/``. Whatever is missing is left out: a run refused
for its export has no figures, a first run nothing to compare with. The report contains texts of
respondents; everything is escaped, and the page loads nothing and runs nothing.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Template

from core.files.own_files import METRICS, REPORT, read_own_json
from core.files.whole_file import write_atomic
from core.html import environment
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.languages.message import Message
from core.languages.page_language import PageLanguage, page_language
from core.languages.stored_message import REASONS, restored_reasons
from core.own_tables.own_rows import own_rows
from core.run_state import ENDS, RunState
from training.evaluation.analysis_files import (
    CONFUSED_PAIRS,
    CONFUSION_MAJOR,
    CONFUSION_SUB_MAJOR,
    ERROR_ANALYSIS,
    ERROR_RATES,
    N_EXAMPLES,
    NEVER_PREDICTED,
    PRODUCTION,
    RELIABILITY,
)
from training.evaluation.gate import MIN_TEXTS
from training.evaluation.gate_check import GateCheck
from training.part_names import count_name, part_name
from training.run_folder import BEFORE_QUANTIZATION, SEEN, TEST, RunKind

N_PAIRS = 10
_MAX_LISTED = 12

_FIGURES = {
    "n": Message("texts"),
    "macro_f1": Message("macro-F1"),
    "accuracy_4": Message("right at 4 digits"),
    "accuracy_3": Message("right at 3 digits"),
    "accuracy_2": Message("right at 2 digits"),
    "accuracy_1": Message("right at 1 digit"),
    "top_3": Message("among the first 3"),
    "top_5": Message("among the first 5"),
    "kappa": Message("Cohen’s κ"),
    "production_rate_95": Message("production rate at 95 % agreement"),
    "production_rate_95_interval": Message("… its 95 % interval"),
    "fallback_rate": Message("3-digit fallbacks"),
    "autocoded_agreement": Message("agreement of those autocoded"),
    "mean_confidence": Message("mean confidence"),
    "ece": Message("calibration error (ECE), 4 digits"),
    "ece_3": Message("calibration error (ECE), 3 digits"),
    "brier": Message("Brier score"),
    "aurc": Message("area under risk-coverage (AURC)"),
}
_FIGURES_OF_KINDS = ("n", "macro_f1", "accuracy_4", "accuracy_3", "top_5", "fallback_rate", "ece")
_LEARNED = {
    "base": Message("started from"),
    "n_records": Message("your own records"),
    "n_left_out": Message("your own records that cannot train, by reason"),
    "unread_files": Message("files of your records that cannot be read"),
    "n_answers": Message("bundled reference answers"),
    "n_duplicates": Message("duplicates among them"),
    "n_texts": Message("distinct texts by side"),
    "n_hold_out": Message("hold-out texts, never trained on"),
    "n_overruled_answers": Message("… that confirmed corrections code otherwise: not compared"),
    "suspects": Message("suspected of a wrong label"),
    "n_corrections": Message("corrections that may teach"),
    "n_new_corrections": Message("… new ones"),
    "n_held_out_corrections": Message("… kept out of the training, to measure on"),
    "n_left_out_corrections": Message("corrections that teach nothing, by reason"),
    "taken_back_corrections": Message(
        "answers that the model in service has learned, and that teach nothing any more"
    ),
    "n_removed_corrections_files": Message(
        "corrections files that the model in service has learned, and that are gone"
    ),
    "n_rejected_corrections": Message("rows of corrections files that are rejected"),
    "n_taught_corrections": Message("texts drawn for this training: corrections"),
    "n_replayed": Message("… known texts replayed"),
    "n_archive_texts": Message("… texts of the archive, without a label"),
    "n_pseudo_titles": Message("… generated titles, without a label"),
    "n_overruled": Message("… left out of these, as similar corrections say otherwise"),
    "n_trained": Message("texts that trained, together"),
    "learning": Message("training"),
}
# A nightly training draws a few of these.
_LEARNED_IN_A_NIGHT = _LEARNED | {
    "n_answers": Message("bundled reference answers available"),
    "n_texts": Message("distinct texts available, by side"),
}
_EXPORT = {
    "version": Message("version"),
    "champion": Message("compared with"),
    "reference": Message("… and, over many nights, with"),
    "temperature": Message("temperature"),
    "ngram_weight": Message("weight of the n-gram model"),
    "parity": Message("export compared with checkpoint"),
    "model": Message("settings"),
    "fine_tune": Message("settings of the nightly training"),
    "seed": Message("seed"),
}
_NOTHING_TRAINED = Message("Nothing was trained; the model in service stays.")
_RESULTS = {
    RunState.PROMOTED: Message("The new model was put into service."),
    RunState.REFUSED: Message("The new model was refused; the model in service stays."),
    RunState.FAILED: Message("The run failed; the model in service stays."),
    RunState.SKIPPED: Message("There was nothing to train; the model in service stays."),
}


def write_report(run_dir: Path, language: str = ENGLISH, name: str = "") -> Path:
    """Write ``report.html`` of the finished run in ``run_dir``, whole or not at all.

    ``language`` is that of the page and of the titles of groups; ``name`` that of the run, by
    default its folder's.
    """
    metrics = read_own_json(run_dir / METRICS)
    folder = run_dir / ERROR_ANALYSIS
    figures = metrics.get("figures") or {}
    # "bundled hold-out set, misspelt" is a part of "bundled hold-out set".
    whole = [part for part in figures if ", " not in part or part.split(", ")[0] not in figures]
    rates = _read_table(folder / ERROR_RATES)
    never = _read_table(folder / NEVER_PREDICTED)
    page = _template(page_language(language)).render(
        metrics=_in_words(metrics),
        titles=titles_in(language),
        min_texts=MIN_TEXTS,
        state=ENDS[metrics["state"]],
        name=name or run_dir.name,
        result=_result(metrics),
        learned=_labelled(
            metrics, _LEARNED_IN_A_NIGHT if metrics["kind"] == RunKind.FINE_TUNE else _LEARNED
        ),
        export=_labelled(metrics, _EXPORT),
        untested=_titled(metrics.get("untested_codes"), language),
        untrained=_titled(metrics.get("untrained_codes"), language),
        unseen={part: figures[part] for part in whole if part not in (SEEN, BEFORE_QUANTIZATION)},
        seen=figures.get(SEEN),
        kinds={
            part: figures[part]
            for part in figures
            if part not in whole and not part.startswith(f"{SEEN}, ")
        },
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


def _in_words(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics with their reasons and checks as sentences that the page can say."""
    doubts = [{**doubt, REASONS: restored_reasons(doubt)} for doubt in metrics.get("doubts") or []]
    checks = [GateCheck.from_json(values) for values in metrics.get("checks") or []]
    return {**metrics, REASONS: restored_reasons(metrics), "doubts": doubts, "checks": checks}


def _result(metrics: Mapping[str, Any]) -> Message:
    """Return what a run came to; a run that is refused early has made no new model."""
    is_early = metrics["kind"] == RunKind.FINE_TUNE and "learning" not in metrics
    if metrics["state"] == RunState.REFUSED and is_early:
        return _NOTHING_TRAINED
    return _RESULTS[metrics["state"]]


def show(value: Any, digits: int = 3, *, language: PageLanguage) -> str:
    """Return a value as people read it: shares with ``digits`` decimals, counts with their marks.

    A missing value is a dash; a mapping is listed as ``name value``, a sequence by its values.
    """
    if value in (None, "", [], {}) or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return language.gettext(Message("yes") if value else Message("no"))
    if isinstance(value, int):
        return language.count(value)
    if isinstance(value, float):
        # Three decimals are too few for a learning rate of 0.00002, and too many for 9,034 s.
        if 0 < abs(value) < 1e-4:
            return f"{value:.2g}"
        return language.number(value, 0 if abs(value) >= 1000 else digits)
    if isinstance(value, Mapping):
        names = (_shown_key(name, language) for name in value)
        values = (show(inner, digits, language=language) for inner in value.values())
        return ", ".join(map(" ".join, zip(names, values, strict=True)))
    if isinstance(value, list):
        return _show_list(value, digits, language)
    return str(value)


def _shown_key(key: str, language: PageLanguage) -> str:
    """Return a key in words, but for its underscores where it is the name of a setting."""
    name = count_name(key)
    if isinstance(name, Message):
        return language.gettext(name)
    return key.removeprefix("n_").replace("_", " ")


def _show_list(values: list[Any], digits: int, language: PageLanguage) -> str:
    shown = [show(inner, digits, language=language) for inner in values[:_MAX_LISTED]]
    if len(values) == 2 and all(isinstance(value, float) for value in values):
        return language.gettext(Message("{low} to {high}", low=shown[0], high=shown[1]))
    if len(values) > _MAX_LISTED:
        more = Message("… ({n} in {file})", n=len(values), file=METRICS)
        shown.append(language.gettext(more))
    return ", ".join(shown)


@cache
def _template(language: PageLanguage) -> Template:
    lenient = environment(language).overlay(undefined=ChainableUndefined)
    shown = partial(show, language=language)
    lenient.filters = {**lenient.filters, "show": shown, "autocoded": partial(_autocoded, shown)}
    lenient.filters["part"] = part_name
    return lenient.get_template("training_report.html")


def _autocoded(shown: Callable[[float], str], figures: dict[str, Any]) -> str:
    return shown(1 - figures["fallback_rate"]) if "fallback_rate" in figures else "–"


def _labelled(metrics: dict[str, Any], names: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [(label, metrics[name]) for name, label in names.items() if name in metrics]


def _titled(codes: list[str] | None, language: str) -> list[tuple[str, str]]:
    return [(code, titles_in(language).get(code, "")) for code in codes or []]


def _figure_names(figures: dict[str, Any]) -> dict[str, str]:
    """Return key → label, in the order of the report; figures without a label come last."""
    names = {name for values in figures.values() for name in values}
    labelled = {name: label for name, label in _FIGURES.items() if name in names}
    return labelled | {name: name for name in sorted(names - set(labelled))}


def _read_table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = own_rows(file)
        header = next(rows, [])
        return [dict(zip(header, row, strict=True)) for row in rows]


def _inlined(path: Path) -> str:
    """Return an image as a data URI; ``""`` where it is missing."""
    if not path.exists():
        return ""
    return "data:image/svg+xml;base64," + b64encode(path.read_bytes()).decode()
