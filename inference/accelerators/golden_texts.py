"""The texts on which providers and graphs are compared, the same everywhere."""

from __future__ import annotations

from core.taxonomy import isco08
from core.text import join


def golden_texts() -> list[str]:
    """Return cleaned texts of all lengths, the same everywhere: titles of unit groups.

    Some are one title alone, some have the titles of up to twenty other groups as duties.
    """
    titles = [isco08().title(unit) for unit in isco08().units]
    texts = [join(title) for title in titles[::4]]
    for n_duties in (1, 3, 8, 20):
        for start in range(0, len(titles) - n_duties, 40):
            duties = titles[start + 1 : start + 1 + n_duties]
            texts.append(join(titles[start], " ".join(duties)))
    return texts
