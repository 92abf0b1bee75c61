"""How results are staged out of sight, and published whole under a name made from the content."""

from __future__ import annotations

import itertools
import logging
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.files.own_files import (
    RECEIPT,
    OwnFileError,
    as_own_json,
    parse_own_json,
    set_aside,
)
from core.formats.file_names import suffix_of
from results.receipt import AnyReceipt
from watcher.filesystem import Filesystem
from watcher.intake.folder_checks import STAGING

_LOG = logging.getLogger(__name__)
_LEFT_OVER_S = 3600
# What others read by program, and what the next answer of the same content refers to.
_CODES = ("predictions.", "corrections.")
_SUPERSEDED = ".superseded"
_IS_SUPERSEDED = re.compile(rf"{re.escape(_SUPERSEDED)}(-\d+)?$")
_MAX_STEM_BYTES = 80


def safe_stem(name: str) -> str:
    """Return a folder name made from a file name: letters, digits, ``.``, ``_``, ``-``, spaces.

    It has no separator, control character, leading dot or ``..``, so nothing can leave the outbox.
    """
    stem = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8", "replace"))
    stem = stem[: len(stem) - len(suffix_of(stem))]
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


def clear_left_over(files: Filesystem, outbox: Path, claim_ids: set[str], owner: str) -> None:
    """Remove what a killed daemon of this name left staged, an hour ago or longer.

    ``claim_ids`` are those of all claims: what belongs to one is removed with it.
    """
    for name in files.names(outbox / STAGING):
        claim_id, _, rest = name.partition(".")
        is_ours = rest.partition(".")[2] == owner and claim_id not in claim_ids
        path = outbox / STAGING / name
        if is_ours and time.time() - files.status(path).st_mtime > _LEFT_OVER_S:
            files.remove_tree(path)


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
    content = as_own_json(asdict(receipt)).encode("utf-8", "backslashreplace")
    files.write(staged / RECEIPT, content)
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
            other = read_receipt(files, target)
            if other.get("sha256") == receipt.sha256 and _is_whole(files, target, other):
                return target  # another daemon was faster
            continue
        break
    files.sync(outbox)
    return target


def find_batch(files: Filesystem, outbox: Path, batch_id: str) -> Path | None:
    """Return the complete batch with this id, None where there is none.

    A batch whose codes were deleted or altered since is passed over: they are made anew, beside it.
    """
    is_batch = re.compile(rf"[^.].*\.{re.escape(batch_id)}(-\d+)?", re.DOTALL)
    for name in sorted(files.names(outbox)):
        if is_batch.fullmatch(name):
            receipt = read_receipt(files, outbox / name)
            if receipt and _is_whole(files, outbox / name, receipt):
                return outbox / name
    return None


def _is_whole(files: Filesystem, folder: Path, receipt: dict[str, Any]) -> bool:
    """Whether the codes of a batch are those of its receipt.

    The other files are for people, who may fill in the review where it is.
    """
    hashes = receipt.get("files")
    if not isinstance(hashes, dict):
        return False
    for name, sha256 in hashes.items():
        if not name.startswith(_CODES):
            continue
        try:
            if files.hash(folder / name) != sha256:
                _LOG.warning("%s was altered since it was published", shown(folder / name))
                return False
        except OSError as error:
            _LOG.warning("%s cannot be read: %s", shown(folder / name), error.strerror)
            return False
    return True


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
        return parse_own_json(files.read(folder / RECEIPT), str(folder / RECEIPT))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OwnFileError as error:
        set_aside(folder / RECEIPT, error)
        return {}


def shown(path: Path) -> str:
    """Return a path for people: relative to the working directory, if it is below it."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # somebody removed it while the daemon runs
        return str(path)
    is_below = here != Path(here.anchor) and path.is_relative_to(here)
    return str(path.relative_to(here) if is_below else path)
