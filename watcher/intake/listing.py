"""What one poll finds in the inbox and its folders: nothing that was dropped there is left out.

A name decides whether a file may be read, is held with a reason, is an unfinished copy, or is
litter of a system (``core/formats/file_names.py``). The names of files in a folder that was dropped
are relative to the inbox: ``wave 1/staff.csv``.
"""

from __future__ import annotations

import errno
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from core.formats.file_names import (
    is_litter,
    is_unfinished,
    reason_to_hold,
    reason_to_hold_folder,
)
from core.languages.message import Message
from watcher.filesystem import Filesystem

MAX_DEPTH = 8
"""So many folders within each other are looked into."""
EMPTY_FOLDER = Message("an empty folder")
_GONE = frozenset({errno.ENOENT, errno.ESTALE, errno.ENOTDIR})
_KINDS = (
    (stat.S_ISLNK, Message("a link")),
    (stat.S_ISDIR, Message("a folder")),
    (stat.S_ISFIFO, Message("a pipe")),
    (stat.S_ISSOCK, Message("a socket")),
)


class Fingerprint(NamedTuple):
    """What changes when a file is written or replaced."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Listing:
    """The result of one poll, by name relative to the inbox.

    ``files`` may be processed when they are stable; ``blocked`` has the reasons of those that are
    never opened. ``unfinished`` get another name when they are complete. ``ignored`` is what
    systems put there, and empty folders.
    """

    files: dict[str, Fingerprint] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def list_inbox(files: Filesystem, inbox: Path, own_names: frozenset[str] = frozenset()) -> Listing:
    """Return what is in the inbox and in the folders in it, except the program's ``own_names``.

    Raises OSError where the inbox cannot be listed.
    """
    listing = Listing()
    for name in files.names(inbox):
        if name not in own_names:
            _add(files, inbox, name, listing)
    return listing


def top_folder(name: str) -> str:
    """Return the folder in the inbox that a file is in, empty for one in the inbox itself."""
    folder, separator, _ = name.partition("/")
    return folder if separator else ""


def kind_of(mode: int) -> str:
    """Return what something that is no regular file is, in words."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), Message("a device"))


def unreadable(error: PermissionError) -> Message:
    """Return why a file that this user may not read stays in the inbox, and who can change that."""
    return Message(
        "it cannot be read: {why}; its owner must allow the user of isco-coder to read it",
        why=error.strerror,
    )


def _add(files: Filesystem, inbox: Path, name: str, listing: Listing) -> None:
    own_name = name.rpartition("/")[2]
    if is_litter(own_name):
        listing.ignored.append(name)
        return
    try:
        status = files.status(inbox / name)
    except PermissionError as error:  # in a folder that may be listed and not entered; on SMB
        listing.blocked[name] = unreadable(error)
        return
    except OSError as error:
        if error.errno not in _GONE:
            raise
        return  # renamed or deleted since it was listed
    if stat.S_ISDIR(status.st_mode):
        _add_folder(files, inbox, name, listing)
    elif not stat.S_ISREG(status.st_mode):
        kind = kind_of(status.st_mode)
        words = Message("it is {kind}, which is never opened; remove it", kind=kind)
        listing.blocked[name] = words
    elif is_unfinished(own_name):
        listing.unfinished.append(name)
    elif (reason := reason_to_hold(own_name)) is not None:
        listing.blocked[name] = reason
    else:
        fingerprint = Fingerprint(status.st_size, status.st_mtime_ns, status.st_ino)
        listing.files[name] = fingerprint


def _add_folder(files: Filesystem, inbox: Path, name: str, listing: Listing) -> None:
    if name.count("/") >= MAX_DEPTH:
        listing.blocked[name] = Message("it is a folder within {n} others; move it up", n=MAX_DEPTH)
        return
    reason = reason_to_hold_folder(name.rpartition("/")[2])
    if reason is not None:
        listing.blocked[name] = reason
        return
    try:
        names = files.names_inside(inbox / name)
    except PermissionError as error:
        listing.blocked[name] = Message(
            "the folder cannot be read: {why}; its owner must allow the user of isco-coder to read "
            "it",
            why=error.strerror,
        )
        return
    except OSError as error:
        if error.errno not in _GONE | {errno.ELOOP}:
            raise
        return  # gone, or replaced by a link, which the next poll sees
    if all(map(is_litter, names)):
        listing.ignored.append(Message("{folder}/ ({why})", folder=name, why=EMPTY_FOLDER))
    for inner in names:
        _add(files, inbox, f"{name}/{inner}", listing)
