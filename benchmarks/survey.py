"""Files like those of a survey, of any length, the same for the same seed: ``write_survey``.

A record has an id, a job title, duties or none, and a region. Titles and duties come from the 436
unit groups and from ``data/reference/answers/en.csv``; a rank, an employer, a place or a typo makes
them distinct. The share of records whose text (cleaned, as the model gets it) occurred before is
exact. Repeats follow Zipf's law, as in surveys: few titles are frequent, most are rare.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.packages import SHIPPED_ANSWERS
from core.taxonomy import isco08
from core.text import join
from training.dataset.augmentation import typo

ANSWERS = SHIPPED_ANSWERS / "en.csv"
HEADER = ("id", "job_title", "duties_description", "region")

_RANKS = ("senior", "junior", "assistant", "head", "trainee", "freelance", "part time", "chief")
_EMPLOYERS = (
    "hospital",
    "council",
    "school",
    "factory",
    "farm",
    "bank",
    "warehouse",
    "hotel",
    "university",
    "shop",
    "ministry",
    "shipyard",
    "mine",
    "laboratory",
)
_PLACES = ("north", "south", "city", "county", "harbour", "airport", "village", "border")
_REGIONS = ("AT11", "DE21", "FR10", "KE04", "PH00", "ZA51")
_TYPO_SHARE = 0.15


@dataclass(frozen=True)
class Survey:
    """What a file holds.

    ``repeats`` is the share of records whose text occurred in an earlier one, ``duties`` the share
    of distinct texts with duties. ``n_words``: only titles of so many words, unchanged.
    """

    n_rows: int
    repeats: float = 0.6
    duties: float = 0.4
    n_words: int | None = None
    seed: int = 0


def write_survey(path: Path, survey: Survey) -> None:
    """Write ``survey`` as CSV (UTF-8, comma) to ``path``."""
    rng = random.Random(f"{survey}")
    distinct = _distinct(survey, rng)
    seen: list[tuple[str, str]] = []
    n_distinct = round(survey.n_rows * (1 - survey.repeats))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(survey.n_rows):
            # Spread evenly: of the first k records the same share is new as of all.
            if len(seen) * survey.n_rows <= number * n_distinct:
                seen.append(next(distinct))
                record = seen[-1]
            else:
                # Log-uniform over the ranks of first occurrence: the weight of rank k is 1 / k.
                record = seen[int(len(seen) ** rng.random()) - 1]
            writer.writerow([f"{number:07}", *record, rng.choice(_REGIONS)])


def _distinct(survey: Survey, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (title, duties) without end, no cleaned text twice."""
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    titles = [row["job_title"] for row in answers if row["job_title"]]
    titles += [isco08().title(unit) for unit in isco08().units]
    duties = [row["duties_description"] for row in answers if row["duties_description"]]
    if survey.n_words is not None:
        titles = [title for title in titles if len(title.split()) == survey.n_words]
    seen: set[int] = set()
    while True:
        title = rng.choice(titles)
        title = title if survey.n_words is not None else _title(title, rng)
        tasks = rng.choice(duties) if rng.random() < survey.duties else ""
        fingerprint = hash(join(title, tasks))  # an int takes a fifth of the memory of the text
        if fingerprint not in seen:
            seen.add(fingerprint)
            yield title, tasks


def _title(title: str, rng: random.Random) -> str:
    """Return ``title`` as one of many respondents would write it."""
    if rng.random() < 0.3:
        title = f"{rng.choice(_RANKS)} {title}"
    if rng.random() < 0.3:
        title = f"{title} at {rng.choice(_PLACES)} {rng.choice(_EMPLOYERS)}"
    return typo(title, rng) if rng.random() < _TYPO_SHARE else title
