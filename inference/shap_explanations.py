"""Explain a code by SHAP values: what each word of the text adds to it.

The served prediction is explained: network and n-gram model together, for the code that is shown,
of four digits or of three. The model computes many variants of the text, each without some of its
words, as a respondent could have typed it. A word's score is what it adds, averaged over the orders
in which the words could come (Shapley values; Lundberg and Lee, NeurIPS 2017). Scores are log-odds:
0.7 doubles the odds. The scores and the base, the log-odds of an empty text, sum to the output.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import IscoError
from core.packages import install_command
from core.taxonomy import isco08
from core.text import BETWEEN, UNKNOWN
from inference.classifier import Classifier

# Up to this many words every subset is computed: 128 evaluations. Of more words random orders are
# computed, forwards and backwards, as many as the budget allows and one at least.
_MAX_EXACT_WORDS = 7
_N_EVALUATIONS = 150
# The network reads some 100 words, and nobody reads scores of more: the rest counts as one word.
_MAX_WORDS = 64
_MIN_PROBABILITY = 1e-30  # its logarithm is finite


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, or all that follow the 64th (``n_words`` > 1).

    ``score`` is what it adds to the log-odds of the code. ``against_rival`` is what it adds to the
    logarithm of how much likelier the code is than its strongest rival.
    """

    word: str
    is_duties: bool
    score: float
    against_rival: float
    n_words: int = 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """The scores of a text's words, in their order.

    ``base + Σ score == output``, the log-odds of ``code``; ``rival_base + Σ against_rival ==
    rival_output``, the logarithm of ``confidence / rival_confidence``. ``rival`` is the likeliest
    other group of as many digits. ``is_exact``: every subset of the words was computed; else random
    orders were, in ``n_evaluations`` variants of the text.
    """

    text: str
    code: str
    confidence: float
    rival: str
    rival_confidence: float
    words: tuple[Word, ...]
    base: float
    output: float
    rival_base: float
    rival_output: float
    n_evaluations: int
    is_exact: bool


def explain(classifier: Classifier, text: str, code: str) -> Explanation:
    """Explain the ``code`` (3 or 4 digits) that ``classifier`` gave the cleaned ``text``.

    The same text, code and model give the same scores. A text without words has none, and its
    output is the base. Raises IscoError where shap is not installed.
    """
    groups = _word_groups(text)
    probabilities = classifier.probabilities([text]).astype(np.float64)[0]
    rival, is_code, is_rival = _rival(probabilities, code)
    n_evaluations = 0

    def outputs(kept: np.ndarray) -> np.ndarray:
        """(N, M) words kept or not → (N, 2) log-odds of the code, and log-ratio to its rival."""
        nonlocal n_evaluations
        n_evaluations += len(kept)
        variants = [_joined(groups, row) for row in kept.astype(bool)]
        variant_probabilities = classifier.probabilities(variants).astype(np.float64)
        # Each is a sum of its own: 1 - p would lose what is left of a p near 1.
        log_code, log_other, log_rival = (
            np.log(np.maximum(variant_probabilities[:, columns].sum(axis=1), _MIN_PROBABILITY))
            for columns in (is_code, ~is_code, is_rival)
        )
        return np.stack([log_code - log_other, log_code - log_rival], axis=1)

    n = len(groups)
    is_exact = n <= _MAX_EXACT_WORDS
    full_output, empty_output = outputs(np.stack([np.ones(n), np.zeros(n)]))
    scores = _shapley(outputs, n, is_exact) if n else np.zeros((0, 2))
    return Explanation(
        text=text,
        code=code,
        confidence=float(probabilities[is_code].sum()),
        rival=rival,
        rival_confidence=float(probabilities[is_rival].sum()),
        words=tuple(
            Word(
                word=" ".join(group.words),
                is_duties=group.is_duties,
                score=float(score),
                against_rival=float(against_rival),
                n_words=len(group.words),
            )
            for group, (score, against_rival) in zip(groups, scores, strict=True)
        ),
        base=float(empty_output[0]),
        output=float(full_output[0]),
        rival_base=float(empty_output[1]),
        rival_output=float(full_output[1]),
        n_evaluations=n_evaluations,
        is_exact=is_exact,
    )


@dataclass(frozen=True, slots=True)
class _WordGroup:
    """Words of one part of the text that are kept or left out together."""

    words: list[str]
    is_duties: bool


def _word_groups(text: str) -> list[_WordGroup]:
    """Return a group for each of the first 64 words, and one for the rest of each part."""
    groups: list[_WordGroup] = []
    for number, part in enumerate(text.split(BETWEEN)):
        words = part.split() if part != UNKNOWN else []
        is_duties = number > 0
        n_free = max(_MAX_WORDS - len(groups), 0)
        groups += [_WordGroup([word], is_duties) for word in words[:n_free]]
        if words[n_free:]:
            groups.append(_WordGroup(words[n_free:], is_duties))
    return groups


def _joined(groups: Sequence[_WordGroup], is_kept: np.ndarray) -> str:
    """Return the text with only some of its words, as ``core.text.join`` would have made it."""
    kept = [group for group, is_in in zip(groups, is_kept, strict=True) if is_in]
    parts = (
        " ".join(word for group in kept if group.is_duties == is_duties for word in group.words)
        for is_duties in (False, True)
    )
    return BETWEEN.join(part or UNKNOWN for part in parts)


def _rival(probabilities: np.ndarray, code: str) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the strongest rival of ``code``, and (436,) which unit groups belong to each."""
    code_of_unit = np.array(isco08().units).astype(f"<U{len(code)}")
    codes, starts = np.unique(code_of_unit, return_index=True)
    sums = np.add.reduceat(probabilities, starts)
    sums[codes == code] = -1
    rival = str(codes[sums.argmax()])
    return rival, code_of_unit == code, code_of_unit == rival


def _shapley(outputs: Callable[[np.ndarray], np.ndarray], n: int, is_exact: bool) -> np.ndarray:
    """Return (n, 2) Shapley values of n ≥ 1 groups of words for both outputs."""
    shap = _import_shap()

    def masked(mask: np.ndarray, present: np.ndarray) -> np.ndarray:
        return (present * mask).reshape(1, -1)

    present = np.ones((1, n))
    options = {"silent": True, "batch_size": _N_EVALUATIONS}
    if is_exact:
        explanation = shap.explainers.Exact(outputs, masked)(present, **options)
    else:
        n_evaluations = max(_N_EVALUATIONS, 2 * n + 1)
        explainer = shap.explainers.Permutation(outputs, masked, seed=0)
        explanation = explainer(present, max_evals=n_evaluations, **options)
    return np.asarray(explanation.values)[0]


def _import_shap() -> Any:
    # Compiling shap's few small functions takes 5 to 20 s in every process; running them without
    # takes a few milliseconds. Where numba is loaded already, it fails if that changes.
    if "numba" not in sys.modules:
        os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
    try:
        import shap
    except ModuleNotFoundError as error:
        raise IscoError(
            f"explanations need {error.name!r}: run {install_command('explain')}"
        ) from None
    return shap
