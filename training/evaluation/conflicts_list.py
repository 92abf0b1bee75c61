"""``conflicts.csv``: the texts that coders answered in contradiction, for somebody to decide.

Filled in and put into the inbox, it is a corrections file whose answers hold against all others:
each row has ``adjudicated`` = ``yes``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from core.corrections.signature import YES
from core.csv_writer import BOM, Writer, neutralise
from core.files.whole_file import write_atomic
from core.isco_titles.group_titles import titles_in
from core.languages.page_language import page_language
from core.review_contract import ADJUDICATED, CODED_AT, CODER, COMMENT, CORRECTED, TEXT
from training.evaluation.coder_agreement import Conflict

CONFLICT_COLUMNS = (TEXT, "answers", "comments", CORRECTED, CODER, CODED_AT, COMMENT, ADJUDICATED)


def write_conflicts(path: Path, conflicts: Sequence[Conflict], language: str) -> None:
    """Write the list, whole or not at all.

    ``language`` is that of the titles of groups. It tells the delimiter, too: the list has texts
    of many inputs, of which no single one's delimiter could be taken, as ``review.csv`` does.
    """
    lines = io.StringIO()
    writer = Writer(lines, CONFLICT_COLUMNS, page_language(language).list_separator)
    for conflict in conflicts:
        comments = "; ".join(
            f"{answer.coder}: {answer.comment}" for answer in conflict.answers if answer.comment
        )
        shown = neutralise(answers_in_words(conflict, language)), neutralise(comments)
        writer.write([[conflict.text, *shown, "", "", "", "", YES]])
    write_atomic(path, BOM + lines.getvalue(), is_public=True)


def answers_in_words(conflict: Conflict, language: str) -> str:
    """Return who gave which code, with its title."""
    titles = titles_in(language)
    return "; ".join(
        f"{answer.coder}: {answer.code} {titles.get(answer.code, '')}".rstrip()
        for answer in conflict.answers
    )
