"""Recognise an edited predictions.csv that lacks a column which its texts were read from.

Without its duties each row has another text, which another batch may have had: its code would be
that of another text. The lists of the batches (``coded_texts.py``) say which columns were read. A
file with fewer of them, or with others, is taken only if one batch with its columns had all of its
texts, with codes that its rows allow, and most of the codes of rows that do not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.columns.header_names import column_key
from core.columns.record_text import context_columns, row_text, without_missing_values
from core.corrections.coded_texts import CodedTexts
from core.corrections.text_list import ListHead, code_of, text_keys
from core.csv_table import CHUNK_ROWS, Table
from core.errors import InputError
from core.formats.source import Row
from core.settings_file.text_columns import TEXT_COLUMNS

_MAX_NAME_CHARS = 200  # the text of a question may be the name of a column


@dataclass(frozen=True)
class ToldRow:
    """A row of an edited file: its text, and what its other columns tell of its batch.

    ``codes`` are those that it may have had; without any, that is not told. ``shows`` says whether
    a code stands in the row, which a person may have changed.
    """

    text: str
    model_version: str
    codes: frozenset[str]
    shows: Callable[[str], bool]


def text_columns(table: Table) -> dict[str, str]:
    """Return our names of the columns that texts are read from → their names in the file."""
    ours = [name for name in TEXT_COLUMNS if name in table.columns]
    return {
        name: table.header[table.columns[name]].strip()[:_MAX_NAME_CHARS]
        for name in (*ours, *context_columns(table.columns))
    }


def published_texts(table: Table, rows: Sequence[Row], coded_texts: CodedTexts) -> list[str]:
    """Return the text of each row as a batch had it.

    A program may have written NA into the cells that were empty; or NA was published. The lists of
    the batches tell, and without them an empty cell is the usual case.
    """
    texts = [row_text(table, row) for row in rows]
    marked = {
        number: row_text(table, emptied)
        for number, row in enumerate(rows)
        if (emptied := without_missing_values(table, row)) is not row
    }
    are_coded, _ = coded_texts.were_coded([texts[number] for number in marked])
    for (number, text), is_coded in zip(marked.items(), are_coded, strict=True):
        if not is_coded:
            texts[number] = text
    return texts


def refuse_other_columns(
    table: Table, coded_texts: CodedTexts, rows: Callable[[], Iterator[ToldRow]]
) -> None:
    """Raise InputError where the texts of a file were published with other columns.

    ``coded_texts`` has the lists of all batches; ``rows`` yields those of the file.
    """
    own = text_columns(table)
    # A batch without records published no row.
    heads = {name: head for name, head in coded_texts.heads().items() if head.n_texts}
    if not _others(own, heads.values()):
        return
    versions = {row.model_version for row in rows()}
    heads = {
        name: head
        for name, head in heads.items()
        if "" in versions or head.model_version in versions
    }
    others = _others(own, heads.values())
    if not others:
        return
    lacking = [columns for columns in others if _keys(columns) - _keys(own)]
    fitting = [name for name, head in heads.items() if _keys(own) == _keys(head.text_columns)]
    if fitting:  # a batch that called its duties otherwise says nothing against such a file
        lacking = [columns for columns in lacking if columns.keys() - own.keys()]
    if (fitting and not lacking) or _has_batch(rows(), coded_texts, fitting):
        return
    published, *_ = lacking or others
    raise _other_columns(table, own, published, has_same=bool(fitting))


def _others(own: Mapping[str, str], heads: Iterable[ListHead]) -> list[Mapping[str, str]]:
    """Return the columns of the batches that have one in common with the file, and others."""
    return [
        columns
        for columns in (head.text_columns for head in heads)
        if _keys(own) != _keys(columns) and _keys(own) & _keys(columns)
    ]


def _keys(columns: Mapping[str, str]) -> set[tuple[str, str]]:
    # A formula in a name was published behind an apostrophe.
    return {(ours, column_key(name).lstrip("'")) for ours, name in columns.items()}


def _has_batch(rows: Iterator[ToldRow], coded_texts: CodedTexts, names: Sequence[str]) -> bool:
    """Whether one of the batches, given by the names of their lists, may have all of the rows."""
    left = list(map(_PossibleBatch, names))
    while left and (chunk := list(islice(rows, CHUNK_ROWS))):
        left = [batch for batch in left if batch.may_have(chunk, coded_texts)]
    return any(batch.is_likely for batch in left)


class _PossibleBatch:
    """A batch that may have published a file; ``name`` is that of its list."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._n_untold = 0
        self._n_as_published = 0

    @property
    def is_likely(self) -> bool:
        """Whether most of the rows that do not tell their code show that of the batch."""
        return 2 * self._n_as_published >= self._n_untold

    def may_have(self, rows: Sequence[ToldRow], coded_texts: CodedTexts) -> bool:
        """Whether the batch has the texts of further rows, with codes that these allow."""
        batch = coded_texts.list_called(self._name)
        if batch is None:
            return False
        places = batch.places(text_keys([row.text for row in rows]))
        for row, place in zip(rows, places, strict=True):
            if place < 0 or row.model_version not in ("", batch.head.model_version):
                return False
            code = code_of(int(batch.codes[place]))
            if not row.codes:
                self._n_untold += 1
                self._n_as_published += row.shows(code)
            elif code not in row.codes:
                return False
        return True


def _other_columns(
    table: Table, own: Mapping[str, str], published: Mapping[str, str], *, has_same: bool
) -> InputError:
    """Return the error; ``has_same``: whether the file may be of a batch with its own columns."""
    missing = [name for ours, name in published.items() if (ours, name) not in own.items()]
    added = [name for ours, name in own.items() if (ours, name) not in published.items()]
    names = _listed(published.values())
    if missing:
        found = f"no column {_listed(missing)}, from which texts of these predictions were read"
        remedy = f"Put back {_listed(missing)} as in predictions.csv of the batch, or change the "
        remedy += "codes in that file."
        if has_same:
            remedy += (
                f" If that file has no {_listed(missing)}, put back its texts as they are there."
            )
    else:
        found = f"texts in {_listed(added)} that were not there when the codes were given"
        remedy = f"Remove or rename {_listed(added)}."
    return InputError(
        table.path,
        found,
        expected=f"the columns of the titles and duties as they were published: {names}",
        remedy=f"{remedy} Then put the file into the inbox again.",
        line=table.layout.n_lines_above + 1,
    ).in_sheet(table.content.sheet)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(map(repr, names))
