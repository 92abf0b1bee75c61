"""What a training depends on, as a key: the same parts give the same key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.files.whole_file import sha256_of


def fingerprint(*parts: Any) -> str:
    """Return a key of what a run depends on: the same parts give the same key."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def content_of(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Return name and hash of files, for ``fingerprint``; of one without a hash the reason why."""
    return [(path.name, _hash_or_reason(path)) for path in paths]


def _hash_or_reason(path: Path) -> str:
    try:
        return sha256_of(path) if path.is_file() else "not a regular file"
    except OSError as error:
        return str(error)
