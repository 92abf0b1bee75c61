"""Where results and inputs end up: published whole, archived, or rejected with the reason.

Nothing is overwritten and nothing is deleted: a name that is taken gets the hash of the content.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inference.bundle import file_hash
from watcher.batch import RECEIPT

STAGING = ".staging"
_MAX_STEM_BYTES = 80
_MAX_NAME_BYTES = 255


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
def staging(outbox: Path, claim_id: str) -> Iterator[Path]:
    """An empty folder on the outbox's own volume, where results grow unseen.

    What has not been published when the block ends is removed.
    """
    folder = outbox / STAGING / claim_id
    shutil.rmtree(folder, ignore_errors=True)  # left by a crash
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find(outbox: Path, batch_id: str) -> Path | None:
    """The complete batch with this id, if there is one."""
    return next((r.parent for r in outbox.glob(f"*.{batch_id}/{RECEIPT}")), None)


def publish(staged: Path, outbox: Path, name: str, batch_id: str) -> Path:
    """Make a complete staged folder visible as ``outbox/<name>.<id>/``, by one rename.

    Every file is on the disk before the name is. Where a batch with this id is there already, its
    results are the same: it stays, and is returned.
    """
    published = find(outbox, batch_id)
    if published is not None:
        return published
    for path in staged.iterdir():
        _sync(path)
    _sync(staged)
    target = outbox / f"{safe_stem(name)}.{batch_id}"
    os.rename(staged, target)  # refuses a folder that is there and not empty
    _sync(outbox)
    return target


def shown(path: Path) -> str:
    """A path as people read it: relative to where they stand, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def archive(path: Path, archive_dir: Path) -> Path:
    """Move a finished input to the archive and return its new place."""
    return _move(path, archive_dir)


def reject(path: Path, rejected_dir: Path, reason: str) -> Path:
    """Move an unreadable input to the rejected files, with ``<name>.why.txt`` beside it."""
    target = _move(path, rejected_dir)
    why = _beside(target, ".why.txt")
    why.write_text(reason.rstrip() + "\n", encoding="utf-8")
    return target


def _beside(path: Path, suffix: str) -> Path:
    """The name with ``suffix`` behind it, cut where it would pass the 255 bytes of a file name."""
    name = os.fsencode(path.name)[: _MAX_NAME_BYTES - len(suffix)]
    return path.with_name(os.fsdecode(name) + suffix)


def _move(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    if os.path.lexists(target):
        digest = file_hash(path)[:12]
        target = folder / f"{safe_stem(path.name)}.{digest}{path.suffix}"
        for number in range(2, 1_000_000):
            if not os.path.lexists(target):
                break
            target = folder / f"{safe_stem(path.name)}.{digest}.{number}{path.suffix}"
    try:
        os.rename(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_across(path, target)
    _sync(folder)
    return target


def _copy_across(path: Path, target: Path) -> None:
    """Copy to another volume, and remove the original only once the copy is safe and equal."""
    part = _beside(target, ".part")
    shutil.copy2(path, part)
    _sync(part)
    if file_hash(part) != file_hash(path):
        part.unlink()
        raise OSError(f"the copy of {path.name!r} to {str(target.parent)!r} differs from it")
    os.rename(part, target)
    path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
