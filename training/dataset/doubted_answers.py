"""Check the coders of new corrections before a night learns from them.

The daemon has checked each file when it was dropped. Here all answers of a coder are looked at
together, and files that a person put into the folder are looked at for the first time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.corrections_folder import CorrectionsFile, KeptCorrection
from core.corrections.doubts import Doubt, confirmed_doubts, read_doubts, write_doubts
from core.languages.message import Message
from core.settings import Settings
from core.settings_file.coder_names import coder_key
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from inference.doubt.coder_check import (
    MIN_ANSWERS,
    CoderAnswers,
    LatestAnswers,
    check_answers,
)
from training.compared_model import open_autocoder_on_cpu
from training.long_step import long_step

_LOG = logging.getLogger(__name__)


class _Answers:
    """The believed answers of one coder, or those of one file that have no name."""

    def __init__(self, coder: str) -> None:
        self.coder = coder
        self.latest = LatestAnswers()
        self.files: dict[str, None] = {}
        self.has_new = False

    def add(self, file: CorrectionsFile, correction: Correction, is_new: bool) -> None:
        """Add an answer. One that is repeated is not new."""
        before = self.latest.add(correction)
        self.files[file.name] = None
        self.has_new = self.has_new or (is_new and before != correction.code)


def doubt_new_answers(
    kept: Iterable[KeptCorrection], corrections_dir: Path, champion: Bundle, settings: Settings
) -> list[Doubt]:
    """Note whose answers are in doubt among those with new ones, and return the new doubts.

    ``kept`` are those of ``corrections_dir``, where the doubts are noted beside the files. What a
    person has confirmed is not looked at again. Raises OSError where it cannot be noted.
    """
    checked = [
        answers
        for answers in _believed(kept, champion.learned_files())
        if answers.has_new and answers.latest.codes
    ]
    coders = [CoderAnswers(answers.coder, answers.latest.codes) for answers in checked]
    if sum(len(coder.codes) for coder in coders) < MIN_ANSWERS:
        return []
    lookup = CorrectionsLookup.load(corrections_dir, settings.data)
    confirmed = confirmed_doubts(corrections_dir)
    with long_step("comparing the answers of coders with the model"):
        autocoder = open_autocoder_on_cpu(champion, settings, lookup)
        doubts = check_answers(coders, autocoder, confirmed)
    found = [
        _note(corrections_dir, answers, doubt)
        for answers, doubt in zip(checked, doubts, strict=True)
        if doubt is not None
    ]
    for doubt in found:
        _LOG.warning("%s", doubt.sentence)
    return found


def _believed(kept: Iterable[KeptCorrection], learned: frozenset[str]) -> Iterable[_Answers]:
    """Return the answers that nobody doubts and nobody had to confirm, by coder."""
    by_coder: dict[tuple[str, str], _Answers] = {}
    for file, correction in kept:
        if correction.status is CorrectionStatus.WITHDRAWN:
            for answers in by_coder.values():
                answers.latest.withdraw(correction.text)
            continue
        coder = correction.signature.coder
        is_known = correction.is_doubted or file.is_confirmed(correction)
        if is_known or correction.signature.is_adjudicated or not correction.is_accepted:
            continue
        key = (coder_key(coder), "") if coder else ("", file.name)
        answers = by_coder.setdefault(key, _Answers(coder))
        answers.add(file, correction, file.name not in learned)
    return by_coder.values()


def _note(corrections_dir: Path, answers: _Answers, doubt: Doubt) -> Doubt:
    """Write the doubt beside each file of the coder, and return the first, which has the counts."""
    names = list(answers.files)
    if len(names) > 1:
        reasons = tuple(
            Message("in {n} files together, {reason}", n=len(names), reason=reason)
            for reason in doubt.reasons
        )
        doubt = replace(doubt, reasons=reasons)
    counted = doubt
    for name in names:
        path = corrections_dir / name
        write_doubts(path, [*read_doubts(path), replace(counted, file=name)])
        counted = replace(doubt, n=0, n_far=0, n_sure=0, n_against=0, examples=())
    return replace(doubt, file=names[0], kept=names[0])
