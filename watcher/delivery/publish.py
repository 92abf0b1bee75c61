"""How results are staged out of sight, and published whole under a name made from the content."""

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
_SUPERSEDED = ".superseded"
_IS_SUPERSEDED = re.compile(rf"{re.escape(_SUPERSEDED)}(-\d+)?$")
_MAX_STEM_BYTES = 80


def safe_stem(name: str) -> str:
    """Return a folder name made from a file name: letters, digits, ``.``, ``_``, ``-``, spaces.

    It has no separator, control character, leading dot or ``..``, so nothing can leave the outbox.
    """
    stem = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8", "replace"))
    stem = re.sub(r"\.(csv|xlsx)$", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r"[^\w. -]+", "_", stem)
    stem = re.sub(r"\.{2,}", ".", stem).strip(". -")
    stem = stem.encode()[:_MAX_STEM_BYTES].decode("utf-8", "ignore")
    return stem or "batch"


@contextmanager
def staging(files: Filesystem, outbox: Path, key: str) -> Iterator[Path]:
    """Open an empty private folder on the outbox's own volume for the results of one file.

    ``key`` is ``<id>.…``. What an earlier attempt left under the same id is removed first, and what
    is not published when the block ends is removed then.
    """
    clear_staging(files, outbox, key.partition(".")[0])
    folder = outbox / STAGING / key
    files.make_dir(folder)
    try:
        yield folder
    finally:
        files.remove_tree(folder)


def clear_staging(files: Filesystem, outbox: Path, claim_id: str) -> None:
    """Remove the staging folders of a claim."""
    for name in files.names(outbox / STAGING):
        if name.partition(".")[0] == claim_id:
            files.remove_tree(outbox / STAGING / name)


def complete(
    files: Filesystem,
    staged: Path,
    receipt: AnyReceipt,
    on_progress: Callable[[], None] = lambda: None,
) -> None:
    """Sync every staged file and put its hash into the receipt, which is written last."""
    for name in sorted(files.names(staged)):
        receipt.files[name] = files.hash(staged / name, on_progress)
        _make_durable(files, staged / name)
    files.write(staged / RECEIPT, as_json(receipt).encode("utf-8", "backslashreplace"))
    _make_durable(files, staged / RECEIPT)
    _make_durable(files, staged)


def _make_durable(files: Filesystem, path: Path) -> None:
    files.publish(path)
    files.sync(path)


def publish(files: Filesystem, staged: Path, outbox: Path, receipt: AnyReceipt) -> Path:
    """Publish a complete staged folder as ``outbox/<name>.<id>/`` by one rename; return its path.

    A batch with the same id has the same results: it stays and is returned. If another folder has
    the name, it stays and the new one gets a number.
    """
    published = find_batch(files, outbox, receipt.batch_id)
    if published is not None:
        return published
    stem = f"{safe_stem(receipt.input)}.{receipt.batch_id}"
    for number in itertools.count(1):
        target = outbox / (stem if number == 1 else f"{stem}-{number}")
        try:
            files.rename_new(staged, target)
        except FileExistsError:
            if read_receipt(files, target).get("sha256") == receipt.sha256:
                return target  # another daemon was faster
            continue
        break
    files.sync(outbox)
    return target


def find_batch(files: Filesystem, outbox: Path, batch_id: str) -> Path | None:
    """Return the complete batch with this id, None where there is none."""
    for name in files.names(outbox):
        is_batch = name.endswith(f".{batch_id}") and not name.startswith(".")
        if is_batch and read_receipt(files, outbox / name):
            return outbox / name
    return None


def find_claim(files: Filesystem, outbox: Path, name: str, claim_id: str) -> Path | None:
    """Return the batch that a claim on ``name`` has published, with any model and settings."""
    prefix = safe_stem(name) + "."
    for folder in files.names(outbox):
        if folder.startswith(prefix) and not is_superseded(folder):
            receipt = read_receipt(files, outbox / folder)
            if receipt.get("claim") == claim_id:
                return outbox / folder
    return None


def supersede(files: Filesystem, folder: Path) -> Path:
    """Rename a batch whose input has changed since; return its new path. Nothing finds it again."""
    for number in itertools.count(1):
        target = folder.with_name(f"{folder.name}{_SUPERSEDED}" + (f"-{number}" * (number > 1)))
        try:
            files.rename_new(folder, target)
        except FileExistsError:
            continue
        break
    files.sync(folder.parent)
    return target


def is_superseded(name: str) -> bool:
    """Whether a folder in the outbox has results of a content that has changed since."""
    return _IS_SUPERSEDED.search(name) is not None


def read_receipt(files: Filesystem, folder: Path) -> dict[str, Any]:
    """Return the receipt of a batch, empty where there is none that can be read."""
    try:
        receipt = json.loads(files.read(folder / RECEIPT))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return receipt if isinstance(receipt, dict) else {}


def as_json(receipt: AnyReceipt) -> str:
    """Return the text of ``receipt.json``."""
    # A file name that is not UTF-8 has code points without bytes, which the caller escapes.
    return json.dumps(asdict(receipt), indent=2, ensure_ascii=False) + "\n"


def shown(path: Path) -> str:
    """Return a path for people: relative to the working directory, if it is below it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
