"""Survey-like files of any length, the same for the same seed: ``write_survey``.

A record has an id, a job title, duties or none, and a region. Titles and duties are those of the
436 unit groups and of ``data/reference/answers.csv``, made distinct by a rank, an employer, a place
or a typo. The share of records whose text (cleaned, as the model sees it) has occurred before is
exact; repeats are drawn as people draw jobs: few titles often, most of them seldom (Zipf).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.taxonomy import isco08
from core.text import join
from training.dataset.augmentation import typo

ANSWERS = Path(__file__).resolve().parent.parent / "data" / "reference" / "answers.csv"
HEADER = ("id", "job_title", "duties_description", "region")

_RANKS = ("senior", "junior", "assistant", "head", "trainee", "freelance", "part time", "chief")
_EMPLOYERS = ("hospital", "council", "school", "factory", "farm", "bank", "warehouse", "hotel",
              "university", "shop", "ministry", "shipyard", "mine", "laboratory")  # fmt: skip
_PLACES = ("north", "south", "city", "county", "harbour", "airport", "village", "border")
_REGIONS = ("AT11", "DE21", "FR10", "KE04", "PH00", "ZA51")
_TYPO_SHARE = 0.15


@dataclass(frozen=True)
class Survey:
    """What a file is made of.

    ``repeats`` is the share of records whose text stood in an earlier one, ``duties`` the share of
    distinct texts with duties. ``n_words``: only titles of so many words, as they stand.
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
                said = seen[-1]
            else:
                # Log-uniform over the ranks of first occurrence: the weight of rank k is 1 / k.
                said = seen[int(len(seen) ** rng.random()) - 1]
            writer.writerow([f"{number:07}", *said, rng.choice(_REGIONS)])


def _distinct(survey: Survey, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(title, duties) for ever, no cleaned text twice."""
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
        said = title if survey.n_words is not None else _title(title, rng), ""
        if rng.random() < survey.duties:
            said = said[0], rng.choice(duties)
        fingerprint = hash(join(*said))  # within one process; the texts would take five times more
        if fingerprint not in seen:
            seen.add(fingerprint)
            yield said


def _title(title: str, rng: random.Random) -> str:
    """``title`` as one of many people would put it."""
    if rng.random() < 0.3:
        title = f"{rng.choice(_RANKS)} {title}"
    if rng.random() < 0.3:
        title = f"{title} at {rng.choice(_PLACES)} {rng.choice(_EMPLOYERS)}"
    return typo(title, rng) if rng.random() < _TYPO_SHARE else title
