"""How often coders agree with what was autocoded, from the random sample that reviews contain.

Every record of the sample was drawn at random among the autocoded of its file
(``results/review/queue.py``). A coder, who does not see the model's code, agrees by giving the same
unit group; three digits, another group and "not codable" are disagreement. Rows that came back
undecided do not count: the figure is too good where coders leave out the hard ones. What was drawn,
and with which code, the list of the batch tells and not the file that came back.

The agreement is stated for each version of the model, and within it by major group, month and
coder. Only the first figure is over all versions, and it names them. The interval is Wilson's
(Journal of the American Statistical Association 22, 1927), which holds for small samples and for
all agreed.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.corrections.coded_texts import CodedTexts, Drawn
from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.corrections_folder import CorrectionsFile, KeptCorrection
from core.corrections.decisions import decision_key
from core.row_counts import quantity
from core.settings_file.coder_names import coder_key
from inference.office.share_interval import wilson

_LOG = logging.getLogger(__name__)
_MAX_NAMED = 3
_MONTH_CHARS = len("2026-11")
_Place = tuple[bytes, int, str, str]
"""Of an answer: its text, how often answers to that were withdrawn before, the sample, the row."""


@dataclass(frozen=True)
class _Answer:
    """A decided text of a sample.

    ``is_shown``: the file showed a code to the coder. ``is_doubted``: the answer is in
    doubt (``core/corrections/doubts.py``).
    """

    drawn: Drawn
    is_agreed: bool
    is_shown: bool
    is_doubted: bool
    month: str
    coder: str

    @classmethod
    def of(cls, file: CorrectionsFile, correction: Correction, drawn: Drawn) -> _Answer:
        signature = correction.signature
        return cls(
            drawn=drawn,
            is_agreed=correction.code == drawn.code,
            is_shown=bool(correction.predicted),
            is_doubted=correction.is_doubted,
            month=(signature.coded_at or file.received)[:_MONTH_CHARS],
            coder=signature.coder,
        )

    def is_less_believed_than(self, other: _Answer | None) -> bool:
        """Return whether only this one of two coders' answers is in doubt (``decisions.py``)."""
        return (
            other is not None
            and self.is_doubted > other.is_doubted
            and coder_key(self.coder) != coder_key(other.coder)
        )


def sampled_agreement(kept: Iterable[KeptCorrection], batches_dir: Path) -> dict[str, Any]:
    """Return how many sampled records coders decided, and how often they agreed.

    ``n`` decided, ``n_agreed``, ``rate`` and its 95 % ``interval``; ``n_shown`` came back with a
    code in ``predicted_code``, which is empty for the sample. ``n_doubted`` were decided by answers
    in doubt, and ``believed`` has the same figures of the others, if there are any: neither the
    figure with answers that may be errors, nor the one without answers that contradict the model,
    is right alone. ``versions`` has the same of each version of the model (``name``), the newest
    last, and within it ``major_groups``, ``months`` and ``coders``. Empty where none came back.

    If two answers decide the same text of one sample, the later one counts, but for one in doubt
    where another coder's is not. An adjudicated answer about the text counts before all others,
    also where it came apart from the sample, as in ``conflicts.csv``. For ``coders`` each one's
    latest answer counts. Rows that were not drawn do not count; the log names their files, and
    samples whose list is missing or damaged. The lists of the batches are in ``batches_dir``, from
    wherever the answers are read.
    """
    answers, of_coders = _counted(kept, CodedTexts(batches_dir))
    if not answers:
        return {}
    return {
        **_share(answers),
        **_doubted(answers),
        "n_shown": sum(answer.drawn.n_records for answer in answers if answer.is_shown),
        "versions": _versions(answers, of_coders),
    }


def _counted(
    kept: Iterable[KeptCorrection], coded_texts: CodedTexts
) -> tuple[list[_Answer], list[_Answer]]:
    """Return the answers that count, and for each coder those that count; log what is left out."""
    decided: dict[_Place, _Answer] = {}
    by_coder: dict[tuple[_Place, str], _Answer] = {}
    adjudicated: dict[bytes, tuple[CorrectionsFile, Correction]] = {}
    n_withdrawals: Counter[bytes] = Counter()  # of each text: earlier answers do not count
    n_not_drawn: Counter[str] = Counter()
    n_without_list: Counter[str] = Counter()
    for file, correction in kept:
        key, is_adjudicated = decision_key(correction.text), correction.signature.is_adjudicated
        is_withdrawal = correction.status is CorrectionStatus.WITHDRAWN
        if is_withdrawal and (is_adjudicated or key not in adjudicated):
            n_withdrawals[key] += 1
            adjudicated.pop(key, None)
        if not correction.is_decided:
            continue
        if is_adjudicated:
            adjudicated[key] = file, correction
        if not correction.sampled:
            continue
        drawn = coded_texts.drawn(correction.sampled, correction.text)
        if drawn is not None:
            answer = _Answer.of(file, correction, drawn)
            place = key, n_withdrawals[key], correction.sampled, correction.text
            by_coder[place, coder_key(answer.coder)] = answer
            if not answer.is_less_believed_than(decided.get(place)):
                decided[place] = answer
        elif coded_texts.has_sample(correction.sampled):
            n_not_drawn[file.name] += 1
        else:
            n_without_list[correction.sampled] += 1
    _name_left_out(n_not_drawn, n_without_list)
    answers = [
        _Answer.of(*adjudicated[key], answer.drawn) if key in adjudicated else answer
        for (key, n, *_), answer in decided.items()
        if n == n_withdrawals[key]
    ]
    of_coders = [
        answer for ((key, n, *_), _), answer in by_coder.items() if n == n_withdrawals[key]
    ]
    return answers, of_coders


def _name_left_out(n_not_drawn: Counter[str], n_without_list: Counter[str]) -> None:
    """Log the files with rows that were not drawn, and the samples that have no list."""
    for name, n_rows in n_not_drawn.items():
        were = quantity(n_rows, "row of a random sample was", "rows of a random sample were")
        _LOG.warning("corrections file %r: %s not drawn: left out", name, were)
    named = n_without_list.most_common(_MAX_NAMED)
    for sampled, n_rows in named:
        _LOG.warning(
            "the list of %s is missing or damaged: %s left out",
            sampled,
            quantity(n_rows, "row of its sample is", "rows of its sample are"),
        )
    if n_more := n_without_list.total() - sum(dict(named).values()):
        were = quantity(n_more, "more row was", "more rows were")
        _LOG.warning("%s of samples without a list: left out", were)


def _versions(answers: list[_Answer], by_coder: list[_Answer]) -> list[dict[str, Any]]:
    """Return the agreement of each version, in the order in which answers about them came."""
    versions = []
    for version in dict.fromkeys(answer.drawn.model_version for answer in answers):
        own = [answer for answer in answers if answer.drawn.model_version == version]
        of_coders = [answer for answer in by_coder if answer.drawn.model_version == version]
        parts = {
            "major_groups": _parts(own, lambda answer: answer.drawn.code[:1]),
            "months": _parts(own, lambda answer: answer.month),
            "coders": _parts(of_coders, lambda answer: answer.coder),
        }
        versions.append({"name": version, **_share(own), **_doubted(own), **parts})
    return versions


def _parts(answers: list[_Answer], name_of: Callable[[_Answer], str]) -> list[dict[str, Any]]:
    """Return the agreement of each part, by its name; an empty name: it is not known."""
    parts: dict[str, list[_Answer]] = {}
    names: dict[str, str] = {}
    for answer in answers:
        name = name_of(answer)
        names.setdefault(coder_key(name), name)
        parts.setdefault(coder_key(name), []).append(answer)
    return [{"name": names[key], **_share(parts[key])} for key in sorted(parts)]


def _share(answers: list[_Answer]) -> dict[str, Any]:
    n = sum(answer.drawn.n_records for answer in answers)
    n_agreed = sum(answer.drawn.n_records for answer in answers if answer.is_agreed)
    return {"n": n, "n_agreed": n_agreed, "rate": n_agreed / n, "interval": [*wilson(n_agreed, n)]}


def _doubted(answers: list[_Answer]) -> dict[str, Any]:
    """Return how many records answers in doubt decided, and the agreement on the others."""
    believed = [answer for answer in answers if not answer.is_doubted]
    return {
        "n_doubted": sum(answer.drawn.n_records for answer in answers if answer.is_doubted),
        "believed": _share(believed) if believed else {},
    }
