"""All corrections so far as one table: one row per corrected text."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from core.corrections.correction import CorrectionStatus
from core.corrections.corrections_folder import file_of_part, folder_state, read_folder
from core.corrections.decisions import Decisions
from core.non_answers.stated_text import stated_text
from core.row_counts import quantity
from core.settings import Settings
from inference.bundle import Bundle
from training.dataset.splits import is_held_out_correction

_LOG = logging.getLogger(__name__)
_LEFT_OUT = {
    "in_doubt": "in doubt until somebody confirms them (isco coders)",
    "disputed": "answered in contradiction until somebody decides (isco coders)",
    "of_3_digits_or_not_codable": "of 3 digits or not codable",
}
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


def count_left_out(corrections_dir: Path, settings: Settings) -> dict[str, int]:
    """Return how many corrected texts teach nothing, by reason; a reason without any is left out.

    The reasons are ``in_doubt``, ``disputed`` and ``of_3_digits_or_not_codable``.
    """
    decisions, files, _ = _decide(corrections_dir, settings)
    decided = [text for text in files if decisions.get(text) is not None]
    others = [text for text in decided if not decisions.teaches_others(text)]
    certain = [text for text in others if not decisions.is_in_doubt(text)]
    n_disputed = sum(map(decisions.is_disputed, certain))
    counts = {
        "in_doubt": len(others) - len(certain),
        "disputed": n_disputed,
        "of_3_digits_or_not_codable": len(certain) - n_disputed,
    }
    return {reason: n for reason, n in counts.items() if n}


def count_taken_back(corrections_dir: Path, champion: Bundle, settings: Settings) -> int:
    """Return of how many texts ``champion`` has learned an answer that teaches nothing any more.

    It was withdrawn, or is in doubt or disputed since, or a minor group or "not codable" has
    replaced it. No training takes it out of the model again.
    """
    learned, profile = champion.learned_files(), champion.training_profile()
    taught: dict[str, None] = {}
    for file, correction in read_folder(corrections_dir, settings.data):
        if correction.is_accepted and file.part_of(correction) in learned:
            taught[stated_text(correction.text)] = None
    decisions, _, _ = _decide(corrections_dir, settings)
    texts = [text for text in taught if not decisions.teaches_others(text)]
    return len(texts) if profile is None else int(profile.has_seen(texts).sum())


def left_out_in_words(
    corrections: pd.DataFrame, champion: Bundle, n_others: Mapping[str, int]
) -> str:
    """Return how many corrections ``champion`` has not learned, and why; "" if it has learned all.

    ``corrections`` are those of ``read_all_corrections``, ``n_others`` the counts of
    ``count_left_out``. A bundle without a training profile does
    not tell what was kept out of its training.
    """
    if champion.training_profile() is None:
        n_kept_out = int(corrections["is_held_out"].sum())
    else:
        n_kept_out = int(corrections["is_first"].sum())
    counts = {
        "kept out of the training, to measure on": n_kept_out,
        **{_LEFT_OUT[reason]: n for reason, n in n_others.items()},
    }
    if not any(counts.values()):
        return ""
    total = len(corrections) + sum(n_others.values())
    left_out = "; ".join(f"{n:,} {why}" for why, n in counts.items() if n)
    return (
        f"of {quantity(total, 'correction')} the model in service has learned "
        f"{len(corrections) - n_kept_out:,}; left out: {left_out}"
    )


def taken_back_in_words(n: int) -> str:
    """Return what ``count_taken_back`` means, and the remedy; "" where ``n`` is 0."""
    if not n:
        return ""
    return (
        f"the model in service has learned {quantity(n, 'answer')} before that "
        f"{'teaches' if n == 1 else 'teach'} nothing any more (withdrawn, in doubt, disputed or "
        "replaced by a group): no training takes that out. If it matters, serve a version of "
        "before (isco models list, isco models promote VERSION): the next night teaches it all "
        "corrections that hold"
    )


def count_removed_files(corrections_dir: Path, champion: Bundle) -> int:
    """Return how many corrections files ``champion`` has learned that are not there any more.

    Which answers they had is not known. No training takes them out of the model again.
    """
    learned = set(map(file_of_part, champion.learned_files()))
    return len(learned - {file.name for file in folder_state(corrections_dir)})


def learned_files(corrections: pd.DataFrame, parent: Bundle | None) -> list[str]:
    """Return the files that a model has learned after a training on ``corrections``, by name.

    What is held out is not learned, so a file of nothing else stays new. What ``parent``, from
    which the training starts, has learned is still in the model, also if the file is gone or all
    of its answers were withdrawn.
    """
    before = parent.learned_files() if parent is not None else frozenset()
    return sorted(before.union(corrections.loc[~corrections["is_held_out"], "file"]))


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
