"""How many decisions a graph has in common with its checkpoint, and how little of it must run."""

from __future__ import annotations

import numpy as np
import pytest

from exporters.parity import agreement_if_enough

N = 200


@pytest.mark.parametrize("n_different", [0, 2, 3, 20])
@pytest.mark.parametrize("is_among_close", [True, False])
def test_the_share_is_exact_where_it_is_enough(n_different: int, is_among_close: bool) -> None:
    """And where it is not, it is a share below the target, however few texts were computed."""
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(N, 436)).astype(np.float32)
    best = reference.argmax(axis=1)
    margins = np.diff(np.sort(reference, axis=1)[:, -2:], axis=1)[:, 0]
    order = np.argsort(margins)
    changed = order[:n_different] if is_among_close else order[N - n_different :]
    exported = reference.copy()
    exported[changed, best[changed]] = -10
    texts = [str(row) for row in range(N)]
    computed: list[int] = []

    def logits(part: list[str]) -> np.ndarray:
        rows = [int(text) for text in part]
        computed.extend(rows)
        return exported[rows]

    share = agreement_if_enough(texts, reference, logits, target=0.99)
    exact = float((exported.argmax(axis=1) == best).mean())
    assert (share >= 0.99) == (exact >= 0.99)
    assert len(computed) == len(set(computed))
    if share >= 0.99:
        assert share == exact
        assert len(computed) == N
    elif is_among_close:
        assert len(computed) == N // 4
    else:
        assert len(computed) == N


def test_nothing_is_proved_without_texts() -> None:
    nothing = np.zeros((0, 436), np.float32)
    assert agreement_if_enough([], nothing, lambda texts: nothing, target=0.99) == 0.0
