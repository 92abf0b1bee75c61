"""What other people write for a title that was corrected: its near-duplicates."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pandas as pd

from core.text import BETWEEN, UNKNOWN, join
from training.dataset.augmentation import abbreviations

_ADDITIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "contract": ("temporary", "casual", "agency", "freelance"),
        "employer": ("at Tesco", "for the city council", "at Barclays", "at Siemens"),
        "junior": ("junior", "senior", "trainee", "experienced"),
    },
    "de": {
        "contract": ("auf Abruf", "Aushilfe", "freiberuflich"),
        "employer": ("bei Siemens", "bei der Stadt", "bei Aldi", "Firma Bosch"),
        "junior": ("Junior", "erfahrene", "Senior"),
    },
    "pl": {
        "contract": ("z agencji", "sezonowo"),
        "employer": ("w Biedronce", "w firmie Orlen", "w urzędzie miasta", "w Lidlu"),
        "junior": ("młodszy", "starszy"),
    },
}
LANGUAGES = frozenset(_ADDITIONS)
"""The languages (ISO 639-1) in which titles can be added to."""


def near_duplicates(rows: pd.DataFrame, language: str, rng: random.Random) -> pd.DataFrame:
    """Return what other people write for the titles of ``rows``: ``text, label, kind``."""
    found = []
    for text, label in zip(rows["text"], rows["label"], strict=True):
        title = text.partition(BETWEEN)[0]
        if title == UNKNOWN:
            continue
        words = title.split()
        added = {kind: rng.choice(forms) for kind, forms in _ADDITIONS[language].items()}
        variants = {
            "contract": f"{title} {added['contract']}",
            "employer": f"{title} {added['employer']}",
            "junior": f"{added['junior']} {title}",
            "typo": _mistyped(title, rng),
            "order": " ".join(words[1:] + words[:1]),
            "abbreviated": _abbreviated(words),
        }
        found += [
            (join(variant), label, kind) for kind, variant in variants.items() if variant != title
        ]
    return pd.DataFrame(found, columns=["text", "label", "kind"])


def _mistyped(title: str, rng: random.Random) -> str:
    """Return the title with a letter missing, twice, or in the place of the next one."""
    letters = [position for position, letter in enumerate(title) if letter.isalpha()]
    if len(letters) < 4:
        return title
    at = rng.choice(letters[1:-1])
    before, letter, after = title[:at], title[at], title[at + 1 :]
    forms = (before + after, before + 2 * letter + after, before + after[:1] + letter + after[1:])
    return rng.choice(forms)


def _abbreviated(words: Sequence[str]) -> str:
    """Return the words with the first one abbreviated that is usually, or that is long."""
    shorter = abbreviations()["words"]
    for position, word in enumerate(words):
        if short := shorter.get(word) or (f"{word[:5]}." if len(word) > 8 else ""):
            return " ".join([*words[:position], short, *words[position + 1 :]])
    return " ".join(words)
