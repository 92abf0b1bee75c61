"""The version of the tables of adverts: another word in them changes the texts of records."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from core.files.whole_file import sha256_of


@cache
def table_version(tables_dir: Path = Path(__file__).parent) -> str:
    """Return a hash of all tables of a folder (8 hexadecimal digits)."""
    hashes = [sha256_of(path) for path in sorted(tables_dir.glob("*.yaml"))]
    return sha256("\n".join(hashes).encode()).hexdigest()[:8]
