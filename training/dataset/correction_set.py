"""What all corrections together say: one answer for each corrected text."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.corrections_folder import (
    CorrectionsFile,
    KeptCorrection,
    file_of_part,
    folder_state,
)
from core.corrections.decisions import Decisions, decision_key
from core.languages.message import Message
from core.non_answers.stated_text import stated_text
from inference.bundle import Bundle
from training.dataset.splits import is_held_out_correction

_LOG = logging.getLogger(__name__)
_LEFT_OUT = {
    "in_doubt": Message("in doubt until somebody confirms them (isco coders)"),
    "disputed": Message("answered in contradiction until somebody decides (isco coders)"),
    "of_several_occupations": Message("of several occupations"),
    "of_3_digits_or_not_codable": Message("of 3 digits or not codable"),
}
_FLAGS = ("is_held_out", "is_new", "is_first", "is_confirmed")


class CorrectionSet:
    """The decisions about all corrected texts, as the model reads them.

    Wordings that one decision holds for (``decision_key``) are one text, in the first of them.
    """

    def __init__(self, kept: Iterable[KeptCorrection]) -> None:
        """Decide about each text; ``kept`` are the corrections in the order in which they hold."""
        self._decisions = Decisions()
        self._wordings: dict[bytes, str] = {}
        # Of each text the part of a file that gave the answer first: a review that is handed in
        # again, with a few answers changed, repeats the others. They are no more new than what it
        # repeats.
        self._parts: dict[str, str] = {}
        self._is_confirmed: dict[str, bool] = {}
        self._accepted: dict[tuple[str, str], str] = {}  # (text, part of a file) → the code
        for file, correction in kept:
            self._add(file, correction)

    def _add(self, file: CorrectionsFile, correction: Correction) -> None:
        key, stated = decision_key(correction.text), stated_text(correction.text)
        decisions, text = self._decisions, self._wordings.setdefault(key, stated)
        before, has_taught = decisions.get(text), decisions.teaches_others(text)
        overruled_by = decisions.apply(correction).overruled_by
        is_confirmed, part = file.is_confirmed(correction), file.part_of(correction)
        if correction.is_accepted and not decisions.is_of_several(text):  # that teaches nothing
            self._accepted[text, part] = correction.code
        if decisions.get(text) == before and has_taught and decisions.teaches_others(text):
            if correction.is_accepted and is_confirmed:
                self._is_confirmed[text] = True
        elif decisions.get(text) != before or (correction.is_accepted and overruled_by is None):
            self._parts[text] = part
            self._is_confirmed[text] = is_confirmed

    def table(self, champion: Bundle | None) -> pd.DataFrame:
        """Return one row per text with a unit group; of two corrections the later one holds.

        Returns ``text, label, file, is_held_out, is_new, is_first, is_confirmed``; ``is_new`` marks
        what ``champion`` has not learned of. Held out is only what is new and was never taught:
        after its first training a correction that measured is taught like the others. ``is_first``
        marks what no training has taught yet with this code: what is new, and what was held out
        until now. ``is_confirmed`` marks what was in doubt, until a person said that it is right. A
        decision that teaches nothing about others (``Decisions.teaches_others``) is no row.
        """
        learned = champion.learned_files() if champion else frozenset[str]()
        profile = champion.training_profile() if champion else None
        texts = [text for text in self._parts if self._decisions.teaches_others(text)]
        is_taught = np.zeros(len(texts), bool) if profile is None else profile.has_seen(texts)
        rows = []
        for text, taught in zip(texts, is_taught, strict=True):
            part = self._parts[text]
            is_new = part not in learned
            is_held_out = is_new and not taught and is_held_out_correction(text)
            flags = is_held_out, is_new, is_new or not taught, self._is_confirmed[text]
            rows.append((text, self._decisions.get(text), part, *flags))
        columns = ["text", "label", "file", *_FLAGS]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_FLAGS, bool))

    def count_left_out(self) -> dict[str, int]:
        """Return how many corrected texts teach nothing, by reason, without those that have none.

        The reasons are ``in_doubt``, ``disputed``, ``of_several_occupations`` and
        ``of_3_digits_or_not_codable``.
        """
        decisions = self._decisions
        decided = [text for text in self._parts if decisions.get(text) is not None]
        others = [text for text in decided if not decisions.teaches_others(text)]
        certain = [text for text in others if not decisions.is_in_doubt(text)]
        agreed = [text for text in certain if not decisions.is_disputed(text)]
        n_of_several = sum(map(decisions.is_of_several, agreed))
        counts = {
            "in_doubt": len(others) - len(certain),
            "disputed": len(certain) - len(agreed),
            "of_several_occupations": n_of_several,
            "of_3_digits_or_not_codable": len(agreed) - n_of_several,
        }
        return {reason: n for reason, n in counts.items() if n}

    def taken_back(self, champion: Bundle) -> dict[str, str]:
        """Return text → code of what ``champion`` has learned, and what teaches nothing now.

        It was withdrawn, or is in doubt, disputed or of several occupations since, or a minor group
        or "not codable" has replaced it. No training takes it out of the model again.
        """
        learned = champion.learned_files()
        taught = {
            text: code
            for (text, part), code in self._accepted.items()
            if part in learned and not self._decisions.teaches_others(text)
        }
        is_seen = champion.training_profile().has_seen(list(taught))
        return {
            text: code for (text, code), seen in zip(taught.items(), is_seen, strict=True) if seen
        }


def left_out_in_words(corrections: pd.DataFrame, n_others: Mapping[str, int]) -> str:
    """Return how many corrections the champion has not learned, and why; "" if it learned all.

    ``corrections`` are the ``table`` of a ``CorrectionSet``, ``n_others`` its ``count_left_out``.
    """
    n_kept_out = int(corrections["is_first"].sum())
    counts = {
        Message("kept out of the training, to measure on"): n_kept_out,
        **{_LEFT_OUT[reason]: n for reason, n in n_others.items()},
    }
    if not any(counts.values()):
        return ""
    total = len(corrections) + sum(n_others.values())
    left_out = [Message("{n} {why}", n=n, why=why) for why, n in counts.items() if n]
    return Message.counted(
        total,
        "of {n} correction the model in service has learned {n_learned}; left out: {left_out}",
        "of {n} corrections the model in service has learned {n_learned}; left out: {left_out}",
        n_learned=len(corrections) - n_kept_out,
        left_out=Message.listed(left_out),
    )


def taken_back_in_words(n: int) -> list[str]:
    """Return what ``taken_back`` means for ``n`` answers, and the remedy; [] without any.

    It quotes none of them: these words go into the log, too.
    """
    return Message.notes_of(
        n,
        "the model in service has learned {n} answer that teaches nothing any more (withdrawn, in "
        "doubt, disputed, of several occupations, or replaced by a group or “not codable”); the "
        "report of the night names it. No training takes that out. If it matters, serve a version "
        "of before (isco models list, isco models promote VERSION): the next night teaches it all "
        "corrections that hold",
        "the model in service has learned {n} answers that teach nothing any more (withdrawn, in "
        "doubt, disputed, of several occupations, or replaced by a group or “not codable”); the "
        "report of the night names them. No training takes that out. If it matters, serve a "
        "version of before (isco models list, isco models promote VERSION): the next night teaches "
        "it all corrections that hold",
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


def count_rejected(kept: Iterable[KeptCorrection]) -> dict[str, int]:
    """Return how many rows of each corrections file teach nothing, as their code or text is none.

    The daemon answers such rows when it takes a file in; a file that a person put into the folder
    is read here for the first time. Each file with such rows is named in the log.
    """
    n_rejected: Counter[str] = Counter()
    first: dict[str, Correction] = {}
    for file, correction in kept:
        if correction.status is CorrectionStatus.REJECTED:
            n_rejected[file.name] += 1
            first.setdefault(file.name, correction)
    for name, n in n_rejected.items():
        _LOG.warning(
            "corrections file %r: %s rejected, the first in line %d: %s",
            name,
            f"{n:,} row{'' if n == 1 else 's'}",
            first[name].line,
            first[name].reason,
        )
    return dict(n_rejected)
