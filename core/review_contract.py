"""The contract of a review: the columns of its files, and which text comes first.

``review.csv``, ``review.xlsx`` and ``review.html`` of a batch and ``review.parquet`` of a
distributed run take their column names, and the order of their rows, from here. Each of them is a
corrections file once it is filled in (``core/corrections/correction_table.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from core.columns.header_names import column_key
from core.settings_file.text_columns import DUTIES, JOB_TITLE

if TYPE_CHECKING:
    import numpy as np

Numbers = TypeVar("Numbers", float, "np.ndarray")

CONFLICTS = "conflicts.csv"
"""The texts to adjudicate, as ``isco coders`` and the nightly training write them."""
AGREEMENT_PAGE = "agreement.html"
"""The page beside it."""
N_REVIEW_CANDIDATES = 5
"""How many unit groups are offered for a text."""
MAX_SHOWN_CHARS = 2_000
"""A longer title, or longer duties, are cut where people read them; not in ``review.csv``."""

TEXT = "text"
N_RECORDS = "n_records"
SAMPLED = "sampled"
SEVERAL = "several_occupations"
"""The codes of the occupations that the title names, if several; an answer is about one of them."""
PREDICTED = "predicted_code"
PREDICTED_TITLE = "predicted_title"
CONFIDENCE = "confidence"
CORRECTED = "corrected_isco_code"
CODER = "coder"
CODED_AT = "coded_at"
COMMENT = "comment"
ADJUDICATED = "adjudicated"
GAIN = "gain"
ANSWER_COLUMNS = (CORRECTED, CODER, CODED_AT, COMMENT)
"""For a coder to fill in: the code, who gave it and when, and why."""
CODED_LIKE = "coded_like"
CHOICE_COLUMNS = tuple(f"choice_{rank}" for rank in range(1, N_REVIEW_CANDIDATES + 3))
"""The choices of a row in ``review.xlsx``: the candidates, their group, and "not codable"."""
CONTEXT_MARK = "context: "
"""What stands there before the name of a column of the input, which may be one of ours."""


def candidate_columns(rank: int) -> tuple[str, str, str]:
    """Return the columns of the candidate of a rank from 1: its code, title and confidence."""
    name = f"candidate_{rank}"
    return name, f"{name}_title", f"{name}_confidence"


def _review_columns() -> dict[str, type]:
    columns: dict[str, type] = {
        TEXT: str,
        N_RECORDS: int,
        SAMPLED: str,
        JOB_TITLE: str,
        DUTIES: str,
        SEVERAL: str,
        PREDICTED: str,
        PREDICTED_TITLE: str,
        CONFIDENCE: float,
    }
    for rank in range(1, N_REVIEW_CANDIDATES + 1):
        columns |= dict(zip(candidate_columns(rank), (str, str, float), strict=True))
    return columns | dict.fromkeys(ANSWER_COLUMNS, str)


REVIEW_COLUMNS = _review_columns()
"""The columns of ``review.csv`` in their order, each with its type."""

RUN_REVIEW_COLUMNS = {name: kind for name, kind in REVIEW_COLUMNS.items() if name != SAMPLED}
"""Those of ``review.parquet``: a distributed run draws no sample."""

CORRECTION_COLUMNS = (
    TEXT,
    CORRECTED,
    PREDICTED,
    N_RECORDS,
    SAMPLED,
    SEVERAL,
    CODER,
    CODED_AT,
    COMMENT,
)
"""The columns of a filled review that tell something."""

SIGNATURE_COLUMNS = (CODER, CODED_AT, COMMENT, ADJUDICATED)
"""Who gave an answer, when, with which comment, and whether it settles a conflict of coders."""

REVIEW_ORDER: tuple[tuple[str, Literal["ascending", "descending"]], ...] = (
    (GAIN, "descending"),
    (TEXT, "ascending"),
)
"""The order of the uncertain texts: the highest expected gain first; of equal ones the text that is
lower by its code points, which is also the order of its UTF-8 bytes. The review of a batch asks the
first of them in another order, which counts similar texts (``results/review/question_order.py``).
"""


_NAMES = {*REVIEW_COLUMNS, *CORRECTION_COLUMNS, *SIGNATURE_COLUMNS, *CHOICE_COLUMNS, CODED_LIKE}


def is_review_column(name: str) -> bool:
    """Return whether the program writes a column of this name into a review, or reads it there."""
    return column_key(name) in _NAMES or name.startswith(CONTEXT_MARK)


def expected_gain(confidence: Numbers, n_records: Numbers) -> Numbers:
    """Return how many records an answer is expected to repair: (1 − confidence) × records.

    Source: Berardi, Esuli, Sebastiani, Utility-theoretic ranking for semiautomated text
    classification, ACM TKDD 10 (2015).
    """
    return (1 - confidence) * n_records
