"""``conflicts.csv``: the texts that coders answered in contradiction, for somebody to decide.

Filled in and put into the inbox, it is a corrections file whose answers hold against all others:
each row has ``adjudicated`` = ``yes``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from core.corrections.signature import YES
from core.csv_writer import Writer, neutralise
from core.files.whole_file import write_atomic
from core.isco_titles.group_titles import titles_in
from core.review_contract import ADJUDICATED, CODED_AT, CODER, COMMENT, CORRECTED, TEXT
from training.evaluation.coder_agreement import Conflict

CONFLICT_COLUMNS = (TEXT, "answers", "comments", CORRECTED, CODER, CODED_AT, COMMENT, ADJUDICATED)


def write_conflicts(path: Path, conflicts: Sequence[Conflict], language: str) -> None:
    """Write the list, whole or not at all. ``language`` is that of the titles of groups."""
    lines = io.StringIO()
    writer = Writer(lines, CONFLICT_COLUMNS)
    for conflict in conflicts:
        comments = "; ".join(
            f"{answer.coder}: {answer.comment}" for answer in conflict.answers if answer.comment
        )
        shown = neutralise(answers_in_words(conflict, language)), neutralise(comments)
        writer.write([[conflict.text, *shown, "", "", "", "", YES]])
    write_atomic(path, "\ufeff" + lines.getvalue(), is_public=True)


def answers_in_words(conflict: Conflict, language: str) -> str:
    """Return who gave which code, with its title."""
    titles = titles_in(language)
    return "; ".join(
        f"{answer.coder}: {answer.code} {titles.get(answer.code, '')}".rstrip()
        for answer in conflict.answers
    )
