"""Labelled records and corrections that a small model can learn, and answers that none has."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

import pandas as pd

from core.settings import Settings
from core.taxonomy import isco08
from core.text import clean
from tests.conftest import ROOT
from training.dataset.reference_data import read_answers
from training.dataset.splits import HOLD_OUT

WORDS = ("nurse", "cook", "welder", "farmer", "driver", "teacher", "clerk", "guard")
CODES = ("2221", "5120", "7212", "6111", "8322", "2341", "4110", "5414")
UNITS = isco08().units


def raw_records(folder: Path, n: int = 400) -> Path:
    """n records of eight occupations that one word tells apart."""
    rng = random.Random(0)
    lines = ["job_title,duties_description,isco_code"]
    for i in range(n):
        k = i % len(WORDS)
        lines.append(f"{rng.choice(['senior', 'junior', 'head'])} {WORDS[k]} {i},,{CODES[k]}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "raw.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_corrections(settings: Settings, name: str, codes: list[tuple[str, str]]) -> None:
    """A corrections file as the watcher leaves it in data/corrections/."""
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{text},{code}\n" for text, code in codes]
    (folder / name).write_text("".join(["text,corrected_isco_code\n", *lines]), encoding="utf-8")


def right_corrections(n: int, word: str = "chief") -> list[tuple[str, str]]:
    """Answers of groups that the shipped ones know, in other words."""
    titles = [(clean(isco08().title(code)), code) for code in UNITS[::4]]
    return [(f"{word} {title} | unknown", code) for title, code in (titles * 9)[:n]]


def unlearned_answers(n: int) -> pd.DataFrame:
    """Return ``n`` English answers that no model has learned: the same when others come or go."""
    answers = read_answers(ROOT / "data" / "reference", ["en"])
    measuring = answers[answers["part"] == HOLD_OUT]
    return measuring.sort_values("text", key=_hashes).head(n)


def _hashes(texts: pd.Series) -> pd.Series:
    return texts.map(lambda text: sha256(text.encode()).hexdigest())
