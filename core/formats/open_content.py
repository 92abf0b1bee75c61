"""Open a file of any format that is read: the one place where a format meets its reader.

A new format has a member in ``FileFormat``, an ending in ``file_names.py`` and a line here. Each
reader is imported for a file of its format: nobody waits for the others.
"""

from __future__ import annotations

from functools import partial

from core.columns.column_choice import Aliases
from core.delimited.layout import find_layout, read_records
from core.encoding import sniff
from core.formats.content import Content
from core.formats.file_format import FileFormat
from core.formats.source import Source


def open_content(
    path: Source,
    file_format: FileFormat,
    aliases: Aliases,
    required: tuple[str, ...],
    legacy_encoding: str,
) -> Content:
    """Return the records of a file. Parameters and errors are those of ``open_table``."""
    match file_format:
        case FileFormat.XLSX | FileFormat.XLS | FileFormat.ODS:
            from core.formats.workbooks.workbook_sheets import open_workbook

            return open_workbook(path, file_format, aliases, required)
        case FileFormat.PARQUET:
            from core.formats.parquet_file import open_parquet

            return open_parquet(path)
        case FileFormat.STATA | FileFormat.SPSS:
            from core.formats.statistics_file import open_statistics

            return open_statistics(path, file_format, legacy_encoding)
        case FileFormat.MARKUP:
            from core.formats.markup_table import open_markup, sniff_markup

            encoding = sniff_markup(path, legacy_encoding)
            content = open_markup(path, encoding.name, aliases, required)
        case FileFormat.JSONL:
            from core.formats.jsonl_file import open_jsonl

            encoding = sniff(path, legacy_encoding)
            content = open_jsonl(path, encoding.name)
        case _:
            encoding = sniff(path, legacy_encoding)
            layout = find_layout(path, encoding.name, aliases, required)
            read = partial(read_records, path, encoding.name, layout)
            content = Content(layout, read, encoding.name)
    return content.with_note(encoding.note)
