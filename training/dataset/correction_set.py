"""All corrections so far as one table: one row per corrected text."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from core.corrections.correction import CorrectionStatus
from core.corrections.corrections_folder import read_folder
from core.corrections.decisions import Decisions
from core.non_answers.stated_text import stated_text
from core.row_counts import quantity
from core.settings import Settings
from inference.bundle import Bundle
from training.dataset.splits import is_held_out_correction

_LOG = logging.getLogger(__name__)
_FLAGS = ("is_held_out", "is_new", "is_first", "is_confirmed")


def read_all_corrections(
    corrections_dir: Path, champion: Bundle | None, settings: Settings
) -> pd.DataFrame:
    """Return one row per text with a unit group; of two corrections the later one holds.

    Texts are as the model reads them: an answer with duties that say nothing is one without.

    Returns ``text, label, file, is_held_out, is_new, is_first, is_confirmed``; ``is_new`` marks
    what ``champion`` has not learned of. Held out is only what is new and was never taught: after
    its first training a correction that measured is taught like the others. ``is_first`` marks what
    no training has taught yet with this code: what is new, and what was held out until now.
    ``is_confirmed`` marks what was in doubt, until a person said that it is right. A decision that
    teaches nothing about others (``Decisions.teaches_others``) is no row. A file that cannot be
    read is left out and named in the log.
    """
    learned = champion.learned_files() if champion else frozenset[str]()
    profile = champion.training_profile() if champion else None
    decisions, files, confirmed = _decide(corrections_dir, settings)
    texts = [text for text in files if decisions.teaches_others(text)]
    is_taught = np.zeros(len(texts), bool) if profile is None else profile.has_seen(texts)
    rows = []
    for text, taught in zip(texts, is_taught, strict=True):
        is_new = files[text] not in learned
        is_held_out = is_new and not taught and is_held_out_correction(text)
        is_first = is_new or not taught
        flags = is_held_out, is_new, is_first, confirmed[text]
        rows.append((text, decisions.get(text), files[text], *flags))
    columns = ["text", "label", "file", *_FLAGS]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_FLAGS, bool))


def _decide(
    corrections_dir: Path, settings: Settings
) -> tuple[Decisions, dict[str, str], dict[str, bool]]:
    """Return the decisions; of each text the part of a file, and whether that is confirmed.

    The part is the one that gave the answer first: a review that is handed in again, with a few
    answers changed, repeats the others. They are no more new than what it repeats.
    """
    decisions = Decisions()
    files: dict[str, str] = {}
    confirmed: dict[str, bool] = {}
    for file, correction in read_folder(corrections_dir, settings.data):
        text = stated_text(correction.text)
        before, has_taught = decisions.get(text), decisions.teaches_others(text)
        overruled_by = decisions.apply(correction).overruled_by
        is_confirmed = file.is_confirmed(correction)
        if decisions.get(text) == before and has_taught and decisions.teaches_others(text):
            confirmed[text] = confirmed[text] or (correction.is_accepted and is_confirmed)
        elif decisions.get(text) != before or (correction.is_accepted and overruled_by is None):
            files[text] = file.part_of(correction)
            confirmed[text] = is_confirmed
    return decisions, files, confirmed


def left_out_in_words(
    corrections: pd.DataFrame, champion: Bundle, corrections_dir: Path, settings: Settings
) -> str:
    """Return how many corrections ``champion`` has not learned, and why; "" if it has learned all.

    ``corrections`` are those of ``read_all_corrections``. A bundle without a training profile does
    not tell what was kept out of its training.
    """
    if champion.training_profile() is None:
        n_kept_out = int(corrections["is_held_out"].sum())
    else:
        n_kept_out = int(corrections["is_first"].sum())
    decisions, files, _ = _decide(corrections_dir, settings)
    decided = [text for text in files if decisions.get(text) is not None]
    others = [text for text in decided if not decisions.teaches_others(text)]
    n_doubted = sum(map(decisions.is_in_doubt, others))
    certain = [text for text in others if not decisions.is_in_doubt(text)]
    n_disputed = sum(map(decisions.is_disputed, certain))
    counts = {
        "kept out of the training, to measure on": n_kept_out,
        "in doubt until somebody confirms them (isco coders)": n_doubted,
        "answered in contradiction until somebody decides (isco coders)": n_disputed,
        "of 3 digits or not codable": len(certain) - n_disputed,
    }
    if not any(counts.values()):
        return ""
    total = len(corrections) + len(others)
    left_out = "; ".join(f"{n:,} {why}" for why, n in counts.items() if n)
    return (
        f"of {quantity(total, 'correction')} the model in service has learned "
        f"{len(corrections) - n_kept_out:,}; left out: {left_out}"
    )


def learned_files(corrections: pd.DataFrame) -> list[str]:
    """Return the files of which a training on ``corrections`` learns one or more, by name.

    What is held out is not learned, so a file of nothing else stays new.
    """
    return sorted(set(corrections.loc[~corrections["is_held_out"], "file"]))


def count_rejected(corrections_dir: Path, settings: Settings) -> dict[str, int]:
    """Return how many rows of each corrections file teach nothing, as their code or text is none.

    The daemon answers such rows when it takes a file in; a file that a person put into the folder
    is read here for the first time. Each file with such rows is named in the log.
    """
    n_rejected: Counter[str] = Counter()
    lines: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for file, correction in read_folder(corrections_dir, settings.data):
        name = file.name
        if correction.status is CorrectionStatus.REJECTED:
            n_rejected[name] += 1
            lines.setdefault(name, correction.line)
            reasons.setdefault(name, correction.reason)
    for name, n in n_rejected.items():
        path = str(corrections_dir / name)
        _LOG.warning(
            "%r: %s rejected, the first in line %d: %s",
            path,
            f"{n:,} row{'' if n == 1 else 's'}",
            lines[name],
            reasons[name],
        )
    return dict(n_rejected)
