"""Read the program's own files with the suspicion that inputs get.

Others may write into the folders of the watcher: a status, a receipt or the metrics of a training
may be a pipe that never ends, a link, a huge file, or text that is no JSON. Such a file is named
and set aside, under another name beside it, so that it costs nothing a second time.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECEIPT = "receipt.json"
"""In each folder with results: it is written last, so a folder without it is no result."""
REPORT = "report.html"
"""In each folder with results, and in that of each training."""
METRICS = "metrics.json"
"""In the folder of each training: what it measured, and whether its model serves."""
SENTINEL = ".isco"
"""In each folder on a share: while it is missing, the share is not connected."""
TEXTS_DIR = ".texts"
"""In the folder of the corrections: the lists of the texts that were coded."""
_LOG = logging.getLogger(__name__)
_MAX_BYTES = 16 << 20
_DAMAGED = ".damaged"


class OwnFileError(ValueError):
    """A file of the program is not what the program writes; the message names it."""


def read_own_file(path: Path, max_bytes: int = _MAX_BYTES) -> bytes:
    """Return the content of a file that the program wrote; a link is not followed.

    Raises OwnFileError where it is no regular file, or larger than ``max_bytes``; OSError where it
    is missing or cannot be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OwnFileError(f"{str(path)!r} is no regular file")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OwnFileError(f"{str(path)!r} is no regular file")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OwnFileError(f"{str(path)!r} is larger than {max_bytes:,} bytes")
    return content


def parse_own_json(content: bytes, name: str) -> dict[str, Any]:
    """Return the JSON object in ``content``. Raises OwnFileError where it is none."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise OwnFileError(f"{name!r} is no JSON: {str(error) or type(error).__name__}") from None
    if not isinstance(values, dict):
        raise OwnFileError(f"{name!r} is no JSON object")
    return values


def as_own_json(values: Mapping[str, Any]) -> str:
    """Return the text of a file with ``values``, which ``parse_own_json`` reads.

    The name of a file in it need not be UTF-8: it has code points without bytes, which whoever
    writes the text escapes.
    """
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def read_own_json(path: Path, max_bytes: int = _MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in a file that the program wrote. Raises as ``read_own_file``."""
    return parse_own_json(read_own_file(path, max_bytes), str(path))


def set_aside(path: Path, why: object) -> None:
    """Rename a file of ours that is not what the program writes, and say so in the log.

    It stays where it is if it cannot be renamed, as in a folder of another user.
    """
    for number in itertools.count(1):
        target = path.with_name(path.name + _DAMAGED + (f"-{number}" if number > 1 else ""))
        if not os.path.lexists(target):
            break
    try:
        os.rename(path, target)
    except OSError as error:
        _LOG.warning("%s; it is passed over, and cannot be set aside: %s", why, error.strerror)
    else:
        _LOG.warning("%s; it is set aside as %r", why, target.name)
