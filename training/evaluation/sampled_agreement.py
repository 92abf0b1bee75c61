"""How often coders agree with what was autocoded, from the random sample that reviews contain.

Every record of the sample was drawn at random among the autocoded of its file
(``results/review/queue.py``). A coder agrees by giving the same unit group; three digits, another
group and "not codable" are disagreement. Rows that came back undecided do not count: the figure is
too good where coders leave out the hard ones. What was drawn, and with which code, the list of the
batch tells and not the file that came back. The interval is Wilson's (Journal of the American
Statistical Association 22, 1927), which holds for small samples and for all agreed.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from core.corrections.coded_texts import CodedTexts
from core.corrections.corrections_folder import read_folder
from core.encoding import AUTO
from core.settings import Columns

_LOG = logging.getLogger(__name__)


def sampled_agreement(
    corrections_dir: Path,
    columns: Columns,
    lists_dir: Path | None = None,
    legacy_encoding: str = AUTO,
) -> dict[str, Any]:
    """Return how many sampled records coders decided, and how often they agreed.

    ``n`` decided, ``n_agreed``, ``rate`` and its 95 % ``interval``; empty where none came back. If
    two files decide the same text of one sample, the later file wins. Rows that were not drawn do
    not count; the log names their files, and samples whose list is missing or damaged.

    Parameters
    ----------
    lists_dir : the corrections folder with the lists of the batches, by default this one.
    legacy_encoding : the encoding of files that are not Unicode (``data.encoding``).
    """
    coded_texts = CodedTexts(lists_dir or corrections_dir)
    decided: dict[tuple[str, str], tuple[int, bool]] = {}
    n_not_drawn: Counter[str] = Counter()
    n_without_list: Counter[str] = Counter()
    for file, correction in read_folder(corrections_dir, columns, legacy_encoding=legacy_encoding):
        if not (correction.sampled and correction.is_decided):
            continue
        drawn = coded_texts.drawn(correction.sampled, correction.text)
        if drawn is not None:
            key = correction.sampled, correction.text
            decided[key] = drawn.n_records, correction.code == drawn.code
        elif coded_texts.has_sample(correction.sampled):
            n_not_drawn[file.name] += 1
        else:
            n_without_list[correction.sampled] += 1
    for name, n_rows in n_not_drawn.items():
        path = str(corrections_dir / name)
        _LOG.warning("%r: %d rows of a random sample were not drawn: left out", path, n_rows)
    for sampled, n_rows in n_without_list.items():
        _LOG.warning(
            "the list of %s is missing or damaged: %d rows of its sample are left out",
            sampled,
            n_rows,
        )
    n = sum(n_drawn for n_drawn, _ in decided.values())
    if not n:
        return {}
    n_agreed = sum(n_drawn for n_drawn, is_agreed in decided.values() if is_agreed)
    return {"n": n, "n_agreed": n_agreed, "rate": n_agreed / n, "interval": wilson(n_agreed, n)}


def wilson(n_hits: int, n: int) -> list[float]:
    """Return the 95 % interval [low, high] of a share with ``n_hits`` in ``n`` > 0 draws."""
    interval = binomtest(n_hits, n).proportion_ci(0.95, method="wilson")
    return [max(0.0, float(interval.low)), min(1.0, float(interval.high))]
