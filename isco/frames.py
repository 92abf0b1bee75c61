"""Code the rows of a data frame: of pandas, polars, pyarrow, or another one that narwhals knows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from core.columns.header_names import keys_of
from core.columns.other_jobs import duties_of_others
from core.columns.record_text import duties_in_context
from core.csv_table import CHUNK_ROWS
from core.errors import ArgumentError
from core.formats.cell_text import as_text
from core.own_tables.output_contract import free_names, output_columns
from core.settings import Settings
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.text import join
from inference.doubt.several_occupations import code_records
from inference.output_columns import Value, output_values
from isco.record_texts import RecordText, refuse_half_letters

if TYPE_CHECKING:  # loaded where a frame is coded
    import narwhals
    from narwhals.typing import IntoDataFrameT

    from inference.autocoder import Autocoder

_LOG = logging.getLogger(__name__)
# Values that no cell of a file holds: nested ones, and bytes of an unknown encoding.
_NO_CELL = (Mapping, Set, bytes, bytearray, list, tuple, np.ndarray)


def with_predictions(
    native: IntoDataFrameT,
    title: str | None,
    duties: str | None,
    autocoder: Autocoder,
    settings: Settings,
) -> IntoDataFrameT:
    """Return ``native`` with the columns that ``predictions.csv`` has behind those of the input.

    Parameters
    ----------
    native : a frame of N rows in memory; it is not changed.
    title, duties : the columns of job titles and of duties; for None those that the settings name,
        else those with our own names.
    settings : how codes and titles are written, and which columns are read.

    Raises ArgumentError for what is no such frame, and for a column that it does not have.
    """
    frame = _frame(native)
    output = settings.output
    names = settings.data.columns.aliases
    title_column = title if title is not None else _own_column(frame, JOB_TITLE, names[JOB_TITLE])
    if title_column is None:
        title_column = JOB_TITLE  # which is missing, as the error says
    duties_column = duties if duties is not None else _duties_of(frame, title_column, names[DUTIES])
    records = list(_records(frame, title_column, duties_column, settings.data.context_in_duties))
    kinds = output_columns(output.derived)
    columns: dict[str, list[Value]] = {name: [] for name in kinds}
    for start in range(0, len(records), CHUNK_ROWS):
        chunk = records[start : start + CHUNK_ROWS]
        titles, texts = [title for title, _ in chunk], [text for _, text in chunk]
        for prediction in code_records(autocoder.code, titles, texts):
            values = output_values(
                prediction, autocoder.version, output.pad_codes, output.language, output.derived
            )
            for column, value in values.items():
                columns[column].append(value)
    free = free_names([str(name) for name in frame.columns], output.derived)
    series = [
        _series(frame, name, columns[column], kind)
        for name, (column, kind) in zip(free, kinds.items(), strict=True)
    ]
    return frame.with_columns(*series).to_native()


def _frame(native: Any) -> narwhals.DataFrame[Any]:
    import narwhals

    try:
        frame = narwhals.from_native(native, eager_only=True)
    except TypeError:
        raise ArgumentError(
            f"found {type(native).__name__}; expected a data frame of pandas, polars or pyarrow "
            "that is in memory. Call collect() of a lazy one first"
        ) from None
    except narwhals.exceptions.DuplicateError as error:
        reason = " ".join(str(error).split())
        raise ArgumentError(
            f"the frame has two columns of one name: {reason}. Rename all but one of them"
        ) from None
    return frame


def _records(
    frame: narwhals.DataFrame[Any], title: str, duties: str | None, context: Sequence[str]
) -> Iterator[RecordText]:
    """Yield the title of each row, and the text that the model reads."""
    rows = zip(
        _cells(frame, title),
        _cells(frame, duties) if duties is not None else repeat(""),
        zip(*_context(frame, context), strict=True) if context else repeat(()),
        strict=False,  # what repeats has no end
    )
    for row_title, row_duties, row_context in rows:
        if row_context:
            row_duties = duties_in_context(row_title, row_duties, row_context)
        yield RecordText(row_title, join(row_title, row_duties))


def _context(frame: narwhals.DataFrame[Any], names: Sequence[str]) -> Iterator[Iterator[str]]:
    """Yield the columns of ``data.context_in_duties``; a missing one is logged once."""
    for name in names:
        column = _column_of(frame, name)
        if column is None:
            _tell_missing(name)
            yield iter([""] * len(frame))
        else:
            yield _cells(frame, column)


@cache
def _tell_missing(name: str) -> None:
    _LOG.warning("data.context_in_duties: the frame has no column %r", name)


def _own_column(frame: narwhals.DataFrame[Any], ours: str, set_names: Sequence[str]) -> str | None:
    """Return the column that ``data.columns`` names, else the one with our own name."""
    columns = (_column_of(frame, name) for name in (*set_names, ours))
    return next((column for column in columns if column is not None), None)


def _duties_of(frame: narwhals.DataFrame[Any], title: str, set_names: Sequence[str]) -> str | None:
    """Return the column of duties where none is named; those of the main job belong to no other."""
    duties, main = _own_column(frame, DUTIES, set_names), _column_of(frame, JOB_TITLE)
    is_set = any(_column_of(frame, name) == duties for name in set_names)
    if duties is None or is_set or main is None or title not in frame.columns:
        return duties
    columns = [*frame.columns]
    places = [columns.index(duties)]
    header, at = [*map(str, columns)], columns.index(title)
    left, notes = duties_of_others([header], at, [str(title)], [main], places)
    for note in notes:
        _LOG.warning("%s", note)
    return None if left else duties


def _column_of(frame: narwhals.DataFrame[Any], name: str) -> str | None:
    """Return the first column with a name, compared as headers of files are."""
    keys = keys_of(name)
    columns = (column for column in frame.columns if isinstance(column, str))
    return next((column for column in columns if keys_of(column) & keys), None)


def _cells(frame: narwhals.DataFrame[Any], column: str) -> Iterator[str]:
    """Yield the values of a column as they would stand in a file; a missing one is empty."""
    if not isinstance(column, str):
        raise ArgumentError(
            f"found {column!r} as the name of a column; expected a text. Name the columns first, "
            "as with frame.columns = ['job_title', …] of pandas"
        )
    if column not in frame.columns:
        names = ", ".join(map(repr, frame.columns))
        raise ArgumentError(
            f"found no column {column!r}; the columns are: {names or 'none'}. Name those to read: "
            "title= is the one of job titles, duties= that of duties"
        )
    series = frame[column]
    is_missing = series.is_null().to_list()
    for number, (value, is_empty) in enumerate(zip(series.to_list(), is_missing, strict=True), 1):
        if isinstance(value, _NO_CELL):
            raise ArgumentError(
                f"column {column!r}, row {number:,}: found {type(value).__name__}; expected a "
                "text, a number, a date, true or false. Write the column as text first"
            )
        text = "" if is_empty else as_text(value)
        refuse_half_letters(f"column {column!r}, row {number:,}", text)
        yield text


def _series(
    frame: narwhals.DataFrame[Any], name: str, values: list[Value], kind: type
) -> narwhals.Series[Any]:
    """Return one of our columns; pandas has no missing whole numbers, so they are floats there."""
    import narwhals

    whole = narwhals.Float64 if frame.implementation.is_pandas_like() else narwhals.Int64
    types = {
        str: narwhals.String,
        float: narwhals.Float64,
        bool: narwhals.Boolean,
        int: whole,
    }
    plain = [str(value) if isinstance(value, str) else value for value in values]
    return narwhals.new_series(name, plain, types[kind](), backend=frame.implementation)
