"""Leave records to a person whose title names several occupations: "nurse / taxi driver".

Punctuation is no part of the text that the model reads: it is coded as "nurse taxi driver", and may
be surely one of the two. Such a record gets no code, and candidates of each of its occupations. The
parts of a title are occupations where each of them alone is coded surely, in different groups:
duties behind a title are not, and neither is "painter and decorator". Where the whole title is not
coded surely, and a person decides anyway, it is enough that the group of a part is sure ("farmer"
may be several unit groups of one major group). A correction of the text decides as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.columns.title_parts import TitleParts, parts_of
from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.row_counts import Progress, no_progress
from core.taxonomy import MINOR, UNIT
from core.text import join
from inference.decision import Prediction

_SURE_GROUP = 0.95  # with it 22 of 27,833 single titles more are taken for several, with 0.9 56

Code = Callable[[Sequence[str], Progress], Sequence[Prediction]]


def code_records(
    code: Code, titles: Sequence[str], texts: Sequence[str], progress: Progress = no_progress
) -> list[Prediction]:
    """Return one Prediction per record, in order.

    Parameters
    ----------
    code : ``Autocoder.code``; it is given the parts of titles, too.
    titles : as they were written, which ``texts`` do not show.
    progress : called with how many more records are done.
    """
    predictions = code(texts, progress)
    divided: dict[int, TitleParts] = {}
    for record, (title, prediction) in enumerate(zip(titles, predictions, strict=True)):
        if prediction.is_by_model and not prediction.is_unheld:
            parts = parts_of(title)
            if parts.texts:
                divided[record] = parts
    parts_alone = list(dict.fromkeys(join(part) for p in divided.values() for part in p.texts))
    found = dict(zip(parts_alone, code(parts_alone, lambda _: progress(0)), strict=True))
    doubted = list(predictions)
    for record, parts in divided.items():
        whole = predictions[record]
        of_parts = [found[join(part)] for part in parts.texts]
        groups = {_group_of(part, parts, whole.is_fallback) for part in of_parts}
        if "" not in groups and len(groups) > 1:
            doubted[record] = _together(whole, of_parts)
    return doubted


def _group_of(part: Prediction, parts: TitleParts, may_be_several: bool) -> str:
    """Return the group of a part by which it is told from the others; empty if it is not sure.

    ``may_be_several``: the group may be sure where its unit group is not.
    """
    is_coded = len(part.isco_code) == UNIT and not part.needs_review
    if is_coded and part.confidence >= parts.confidence:
        return part.isco_code[: parts.n_digits]
    sums: defaultdict[str, float] = defaultdict(float)
    if may_be_several and part.is_by_model:
        for unit, confidence in part.candidates:
            sums[unit[: parts.n_digits]] += confidence
    return next((group for group, sum_ in sums.items() if sum_ >= _SURE_GROUP), "")


def _together(whole: Prediction, parts: Sequence[Prediction]) -> Prediction:
    """Return ``whole`` without its code, and with the mean of what its parts may be."""
    means = {unit: 0.0 for unit, _ in whole.candidates}
    for part in parts:
        for unit, confidence in part.candidates:
            means[unit] = means.get(unit, 0.0) + confidence / len(parts)
    likeliest = sorted(means.items(), key=lambda item: (-item[1], item[0]))
    (best, confidence), *_ = likeliest
    of_minor = [mean for unit, mean in likeliest if unit[:MINOR] == best[:MINOR]]
    return replace(
        whole,
        isco_code="",
        confidence=confidence,
        is_fallback=True,
        minor_code=best[:MINOR],
        minor_confidence=min(sum(of_minor), 1.0),
        candidates=tuple(likeliest[:N_REVIEW_CANDIDATES]),
        source=CodeSource.TOO_UNSURE,
        similar=(),
        occupations=tuple(part.group_code for part in parts),
    )
