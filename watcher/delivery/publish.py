"""Where results grow unseen, and how they become visible: whole, under a name made from content."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from results.receipt import AnyReceipt
from watcher.filesystem import Filesystem
from watcher.intake.folder_checks import STAGING

RECEIPT = "receipt.json"
_MAX_STEM_BYTES = 80


def safe_stem(name: str) -> str:
    """A folder name made from a file name: letters, digits, ``.``, ``_``, ``-`` and spaces alone.

    No separator, control character, leading dot or ``..`` is left, so nothing can leave the outbox.
    """
    stem = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8", "replace"))
    stem = re.sub(r"\.(csv|xlsx)$", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r"[^\w. -]+", "_", stem)
    stem = re.sub(r"\.{2,}", ".", stem).strip(". -")
    stem = stem.encode()[:_MAX_STEM_BYTES].decode("utf-8", "ignore")
    return stem or "batch"


@contextmanager
def staging(files: Filesystem, outbox: Path, key: str) -> Iterator[Path]:
    """An empty private folder on the outbox's own volume, where results grow unseen.

    ``key``: ``<id>.…``; what an attempt before left under the same id is removed first, and what
    has not been published when the block ends is removed too.
    """
    clear(files, outbox, key.partition(".")[0])
    folder = outbox / STAGING / key
    files.make_dir(folder)
    try:
        yield folder
    finally:
        files.remove_tree(folder)


def clear(files: Filesystem, outbox: Path, claim_id: str) -> None:
    """Remove what attempts at a claim have left in staging."""
    for name in files.names(outbox / STAGING):
        if name.partition(".")[0] == claim_id:
            files.remove_tree(outbox / STAGING / name)


def complete(
    files: Filesystem,
    staged: Path,
    receipt: AnyReceipt,
    breathe: Callable[[], None] = lambda: None,
) -> None:
    """Have every staged file on the disk, with its hash in the receipt; the receipt comes last."""
    for name in sorted(files.names(staged)):
        receipt.files[name] = files.hash(staged / name, breathe)
        _settle(files, staged / name)
    files.write(staged / RECEIPT, as_json(receipt).encode("utf-8", "backslashreplace"))
    _settle(files, staged / RECEIPT)
    _settle(files, staged)


def _settle(files: Filesystem, path: Path) -> None:
    files.publish(path)
    files.sync(path)


def publish(files: Filesystem, staged: Path, outbox: Path, receipt: AnyReceipt) -> Path:
    """Make a complete staged folder visible as ``outbox/<name>.<id>/``, by one rename.

    Where a batch with this id is there already its results are the same: it stays, and is returned.
    A folder of that name that is something else stays too, and ours gets a number.
    """
    published = find(files, outbox, receipt.batch_id)
    if published is not None:
        return published
    stem = f"{safe_stem(receipt.input)}.{receipt.batch_id}"
    for number in itertools.count(1):
        target = outbox / (stem if number == 1 else f"{stem}-{number}")
        try:
            files.rename_new(staged, target)
        except FileExistsError:
            if read_receipt(files, target).get("sha256") == receipt.sha256:
                return target  # another worker was faster
            continue
        break
    files.sync(outbox)
    return target


def find(files: Filesystem, outbox: Path, batch_id: str) -> Path | None:
    """The complete batch with this id, if there is one."""
    for name in files.names(outbox):
        is_batch = name.endswith(f".{batch_id}") and not name.startswith(".")
        if is_batch and read_receipt(files, outbox / name):
            return outbox / name
    return None


def find_claim(files: Filesystem, outbox: Path, name: str, claim_id: str) -> Path | None:
    """What a claim on the input ``name`` has published, by whichever model and settings."""
    start = safe_stem(name) + "."
    for folder in files.names(outbox):
        if folder.startswith(start):
            receipt = read_receipt(files, outbox / folder)
            if receipt.get("claim") == claim_id:
                return outbox / folder
    return None


def read_receipt(files: Filesystem, folder: Path) -> dict[str, Any]:
    """The receipt of a batch; empty where there is none that can be read."""
    try:
        receipt = json.loads(files.read(folder / RECEIPT))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return receipt if isinstance(receipt, dict) else {}


def as_json(receipt: AnyReceipt) -> str:
    """A receipt as it is written."""
    # A file name that is not UTF-8 has code points without bytes; whoever writes escapes them.
    return json.dumps(asdict(receipt), indent=2, ensure_ascii=False) + "\n"


def shown(path: Path) -> str:
    """A path as people read it: relative to where they stand, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
