"""Tables in the format of OpenDocument whose cells are written as XML."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    "</manifest:manifest>"
)
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def text_cell(content: str) -> str:
    """Return a cell of text; ``content`` is XML."""
    return (
        f'<table:table-cell office:value-type="string"><text:p>{content}</text:p>'
        "</table:table-cell>"
    )


def write_ods(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write rows of cells that are XML."""
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _KIND)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr(
            "content.xml",
            f"<office:document-content {_NAMES}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path
