"""Labelled records and corrections that a small model can learn, and answers that none has."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from core.corrections.corrections_folder import KeptCorrection, read_folder
from core.settings import Settings
from core.taxonomy import isco08
from core.text import clean

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


def kept_corrections(settings: Settings) -> Iterator[KeptCorrection]:
    """The corrections of a project, as a training reads them."""
    return read_folder(settings.data.corrections_dir, settings.data)


def right_corrections(n: int, word: str = "chief") -> list[tuple[str, str]]:
    """Answers of groups that the shipped ones know, in other words."""
    titles = [(clean(isco08().title(code)), code) for code in UNITS[::4]]
    return [(f"{word} {title} | unknown", code) for title, code in (titles * 9)[:n]]
