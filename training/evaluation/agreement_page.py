"""``agreement.html``: how often coders agree with the program, and with each other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.html import write_page
from core.isco_titles.group_titles import titles_in
from core.review_contract import AGREEMENT_PAGE, CONFLICTS
from training.evaluation.coder_agreement import CoderAgreement
from training.evaluation.conflicts_list import answers_in_words, write_conflicts

_MAX_SHOWN = 200


def write_agreement(
    folder: Path, sampled: dict[str, Any], coders: CoderAgreement, language: str
) -> list[str]:
    """Write the page into ``folder``, and the list if there are conflicts; return their names.

    Where no answer says anything about agreement, neither is written. What an earlier call wrote
    there is removed if it does not hold any more.

    Parameters
    ----------
    sampled : what ``sampled_agreement`` returned.
    language : that of the page and of the titles of groups.
    """
    if not coders.conflicts:  # nobody must fill in a list of what is settled
        (folder / CONFLICTS).unlink(missing_ok=True)
    if not sampled and not coders.n_texts:
        (folder / AGREEMENT_PAGE).unlink(missing_ok=True)
        return []
    names = [AGREEMENT_PAGE]
    if coders.conflicts:
        write_conflicts(folder / CONFLICTS, coders.conflicts, language)
        names.append(CONFLICTS)
    write_page(
        folder / AGREEMENT_PAGE,
        AGREEMENT_PAGE,
        language,
        computed=datetime.now(UTC),
        sampled=sampled,
        coders=coders,
        titles=titles_in(language),
        conflicts=[
            (conflict.text, answers_in_words(conflict, language))
            for conflict in coders.conflicts[:_MAX_SHOWN]
        ],
    )
    return names
