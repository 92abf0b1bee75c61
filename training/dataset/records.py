"""Labelled records → distinct, cleaned, valid training texts.

The columns are ``job_title``, ``duties_description``, ``isco_code`` and, if a file has them,
``weight`` (trust in the label, 0 to 1), ``source`` and ``group`` (rows of one group mean the same
and are never on two sides of a split). Nothing is dropped silently: invalid labels are listed in
``invalid_labels.csv``, texts with several codes in ``conflicts.csv``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from core.csv_table import Table, Writer, open_table
from core.errors import InputError
from core.settings import Columns
from core.taxonomy import isco08
from core.text import EMPTY_TEXT, row_text

LABEL_COLUMNS = {
    "isco_code": ("isco_code", "isco08", "isco_08", "code", "label"),
    "weight": ("weight",),
    "source": ("source",),
    "group": ("group", "group_id"),
}


def find_files(raw: Path) -> list[Path]:
    """Return the CSV files of ``raw``: the file itself, or those of a folder in name order.

    Raises InputError if there is none.
    """
    files = [raw] if raw.is_file() else sorted((*raw.glob("*.csv"), *raw.glob("*.csv.gz")))
    if not files:
        raise InputError(
            raw,
            "no labelled records",
            expected="a CSV file, or a folder with *.csv, with job_title and isco_code",
            remedy="Put your coded records there, or name them with --raw.",
        )
    return files


def read_records(raw: Path, columns: Columns, processed_dir: Path) -> pd.DataFrame:
    """Read every labelled record under ``raw``.

    Returns one row per record that can train: ``text`` (cleaned ``title | duties``), ``label``
    (4-digit code), ``weight`` (float), ``source``, ``group`` (``""`` for none). Rows whose code is
    not one of the 436 unit groups, or whose text is empty, are listed in
    ``processed_dir/invalid_labels.csv`` with file, line and reason.

    Raises InputError for a file that cannot be read or has a weight that is no number in [0, 1].
    """
    aliases = {**LABEL_COLUMNS, **columns.model_dump()}
    processed_dir.mkdir(parents=True, exist_ok=True)
    records: list[tuple[str, str, float, str, str]] = []
    with (processed_dir / "invalid_labels.csv").open("w", encoding="utf-8", newline="") as file:
        invalid = Writer(file, ["file", "line", "job_title", "isco_code", "reason"])
        for path in find_files(raw):
            table = open_table(path, aliases, required=("job_title", "isco_code"))
            for line, text, code, row in _texts(table):
                if reason := _why_invalid(text, code):
                    title = table.get(row, "job_title")
                    invalid.write([[path.name, str(line), title, code, reason]])
                    continue
                weight = _weight(table, row, line)
                records.append(
                    (text, code, weight, table.get(row, "source"), table.get(row, "group"))
                )
    return pd.DataFrame(records, columns=["text", "label", "weight", "source", "group"])


def _texts(table: Table) -> Iterator[tuple[int, str, str, list[str]]]:
    for line, row in table.rows():
        text = row_text(table, row)
        yield line, text, table.get(row, "isco_code").strip(), row


def _why_invalid(text: str, code: str) -> str | None:
    if text == EMPTY_TEXT:
        return "title and duties are empty"
    if code not in isco08().units:
        return "not one of the 436 unit groups of ISCO-08 (4 digits, with leading zero)"
    return None


def _weight(table: Table, row: list[str], line: int) -> float:
    written = table.get(row, "weight")
    try:
        weight = float(written) if written else 1.0
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= 1:
        raise InputError(
            table.path,
            f"the weight {written!r}",
            expected="a number from 0 to 1",
            remedy="Correct it, or leave the field empty for 1.",
            line=line,
        )
    return weight


def resolve_conflicts(
    records: pd.DataFrame, processed_dir: Path, rule: Literal["majority", "drop"]
) -> pd.DataFrame:
    """Return one row per distinct text, with the code that has the largest total weight.

    Returns ``text, label, weight, source, group`` in order of first appearance; ``weight`` is the
    largest of the winning code. Texts with several codes are listed in
    ``processed_dir/conflicts.csv``: the text, each code, its number of records and weight. The
    rule ``drop`` leaves these texts out.
    """
    votes = records.groupby(["text", "label"], sort=False).agg(
        n_records=("label", "size"),
        total=("weight", "sum"),
        weight=("weight", "max"),
        source=("source", "first"),
        group=("group", "first"),
    )
    votes = votes.reset_index()
    is_disputed = votes.duplicated("text", keep=False)
    listed = votes[is_disputed][["text", "label", "n_records", "total"]]
    listed.rename(columns={"total": "weight"}).to_csv(processed_dir / "conflicts.csv", index=False)
    if rule == "drop":
        votes = votes[~is_disputed]
    # Ties go to the lower code, so that the result does not depend on the order of the files.
    ranked = votes.sort_values(["total", "label"], ascending=[False, True], kind="stable")
    winners = ranked.drop_duplicates("text").sort_index()
    return winners[["text", "label", "weight", "source", "group"]].reset_index(drop=True)
