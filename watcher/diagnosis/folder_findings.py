"""Look at the folders: are they there, connected, writable, private, apart, and not full?"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from core.files.own_files import SENTINEL
from core.files.scratch_folder import ScratchFolder
from core.settings import Settings
from watcher.diagnosis.finding import Finding, PathNames, fault, warning
from watcher.diagnosis.share_findings import share_findings
from watcher.intake.folder_checks import PROBE_BYTES
from watcher.intake.known_corrections import KnownCorrections
from watcher.intake.local_state import local_state_dir, was_used

_PREFIX = ".probe-check-"
_SECTION = {"corrections": "data"}  # where the folder is set; the others are of the watcher
_LOW_BYTES = 1 << 30
_FULL_BYTES = 100 << 20


def folder_findings(settings: Settings, names: PathNames) -> Iterator[Finding]:
    """Yield the findings on every folder of the settings. Nothing is left in a folder.

    A folder that is missing is not created.
    """
    yield from _local_state(names)
    watched, data = settings.watcher, settings.data
    folders = {
        "inbox": watched.inbox,
        "outbox": watched.outbox,
        "archive": watched.archive_dir,
        "rejected files": watched.rejected_dir,
        "corrections": data.corrections_dir,
        "models": settings.output.model_dir,
    }
    for check, folder in folders.items():
        if check == "corrections" and KnownCorrections(folder).why_away() is not None:
            yield _corrections_away(folder, names)
            continue
        yield from _folder(check, folder, names, has_sentinel=check in ("inbox", "outbox"))
    inbox = watched.inbox.resolve()
    for check in ("outbox", "archive", "rejected files", "corrections"):
        if folders[check].resolve().is_relative_to(inbox):
            yield fault(
                check,
                "it is the inbox or a folder in it: files would come back for ever",
                f"choose another folder in the settings of {_SECTION.get(check, 'watcher')}",
            )
    yield from _volumes(folders)


def _folder(check: str, folder: Path, names: PathNames, has_sentinel: bool) -> Iterator[Finding]:
    shown = names.shown(folder)
    if not os.path.lexists(folder):
        yield _missing(check, folder, shown)
        return
    if not folder.is_dir():
        remedy = "remove what is there, or choose another folder in the settings"
        yield fault(check, f"{shown} is not a folder", remedy)
        return
    if has_sentinel and not (folder / SENTINEL).exists() and was_used(folder):
        yield fault(
            check,
            f"{shown} has no file {SENTINEL}, and a daemon has worked there: its share is not "
            "connected",
            f"connect the share; if the folder is new on purpose, create an empty {SENTINEL} in it",
        )
        return
    try:
        with ScratchFolder(folder, _PREFIX) as probe:
            _try(probe)
            yield Finding(check, f"{shown}: files can be created, renamed and removed")
            if has_sentinel:
                yield from share_findings(check, folder, probe)
    except OSError as error:
        yield fault(
            check,
            f"{shown} cannot be used: {error.strerror or error}",
            "let the user of the daemon create, rename and remove files there, or make space",
        )
        return
    yield from _space(check, folder)
    if has_sentinel:
        yield from _strangers(check, folder)


def _local_state(names: PathNames) -> Iterator[Finding]:
    """Yield a finding where the daemon could not keep its locks on this machine's own disk."""
    folder = local_state_dir()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        yield fault(
            "locks",
            f"{names.shown(folder)} cannot be created or written: the daemon keeps its locks there",
            "let the user of the daemon own its home folder, or set XDG_STATE_HOME to a folder "
            "that it can write",
        )


def _corrections_away(folder: Path, names: PathNames) -> Finding:
    return fault(
        "corrections",
        f"{names.shown(folder)} is missing, or is another folder without corrections, and a daemon "
        "has used corrections from there: it waits for them",
        f"connect its share, or put the folder back; if it is new on purpose, create it with an "
        f"empty {SENTINEL} in it",
    )


def _missing(check: str, folder: Path, shown: str) -> Finding:
    if was_used(folder):
        found = f"{shown} is missing, and a daemon has worked there"
        return fault(check, found, "connect its share, or create it again")
    nearest = next(place for place in folder.parents if place.exists())
    if os.access(nearest, os.W_OK | os.X_OK):
        return Finding(check, f"{shown} does not exist yet: it is created when needed")
    return fault(
        check,
        f"{shown} does not exist, and cannot be created",
        "create it, or let the user of the daemon create it",
    )


def _try(probe: Path) -> None:
    """Try what the daemon does. Raises OSError."""
    path = probe / "probe"
    with path.open("xb") as file:
        file.write(bytes(PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
    inner = probe / "folder"
    inner.mkdir()
    path.rename(inner / "probe")
    inner.rename(probe / "renamed")


def _space(check: str, folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < _LOW_BYTES:
        finding = fault if free < _FULL_BYTES else warning
        found = f"{free / 1e6:,.0f} MB are free"
        yield finding(check, found, "make space: isco purge removes old files")


def _strangers(check: str, folder: Path) -> Iterator[Finding]:
    status = folder.resolve().stat()
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    is_foreign = status.st_uid not in (os.getuid(), 0)
    if is_foreign or (others and not status.st_mode & stat.S_ISVTX):
        yield warning(
            check,
            "others can replace the private folders of the program in it",
            "let the user of the daemon own it, with the sticky bit: chmod +t; see "
            "docs/operations.md, shared folders",
        )


def _volumes(folders: dict[str, Path]) -> Iterator[Finding]:
    inbox = folders["inbox"]
    for check in ("archive", "rejected files"):
        folder = folders[check]
        if inbox.is_dir() and folder.is_dir() and inbox.stat().st_dev != folder.stat().st_dev:
            found = "it is on another volume than the inbox: inputs are copied, compared, removed"
            yield Finding(check, found)
