"""Where inputs go in the end: to the archive, or to the rejected files with the reason.

Nothing is overwritten and nothing is deleted. On the inbox's own volume the move is one rename. To
another volume the input is copied into a hidden folder there, ``.<id>/<name>``, and leaves its
claim only when the copy is on the disk and equal. A daemon that finds an empty claim looks for such
a folder and finishes the move.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from core.files.named_errors import name_full_disk
from core.files.own_files import OwnFileError
from core.formats.file_names import suffix_of
from watcher.delivery.publish import clear_staging, safe_stem
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.claims import REASON, Claim

REASON_SUFFIX = ".why.txt"
_MAX_NAME_BYTES = 255

OnProgress = Callable[[], None]


def archive(files: Filesystem, claim: Claim, archive_dir: Path, on_progress: OnProgress) -> Path:
    """Move a finished input to the archive and return its new path."""
    archive_dir.mkdir(parents=True, exist_ok=True)
    for target in _candidate_paths(files, claim, archive_dir, on_progress):
        with suppress(FileExistsError):
            _move(files, claim, target, on_progress)
            return target
    raise AssertionError("the candidates never end")


def mark_rejected(files: Filesystem, claim: Claim, reason: str) -> None:
    """Decide that an input is rejected: from now on every owner of the claim rejects it."""
    files.write(claim.folder / REASON, _encoded(reason))
    files.sync(claim.folder / REASON)


def rejection_reason(files: Filesystem, claim: Claim) -> str | None:
    """Return why an input was marked as rejected, None where it was not."""
    try:
        reason = files.read(claim.folder / REASON).decode("utf-8", "replace").strip()
    except (FileNotFoundError, OwnFileError):
        return None
    return reason or None  # empty: the daemon ended before it had written the reason


def reject(
    files: Filesystem, claim: Claim, rejected_dir: Path, reason: str, on_progress: OnProgress
) -> Path:
    """Move an input to the rejected files and return its new path.

    ``<name>.why.txt`` with the reason is written before the move.
    """
    rejected_dir.mkdir(parents=True, exist_ok=True)
    for target in _candidate_paths(files, claim, rejected_dir, on_progress):
        if os.path.lexists(target) or not _write_reason(files, reason_path(target), reason):
            continue
        with suppress(FileExistsError):
            _move(files, claim, target, on_progress)
            return target
    raise AssertionError("the candidates never end")


def _write_reason(files: Filesystem, path: Path, reason: str) -> bool:
    """Write the reason and return True; False where the file has another reason.

    A crash may have left the beginning of the same reason: it is written again.
    """
    try:
        files.reserve(path)
    except FileExistsError:
        try:
            if not _encoded(reason).startswith(files.read(path)):
                return False
        except OwnFileError:
            return False
    files.write(path, _encoded(reason))
    files.publish(path)
    files.sync(path)
    return True


def finish_move(files: Filesystem, claim: Claim, folders: tuple[Path, ...]) -> None:
    """Give the copy of an input that has left its claim its final name, where it has none yet."""
    for folder in folders:
        hidden_dir = folder / f".{claim.id}"
        if not hidden_dir.exists():
            continue
        for name in files.names(hidden_dir):
            copied = Claim(hidden_dir / name)
            for target in _candidate_paths(files, copied, folder, lambda: None):
                with suppress(FileExistsError):
                    files.rename_new(copied.path, target)
                    break
        files.remove_dir(hidden_dir)


def release(files: Filesystem, claim: Claim, outbox: Path) -> None:
    """Remove what is left of a finished claim: its staging folders and the claim itself."""
    clear_staging(files, outbox, claim.id)
    claims.remove(files, claim)


def _move(files: Filesystem, claim: Claim, target: Path, on_progress: OnProgress) -> None:
    """Move the input. Raises FileExistsError where the name is taken; the input then stays."""
    try:
        files.rename_new(claim.path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across_volumes(files, claim, target, on_progress)
    files.sync(target.parent)


def _move_across_volumes(
    files: Filesystem, claim: Claim, target: Path, on_progress: OnProgress
) -> None:
    hidden_dir = target.parent / f".{claim.id}"
    files.remove_tree(hidden_dir)  # left by a crash in the middle of the copy
    files.make_dir(hidden_dir)
    copy = hidden_dir / claim.name
    try:
        files.copy(claim.path, copy, on_progress)
        files.sync(copy)
        files.sync(hidden_dir)
        files.sync(target.parent)
        if files.hash(copy, on_progress) != files.hash(claim.path, on_progress):
            folder = str(target.parent)
            raise OSError(errno.EIO, f"the copy in {folder!r} differs from its original")
    except OSError as error:
        name_full_disk(error, target.parent)
        files.remove_tree(hidden_dir)  # a copy that fills the disk would stop all files
        raise
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    files.remove(claim.path)
    finish_move(files, claim, (target.parent,))


def _candidate_paths(
    files: Filesystem, claim: Claim, folder: Path, on_progress: OnProgress
) -> Iterator[Path]:
    """Yield the input's own name, then one with a hash of its content, then numbered ones."""
    yield folder / claim.name
    stem = safe_stem(claim.name)
    ending = claim.name[len(claim.name) - len(suffix_of(claim.name)) :] or claim.path.suffix
    digest = files.hash(claim.path, on_progress)[:12]
    for number in itertools.count(1):
        suffix = "" if number == 1 else f".{number}"
        yield folder / f"{stem}.{digest}{suffix}{ending}"


def reason_path(rejected: Path) -> Path:
    """Return where the reason of a rejected file is; a name has at most 255 bytes."""
    name = rejected.name
    while len(os.fsencode(name)) > _MAX_NAME_BYTES - len(REASON_SUFFIX):
        name = name[:-1]  # by letters: a Mac refuses a name that ends with half of one
    return rejected.with_name(name + REASON_SUFFIX)


def _encoded(reason: str) -> bytes:
    return (reason.rstrip() + "\n").encode("utf-8", "backslashreplace")
