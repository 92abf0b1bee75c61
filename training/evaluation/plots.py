"""The four plots of an error analysis, as SVG. The same figures give the same bytes.

Darker always means more, and lines differ in dash and mark as well as in color, so that a print in
grey can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from core.isco_titles.group_titles import ENGLISH, titles_in
from core.languages.message import Message
from core.languages.page_language import PageLanguage, page_language
from core.taxonomy import MAJOR, SUB_MAJOR, isco08, unit_index
from training.evaluation.analysis_files import (
    CONFUSION_MAJOR,
    CONFUSION_MATRIX,
    CONFUSION_SUB_MAJOR,
    PRODUCTION,
    RELIABILITY,
)
from training.evaluation.metrics import (
    AGREEMENT,
    N_BINS,
    production_curve,
    production_rate,
)

_BLUE = "#1f5a8c"
_RED = "#b5431f"
_GREY = "#777777"
_LINES = ((_BLUE, "-", "o"), (_RED, "--", "D"))  # the challenger's and the champion's
_DARK = 35  # percent from which a cell of the heatmap needs white letters
_PIXELS = 12
_DPI = 150  # of the picture for a text processor
_MAX_POINTS = 600
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "isco",  # else every id in the file is random
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True)
class _Predictions:
    """One model's predictions of N texts: (N,) confidence of the best unit group, (N,) hits."""

    confidence: np.ndarray
    hit: np.ndarray


@rc_context(_STYLE)
def draw_confusion(counts: np.ndarray, out_dir: Path, language: str = ENGLISH) -> None:
    """Draw the confusion of major and of sub-major groups into ``out_dir``, in a language.

    ``counts``: (436, 436) numbers of texts, right code by given code, both in ISCO order.
    """
    spoken = page_language(language)
    by_major = _major_confusion(_summed(counts, MAJOR), titles_in(language), spoken)
    _save(by_major, out_dir / CONFUSION_MAJOR)
    by_major.savefig(out_dir / CONFUSION_MATRIX, dpi=_DPI, bbox_inches="tight")
    _save(_sub_major_confusion(_summed(counts, SUB_MAJOR), spoken), out_dir / CONFUSION_SUB_MAJOR)


@rc_context(_STYLE)
def draw_curves(
    models: Mapping[Message, np.ndarray],
    codes: Sequence[str],
    threshold: float,
    out_dir: Path,
    language: str = ENGLISH,
) -> None:
    """Draw the reliability diagram and the production curve into ``out_dir``, in a language.

    Parameters
    ----------
    models : (N, 436) probabilities of one model or two by its name, the new one's first, on texts
        that neither has learned.
    codes : their N right unit groups.
    threshold : the configured confidence from which a record is autocoded.
    """
    right = np.array(unit_index(codes), np.intp)
    spoken = page_language(language)
    predictions = {
        spoken.gettext(name): _Predictions(
            probabilities.max(axis=1), probabilities.argmax(axis=1) == right
        )
        for name, probabilities in models.items()
    }
    _save(_reliability(predictions, spoken), out_dir / RELIABILITY)
    _save(_production(predictions, threshold, spoken), out_dir / PRODUCTION)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")


def _summed(counts: np.ndarray, digits: int) -> np.ndarray:
    """Return (K, K) the counts of the K groups with so many digits."""
    prefix = np.array(isco08().units).astype(f"<U{digits}")
    starts = np.unique(prefix, return_index=True)[1]
    return np.add.reduceat(np.add.reduceat(counts, starts, axis=0), starts, axis=1)


def _major_confusion(counts: np.ndarray, titles: Mapping[str, str], spoken: PageLanguage) -> Figure:
    groups = list(isco08().level(MAJOR))
    figure = Figure(figsize=(6.4, 4.2))
    axes = figure.subplots()
    percent = _percent_of_rows(counts)
    _heatmap(axes, percent, groups)
    for i, j in np.argwhere(percent >= 0.5):
        color = "white" if percent[i, j] > _DARK else "black"
        axes.text(j, i, f"{percent[i, j]:.0f}", ha="center", va="center", color=color)
    names = [f"{code} {titles[code]}" for code in groups]
    sizes = [f"n = {spoken.count(int(n))}" for n in counts.sum(axis=1)]
    axes.set_yticklabels([", ".join(pair) for pair in zip(names, sizes, strict=True)])
    axes.set_xlabel(spoken.gettext(Message("given major group")))
    return figure


def _sub_major_confusion(counts: np.ndarray, spoken: PageLanguage) -> Figure:
    groups = list(isco08().level(SUB_MAJOR))
    figure = Figure(figsize=(8.6, 7.8))
    axes = figure.subplots()
    image = _heatmap(axes, _percent_of_rows(counts), groups)
    for k in range(1, len(groups)):
        if groups[k][0] != groups[k - 1][0]:
            axes.axhline(k - 0.5, color=_GREY, linewidth=0.8)
            axes.axvline(k - 0.5, color=_GREY, linewidth=0.8)
    axes.tick_params(labelsize=7.5)
    axes.tick_params(axis="x", rotation=90)
    axes.set(
        xlabel=spoken.gettext(Message("given sub-major group")),
        ylabel=spoken.gettext(Message("right sub-major group")),
    )
    bar = figure.colorbar(image, ax=axes, ticks=[0, 1, 5, 10, 25, 50, 100], shrink=0.8)
    bar.set_label(spoken.gettext(Message("of 100 texts of the row’s group")))
    return figure


def _percent_of_rows(counts: np.ndarray) -> np.ndarray:
    """Return (K, K) percent of the row's group; NaN, drawn empty, where it does not occur."""
    sizes = counts.sum(axis=1, keepdims=True)
    return 100 * np.divide(counts, sizes, where=sizes > 0, out=np.full(counts.shape, np.nan))


def _heatmap(axes: Axes, percent: np.ndarray, groups: Sequence[str]) -> AxesImage:
    # The square root of the share: a confusion of 2 % is to be seen beside a diagonal of 90 %. An
    # image, because one path for each of 1,849 cells makes half a megabyte; of many pixels a cell,
    # because not every viewer keeps the edges of a pixel sharp.
    pixels = percent.repeat(_PIXELS, axis=0).repeat(_PIXELS, axis=1)
    end = len(groups) - 0.5
    image = axes.imshow(
        pixels,
        cmap="Blues",
        norm=PowerNorm(0.5, vmin=0, vmax=100),
        extent=(-0.5, end, end, -0.5),
        interpolation="none",
        aspect="auto",
    )
    axes.set_xticks(range(len(groups)), groups)
    axes.set_yticks(range(len(groups)), groups)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return image


def _reliability(models: Mapping[str, _Predictions], spoken: PageLanguage) -> Figure:
    figure = Figure(figsize=(6.2, 5.2))
    above, below = figure.subplots(
        2, sharex=True, height_ratios=(3, 1), gridspec_kw={"hspace": 0.1}
    )
    perfect = spoken.gettext(Message("perfect calibration"))
    above.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label=perfect)
    width = 0.9 / N_BINS / len(models)
    for k, (name, predictions) in enumerate(models.items()):
        bins = np.minimum((predictions.confidence * N_BINS).astype(int), N_BINS - 1)
        sizes = np.bincount(bins, minlength=N_BINS)
        used = sizes > 0
        confidence = np.bincount(bins, weights=predictions.confidence, minlength=N_BINS)
        n_right = np.bincount(bins, weights=predictions.hit, minlength=N_BINS)
        color, linestyle, marker = _LINES[k]
        above.plot(
            confidence[used] / sizes[used],
            n_right[used] / sizes[used],
            color=color,
            linestyle=linestyle,
            marker=marker,
            label=name,
        )
        edges = np.arange(N_BINS) / N_BINS + k * width
        below.bar(edges, sizes, width=width, align="edge", color=color)
    above.set(ylabel=spoken.gettext(Message("share right")), ylim=(0, 1.02))
    above.legend(frameon=False)
    below.set(
        xlabel=spoken.gettext(Message("confidence")),
        ylabel=spoken.gettext(Message("texts")),
        xlim=(0, 1.01),
    )
    below.yaxis.set_major_formatter(lambda n, position: spoken.fraction(n))
    for axes in (above, below):
        axes.xaxis.set_major_formatter(lambda share, position: spoken.number(share, 1))
        axes.grid(alpha=0.3)
    return figure


def _production(
    models: Mapping[str, _Predictions], threshold: float, spoken: PageLanguage
) -> Figure:
    figure = Figure(figsize=(6.2, 4))
    axes = figure.subplots()
    lowest = 1.0
    for (name, predictions), line in zip(models.items(), _LINES, strict=False):
        lowest = min(lowest, _production_curve(axes, name, predictions, threshold, line, spoken))
    axes.axhline(AGREEMENT, color=_GREY, linestyle=":", linewidth=1)
    axes.set(
        xlabel=spoken.gettext(Message("share autocoded")),
        ylabel=spoken.gettext(Message("agreement of those")),
        xlim=(0, 1),
    )
    axes.set_ylim(max(0.0, lowest - 0.05), 1.005)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda share, position: spoken.percent(share, 0))
    axes.grid(alpha=0.3)
    # Below the axes: six lines of text would cover the curves.
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.14), ncols=len(models))
    return figure


def _production_curve(
    axes: Axes,
    name: str,
    predictions: _Predictions,
    threshold: float,
    line: tuple[str, str, str],
    spoken: PageLanguage,
) -> float:
    """Draw the curve of one model and its two marks; return the lowest agreement on it."""
    confidence, hit = predictions.confidence, predictions.hit
    _, n_autocoded, agreement = production_curve(confidence, hit)
    shown = np.unique(np.linspace(0, len(agreement) - 1, _MAX_POINTS).astype(int))
    color, linestyle, _ = line
    axes.plot(
        n_autocoded[shown] / len(hit),
        agreement[shown],
        color=color,
        linestyle=linestyle,
        label=name,
    )
    n_at_threshold = int((confidence >= threshold).sum())
    n_at_agreement = round(production_rate(confidence, hit, AGREEMENT) * len(hit))
    at_threshold, at_agreement = (
        spoken.percent(n / len(hit)) for n in (n_at_threshold, n_at_agreement)
    )
    rate = spoken.percent(AGREEMENT, 0)
    marks = (
        (
            n_at_threshold,
            "o",
            Message("threshold {value}: {share}", value=float(threshold), share=at_threshold),
        ),
        (
            n_at_agreement,
            "s",
            Message("{rate} agreement: {share}", rate=rate, share=at_agreement),
        ),
    )
    for n, marker, label in marks:
        share = n / len(hit)
        height = agreement[np.searchsorted(n_autocoded, n)] if n else 1.0
        axes.plot(
            share,
            height,
            marker,
            color=color,
            markersize=7,
            fillstyle="full" if linestyle == "-" else "none",
            clip_on=False,
            label=spoken.gettext(label),
        )
    return float(agreement[shown].min())
