"""Why this code and not another: what each word of a text adds, as SHAP values.

What is explained is the answer that is served: network and n-gram model together, for the code that
is shown, of four digits or of three. A text is asked again and again with some of its words left
out, each time as a respondent could have typed it; a word's score is what it adds, averaged over
the orders in which the words could come (Shapley values; Lundberg and Lee, NeurIPS 2017). Scores
are log-odds: 0.7 doubles the odds. They and the base, the odds of an empty answer, sum to the
output.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import IscoError
from core.taxonomy import isco08
from core.text import SEPARATOR, UNKNOWN
from inference.classifier import Classifier

# Every subset of so many words is asked: 128 evaluations. Of more words, random orders are asked,
# there and back, as many as the budget allows and one at least.
_MAX_EXACT_WORDS = 7
_N_EVALUATIONS = 150
# The network reads some 100 words, and nobody reads scores of more: the rest counts as one.
_MAX_WORDS = 64
_SMALLEST = 1e-30  # of a probability: its logarithm is finite


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, or all that follow the 64th (``n_words`` > 1).

    ``score`` is what it adds to the log-odds of the code, ``against_rival`` to the logarithm of how
    much likelier the code is than its strongest rival.
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
    other group of as many digits. ``is_exact``: every subset of the words was asked; else random
    orders were, in ``n_evaluations`` texts.
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
    players = _players(text)
    probabilities = classifier.probabilities([text]).astype(np.float64)[0]
    is_code, is_rival = _rivals(probabilities, code)
    n_evaluations = 0

    def outputs(kept: np.ndarray) -> np.ndarray:
        """(N, M) words kept or not → (N, 2) log-odds of the code, and log-ratio to its rival."""
        nonlocal n_evaluations
        n_evaluations += len(kept)
        asked = [_joined(players, row) for row in kept.astype(bool)]
        said = classifier.probabilities(asked).astype(np.float64)
        # Summed one by one: 1 - p would lose what is left of a p near 1.
        ours, rest, theirs = (
            np.log(np.maximum(said[:, columns].sum(axis=1), _SMALLEST))
            for columns in (is_code, ~is_code, is_rival)
        )
        return np.stack([ours - rest, ours - theirs], axis=1)

    n, is_exact = len(players), len(players) <= _MAX_EXACT_WORDS
    full, nothing = outputs(np.stack([np.ones(n), np.zeros(n)]))
    scores = _shapley(outputs, n, is_exact) if n else np.zeros((0, 2))
    return Explanation(
        text=text,
        code=code,
        confidence=float(probabilities[is_code].sum()),
        rival=_group(is_rival, len(code)),
        rival_confidence=float(probabilities[is_rival].sum()),
        words=tuple(
            Word(" ".join(words), is_duties, float(score), float(against), len(words))
            for (words, is_duties), (score, against) in zip(players, scores, strict=True)
        ),
        base=float(nothing[0]),
        output=float(full[0]),
        rival_base=float(nothing[1]),
        rival_output=float(full[1]),
        n_evaluations=n_evaluations,
        is_exact=is_exact,
    )


_Player = tuple[list[str], bool]  # words that come and go together, and whether they are duties


def _players(text: str) -> list[_Player]:
    """The words one by one; past the 64th all together with those of their part."""
    players: list[_Player] = []
    for number, part in enumerate(text.split(f" {SEPARATOR} ")):
        words, is_duties = part.split() if part != UNKNOWN else [], number > 0
        n_free = max(_MAX_WORDS - len(players), 0)
        players += [([word], is_duties) for word in words[:n_free]]
        if words[n_free:]:
            players.append((words[n_free:], is_duties))
    return players


def _joined(players: Sequence[_Player], is_kept: np.ndarray) -> str:
    """The text with only some of its words, as ``core.text.join`` would have made it."""
    kept = [player for player, is_in in zip(players, is_kept, strict=True) if is_in]
    parts = (
        " ".join(word for words, is_duties in kept if is_duties == part for word in words)
        for part in (False, True)
    )
    return f" {SEPARATOR} ".join(part or UNKNOWN for part in parts)


def _rivals(probabilities: np.ndarray, code: str) -> tuple[np.ndarray, np.ndarray]:
    """(436,) which unit groups belong to ``code``, and which to its strongest rival."""
    groups = np.array(isco08().units).astype(f"<U{len(code)}")
    codes, starts = np.unique(groups, return_index=True)
    sums = np.add.reduceat(probabilities, starts)
    sums[codes == code] = -1
    return groups == code, groups == codes[sums.argmax()]


def _group(is_member: np.ndarray, n_digits: int) -> str:
    return isco08().units[int(is_member.argmax())][:n_digits]


def _shapley(outputs: Callable[[np.ndarray], np.ndarray], n: int, is_exact: bool) -> np.ndarray:
    """(n, 2) Shapley values of n ≥ 1 words for both outputs."""
    shap = _import_shap()

    def masked(mask: np.ndarray, present: np.ndarray) -> np.ndarray:
        return (present * mask).reshape(1, -1)

    present, options = np.ones((1, n)), {"silent": True, "batch_size": _N_EVALUATIONS}
    if is_exact:
        found = shap.explainers.Exact(outputs, masked)(present, **options)
    else:
        n_evaluations = max(_N_EVALUATIONS, 2 * n + 1)
        explainer = shap.explainers.Permutation(outputs, masked, seed=0)
        found = explainer(present, max_evals=n_evaluations, **options)
    return np.asarray(found.values)[0]


def _import_shap() -> Any:
    # Compiling its few small functions takes 5 to 20 s in every process, running them as they are
    # a few milliseconds.
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
    try:
        import shap
    except ModuleNotFoundError as error:
        raise IscoError(
            f'explanations need {error.name!r}: run .venv/bin/pip install -e ".[explain]"'
        ) from None
    return shap
