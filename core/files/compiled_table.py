"""Read the program's own tables, and keep what was made of them as compiled modules are kept."""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml

from core.files.whole_file import write_atomic

_HASH_BYTES = 32
_Table = TypeVar("_Table", bound=list[Any] | dict[Any, Any])


def read_yaml(path: Path) -> dict[str, Any]:
    """Return what one of our own tables holds.

    The parser in C takes a tenth of the time; what it read is kept as compiled modules are.
    """
    content = path.read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return compiled_table(path, content, lambda: yaml.load(content, Loader=loader))


def compiled_table(path: Path, made_from: bytes, make: Callable[[], _Table]) -> _Table:
    """Return what ``make`` returns, or what is kept of it as compiled modules are.

    Parameters
    ----------
    path : our own table that it is made of.
    made_from : the content of the table, and of whatever else decides what is made of it.
    make : returns a list or a dictionary of what ``marshal`` can keep.
    """
    digest = hashlib.sha256(made_from).hexdigest()[:8]
    kept_path = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.{digest}"
    if (compiled := read_compiled(kept_path)) is not None:
        kept: _Table = marshal.loads(compiled)
        return kept
    made = make()
    keep_compiled(kept_path, marshal.dumps(made))
    return made


def read_compiled(path: Path) -> bytes | None:
    """Return what ``keep_compiled`` has kept in ``path``, None where it is not there, or not whole.

    A file begins with the hash of what follows: the interpreter can crash on a byte that a disk has
    lost.
    """
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    content = kept[_HASH_BYTES:]
    return content if hashlib.sha256(content).digest() == kept[:_HASH_BYTES] else None


def keep_compiled(path: Path, content: bytes) -> None:
    """Keep in ``path`` what was computed from the program's own files, if Python may keep such.

    ``path`` lies beside the modules that Python compiled, and names what it was computed from.
    """
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            write_atomic(path, hashlib.sha256(content).digest() + content, is_public=True)
