"""Leave records to a person whose title names several occupations: "nurse / taxi driver".

Punctuation is no part of the text that the model reads: it is coded as "nurse taxi driver", and may
be surely one of the two. Such a record gets no code, and candidates of each of its occupations. The
parts of a title are occupations where each of them alone is coded surely, in different groups:
duties behind a title are not, and neither is "painter and decorator". A correction of the text
decides as ever.

Of a title that is not coded surely as a whole a person decides anyway: it is divided only where
that is hardly ever wrong, not at a comma or dash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.columns.title_parts import TitleParts, parts_of
from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.row_counts import Progress, no_progress
from core.taxonomy import MINOR, UNIT
from core.text import join
from inference.decision import Prediction

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
            if parts.texts and not (prediction.is_fallback and parts.confidence):
                divided[record] = parts
    parts_alone = list(dict.fromkeys(join(part) for p in divided.values() for part in p.texts))
    found = dict(zip(parts_alone, code(parts_alone, lambda _: progress(0)), strict=True))
    doubted = list(predictions)
    for record, parts in divided.items():
        of_parts = [found[join(part)] for part in parts.texts]
        are_sure = all(
            len(part.isco_code) == UNIT
            and not part.needs_review
            and part.confidence >= parts.confidence
            for part in of_parts
        )
        if are_sure and len({part.isco_code[: parts.n_digits] for part in of_parts}) > 1:
            doubted[record] = _together(predictions[record], of_parts)
    return doubted


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
        occupations=tuple(part.isco_code for part in parts),
    )
