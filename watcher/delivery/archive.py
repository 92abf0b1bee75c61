"""Where inputs end: archived, or rejected with the reason. Nothing is overwritten, nothing deleted.

On the inbox's own volume that is one rename. To another volume the input is copied into a hidden
folder there, ``.<id>/<name>``, and leaves its claim only when the copy is on the disk and equal;
whoever finds a claim that its input has left looks for such a folder, and goes on.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from watcher.delivery.publish import clear, safe_stem
from watcher.filesystem import Filesystem
from watcher.intake.claims import WHY, Claim, release

_MAX_NAME_BYTES = 255

Breathe = Callable[[], None]


def archive(files: Filesystem, claim: Claim, archive_dir: Path, breathe: Breathe) -> Path:
    """Move a finished input to the archive and return its new place."""
    archive_dir.mkdir(parents=True, exist_ok=True)
    for target in _names(files, claim, archive_dir, breathe):
        with suppress(FileExistsError):
            _move(files, claim, target, breathe)
            return target
    raise AssertionError("the names never end")


def doom(files: Filesystem, claim: Claim, reason: str) -> None:
    """Decide that an input is rejected: from here on, whoever holds the claim rejects it."""
    files.write(claim.folder / WHY, _printable(reason))
    files.sync(claim.folder / WHY)


def doomed(files: Filesystem, claim: Claim) -> str:
    """Why an input is rejected, ``""`` where it is not."""
    try:
        return files.read(claim.folder / WHY).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""


def reject(
    files: Filesystem, claim: Claim, rejected_dir: Path, reason: str, breathe: Breathe
) -> Path:
    """Move an unreadable input to the rejected files; ``<name>.why.txt`` is there before it."""
    rejected_dir.mkdir(parents=True, exist_ok=True)
    for target in _names(files, claim, rejected_dir, breathe):
        why = _beside(target, ".why.txt")
        if os.path.lexists(target) or not _explain(files, why, reason):
            continue
        with suppress(FileExistsError):
            _move(files, claim, target, breathe)
            return target
    raise AssertionError("the names never end")


def _explain(files: Filesystem, why: Path, reason: str) -> bool:
    """Write the reason, also over the beginning of it that a crash left; False for another one."""
    try:
        files.reserve(why)
    except FileExistsError:
        if not _printable(reason).startswith(files.read(why)):
            return False
    files.write(why, _printable(reason))
    files.publish(why)
    files.sync(why)
    return True


def go_on(files: Filesystem, claim: Claim, folders: tuple[Path, ...]) -> None:
    """Give the copy of an input that has left its claim its name, where it has none yet."""
    for folder in folders:
        hidden = folder / f".{claim.id}"
        if not hidden.exists():
            continue
        for name in files.names(hidden):
            left = Claim(hidden / name)
            for target in _names(files, left, folder, lambda: None):
                with suppress(FileExistsError):
                    files.rename_new(left.path, target)
                    break
        files.remove_dir(hidden)


def let_go(files: Filesystem, claim: Claim, outbox: Path) -> None:
    """Remove what is left of a claim that has come to its end: in staging, and itself."""
    clear(files, outbox, claim.id)
    release(files, claim)


def _move(files: Filesystem, claim: Claim, target: Path, breathe: Breathe) -> None:
    """Raises FileExistsError where the name is taken; then the input is where it was."""
    try:
        files.rename_new(claim.path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across(files, claim, target, breathe)
    files.sync(target.parent)


def _move_across(files: Filesystem, claim: Claim, target: Path, breathe: Breathe) -> None:
    hidden = target.parent / f".{claim.id}"
    files.remove_tree(hidden)  # left by a crash in the middle of the copy
    files.make_dir(hidden)
    copy = hidden / claim.name
    files.copy(claim.path, copy, breathe)
    files.sync(copy)
    files.sync(hidden)
    files.sync(target.parent)
    if files.hash(copy, breathe) != files.hash(claim.path, breathe):
        files.remove_tree(hidden)
        raise OSError(errno.EIO, f"the copy in {str(target.parent)!r} differs from its original")
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    files.remove(claim.path)
    go_on(files, claim, (target.parent,))


def _names(files: Filesystem, claim: Claim, folder: Path, breathe: Breathe) -> Iterator[Path]:
    """The input's own name; where it is taken, with a hash of the content; then with a number."""
    yield folder / claim.name
    stem, digest = safe_stem(claim.name), files.hash(claim.path, breathe)[:12]
    for number in itertools.count(1):
        again = "" if number == 1 else f".{number}"
        yield folder / f"{stem}.{digest}{again}{claim.path.suffix}"


def _beside(path: Path, suffix: str) -> Path:
    """The name with ``suffix`` behind it, cut where it would pass the 255 bytes of a file name."""
    name = os.fsencode(path.name)[: _MAX_NAME_BYTES - len(suffix)]
    return path.with_name(os.fsdecode(name) + suffix)


def _printable(reason: str) -> bytes:
    return (reason.rstrip() + "\n").encode("utf-8", "backslashreplace")
