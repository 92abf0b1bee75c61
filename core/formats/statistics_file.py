"""Data sets of Stata and SPSS → records of text, some thousands at a time.

A value with a label is the label. Codes of occupations are the exception: their labels are titles,
and their values are the codes. A missing value is empty, or its label if it has one.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from core.columns.header_names import column_key
from core.delimited.layout import Layout
from core.errors import SETTINGS_FILE, InputError
from core.formats.cell_text import as_text
from core.formats.content import Content, Records
from core.formats.file_format import FileFormat
from core.formats.packed_records import checked_records, limit_of, refuse_many_records
from core.formats.source import Source
from core.formats.statistics_encoding import BYTES_AS_LETTERS, Read, chunks, encoding_of, recoded
from core.formats.unpacking import too_much_unpacked
from core.isco_codes.code_column import CODE_NAMES, CORRECTED_NAMES
from core.packages import install_command

MISSING_EXTRA = (
    f"files of Stata and SPSS need pyreadstat: run {install_command('statistics')}, or "
    "export the table as CSV"
)
MAX_WRITTEN_CELLS = 20_000_000
"""So many values of a data set are held in memory to write it."""
# Stata counts these from 1960; its weeks begin on 1 January, and are none of ISO 8601.
_PERIODS = {
    "m": (12, "{year}-{part:02}"),
    "w": (52, "{year}w{part}"),
    "q": (4, "{year}q{part}"),
    "h": (2, "{year}h{part}"),
}
_PERIOD_FORMAT = re.compile(r"%-?t([mwqh])")
_DAY_OR_TIME = re.compile(r"%-?[td]|\w*(?:DATE|TIME|YMD)")  # of Stata, of SPSS
_TIMES = re.compile(r"%-?t[cC]")
_FIRST_YEAR = 1960
_CHUNK_ROWS = 10_000
_CHUNK_BYTES = 64 << 20


def is_available() -> bool:
    """Whether the library for these files is installed."""
    return importlib.util.find_spec("pyreadstat") is not None


def open_statistics(path: Source, file_format: FileFormat, legacy_encoding: str) -> Content:
    """Return the records of a data set. Raises InputError."""
    if not is_available():
        raise InputError(
            path,
            file_format.spoken,
            expected="an installation that reads it",
            remedy=f"{MISSING_EXTRA[0].upper()}{MISSING_EXTRA[1:]}.",
        )
    if not isinstance(path, Path):
        raise InputError(
            path,
            file_format.spoken,
            expected="delimited text, a workbook, Parquet or JSON Lines in a run on Ray",
            remedy="Export it, or code it with isco classify without --engine ray.",
        )
    read, note = _reader(path, file_format, legacy_encoding)
    _, metadata = read(metadataonly=True)
    header = list(metadata.column_names)
    questions = [label or "" for label in metadata.column_labels]
    return Content(
        Layout(",", header),
        partial(_records, path, read, _chunk_rows(metadata)),
        questions=questions if any(questions) else [],
        notes=tuple(filter(None, [note])),
    )


def _check_size(path: Path, metadata: Any) -> None:
    """Raise InputError for a data set that is too large when it is unpacked."""
    n_rows = metadata.number_rows or 0
    refuse_many_records(path, n_rows)
    if n_rows * _width(metadata) > limit_of(path):
        raise too_much_unpacked(path, limit_of(path))


def _width(metadata: Any) -> int:
    return sum((metadata.variable_storage_width or {}).values())


def _chunk_rows(metadata: Any) -> int:
    width = _width(metadata)
    return max(1, min(_CHUNK_ROWS, _CHUNK_BYTES // max(width, 1)))


def _reader(path: Path, file_format: FileFormat, legacy_encoding: str) -> tuple[Read, str]:
    """Return the function that reads a part of the file, and a note on a chosen encoding."""
    import pyreadstat

    functions = {FileFormat.STATA: pyreadstat.read_dta, FileFormat.SPSS: pyreadstat.read_sav}
    read = partial(functions[file_format], str(path), output_format="dict", user_missing=True)

    def read_part(encoding: str | None = None, **part: Any) -> tuple[dict[str, list[Any]], Any]:
        try:
            return _with_dates(partial(read, encoding=encoding, **part))
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
            raise _unreadable(path, str(error)) from None
        except (ValueError, OverflowError, TypeError) as error:
            raise _unreadable(path, f"{type(error).__name__}: {error}") from None

    _, metadata = read_part(metadataonly=True, encoding=BYTES_AS_LETTERS)
    _check_size(path, metadata)
    encoding = encoding_of(path, file_format, read_part, _chunk_rows(metadata), legacy_encoding)
    if encoding is None:
        return read_part, ""

    def read_recoded(**part: Any) -> tuple[dict[str, list[Any]], Any]:
        columns, metadata = read_part(BYTES_AS_LETTERS, **part)
        for name, value in vars(metadata).items():
            setattr(metadata, name, recoded(value, encoding.name))
        return recoded(columns, encoding.name), metadata

    return read_recoded, encoding.note


def _with_dates(read: Read) -> tuple[dict[str, list[Any]], Any]:
    """Return what ``read`` returns; a variable with a day beyond all years as its numbers.

    Somebody gave the format of a day to what counts milliseconds, for example. The library reads
    nothing then.
    """
    try:
        return read()
    except OverflowError:
        columns, metadata = read(disable_datetime_conversion=True)
    for name, written_as in metadata.original_variable_types.items():
        if name in columns and _DAY_OR_TIME.match(written_as or ""):
            with suppress(OverflowError):
                columns[name] = read(usecols=[name])[0][name]
    return columns, metadata


def _unreadable(path: Path, reason: str) -> InputError:
    remedy = "The copy was probably cut off: export or copy it again."
    if "encoding" in reason:
        remedy = (
            f"Set data.encoding in {SETTINGS_FILE} to the encoding of its texts, such as cp1252."
        )
    return InputError(
        path, f"damaged content ({reason})", expected="a whole data set", remedy=remedy
    )


def _records(path: Path, read: Read, chunk_rows: int) -> Records:
    batches = (zip(*_texts(*chunk), strict=True) for chunk in chunks(read, chunk_rows))
    return checked_records(path, batches)


def _texts(columns: dict[str, list[Any]], metadata: Any) -> Iterator[list[str]]:
    """Yield the texts of each column."""
    for name, values in columns.items():
        labels = {} if _has_codes(name) else metadata.variable_value_labels.get(name, {})
        is_number = metadata.readstat_variable_types.get(name) != "string"
        written_as = metadata.original_variable_types.get(name) or ""
        period = _PERIOD_FORMAT.match(written_as)
        texts: dict[Any, str] = {}
        for value in values:
            if value not in texts:
                texts[value] = _text(value, labels, is_number, period[1] if period else "")
        yield [texts[value] for value in values]


def _text(value: Any, labels: dict[Any, str], is_number: bool, period: str) -> str:
    label = labels.get(value, "") if value is not None and value == value else ""
    if label:
        return str(label)
    if is_number and isinstance(value, str):
        return f".{value}"  # a missing value of Stata: .a to .z
    if period and isinstance(value, int | float) and value == value and value == int(value):
        n_parts, written = _PERIODS[period]
        years, part = divmod(int(value), n_parts)
        return written.format(year=_FIRST_YEAR + years, part=part + 1)
    return as_text(value)


def _has_codes(name: str) -> bool:
    return column_key(name) in (*CODE_NAMES, *CORRECTED_NAMES)


def read_whole(
    path: Path, file_format: FileFormat, legacy_encoding: str
) -> tuple[dict[str, list[Any]], Any]:
    """Return the values of each column as the file has them, without labels, and its metadata."""
    read, _ = _reader(path, file_format, legacy_encoding)
    return read()


def write_whole(
    path: Path, file_format: FileFormat, columns: dict[str, list[Any]], metadata: Any
) -> None:
    """Write a data set with the labels of the one that it was made from.

    Raises InputError where a value or a name does not fit into the format.
    """
    import pandas as pd
    import pyreadstat

    about = {
        "column_labels": metadata.column_names_to_labels,
        "variable_value_labels": metadata.variable_value_labels,
        "file_label": metadata.file_label or "",
    }
    types = metadata.readstat_variable_types
    frame = pd.DataFrame(
        {name: _fitted(values, types.get(name, "")) for name, values in columns.items()}
    )
    try:
        if file_format == FileFormat.SPSS:
            formats = metadata.original_variable_types
            pyreadstat.write_sav(
                frame,
                str(path),
                missing_ranges=metadata.missing_ranges,
                variable_measure=metadata.variable_measure,
                variable_format=formats,
                variable_display_width=metadata.variable_display_width,
                note=metadata.notes,
                **about,
            )
        else:
            pyreadstat.write_dta(
                frame,
                str(path),
                missing_user_values=metadata.missing_user_values,
                variable_format=_stata_formats(metadata),
                **about,
            )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, TypeError) as error:
        raise InputError(
            path,
            f"a value or a name that does not fit into {file_format.spoken} ({error})",
            expected="what the format can hold",
            remedy="Use predictions.csv, which has the same records.",
        ) from None


def _stata_formats(metadata: Any) -> dict[str, str]:
    """Return the formats of the variables: without its own a month is a bare number.

    Times are left out: the library reads them as times of Python, and writes their usual format.
    """
    formats = metadata.original_variable_types.items()
    return {name: written for name, written in formats if written and not _TIMES.match(written)}


def _fitted(values: list[Any], kind: str) -> Any:
    """Return true and false as numbers, a missing text as an empty one: as these formats do.

    ``kind`` is how the file that was read stores the values; whole numbers stay whole.
    """
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return [None if value is None else float(value) for value in values]
    if kind.startswith("int") and kinds <= {int}:
        return pd.array(values, dtype="Int32")
    if not kinds and kind not in ("", "string"):  # without a value it is a number all the same
        return pd.array(values, dtype="Float64")
    return ["" if value is None else value for value in values] if kinds <= {str} else values
