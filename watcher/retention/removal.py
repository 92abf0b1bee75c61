"""Remove old personal text: archived and rejected inputs, results, corrections, stray files.

A running daemon is not disturbed. A batch leaves the outbox by one rename, so it is there whole or
not at all. It stays while a file with its content is in the inbox or in a claim: the daemon may
just be answering this file with the batch. A file is removed in one step; a process that has it
open reads it to its end.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from core.corrections.corrections_folder import folder_state
from core.corrections.doubts import doubts_path, orphaned_doubts, remove_doubts
from core.errors import FolderError, StatusError
from core.files.folders import names_in
from core.files.own_files import SENTINEL
from core.files.scratch_folder import ScratchFolder
from core.files.whole_file import PART_FILES, write_atomic
from core.review_contract import AGREEMENT_PAGE, CONFLICTS
from core.row_counts import quantity
from core.settings import Settings, WatcherSettings
from core.timestamps import utc_timestamp
from results.kept_corrections import ID_DIGITS
from watcher.delivery.archive import REASON_SUFFIX, reason_path
from watcher.delivery.index_page import INDEX, Index
from watcher.environment import MAIN
from watcher.hooks.hooks import FAILED, HOOKS
from watcher.intake.folder_checks import STAGING
from watcher.retention.old_batches import Batch, OldBatches, moment_of, written_moment
from watcher.retention.purge_report import Exempt, Old, Place, PurgeReport
from watcher.status.other_daemons import other_daemons
from watcher.status.removed_reasons import without_removed_reasons
from watcher.status.status import encodable
from watcher.status.status_file import read_status, status_file_name

_LOG = logging.getLogger(__name__)
_PREFIX = "purge-"


@dataclass(frozen=True)
class Scope:
    """What a purge takes.

    Attributes
    ----------
    before : what is there since an earlier moment is old.
    takes_corrections : whether old corrections are removed, so that they are not used any more.
    takes_open_reviews : whether batches are removed whose review has texts without an answer.
    is_dry_run : whether nothing is removed.
    """

    before: datetime
    takes_corrections: bool = True
    takes_open_reviews: bool = False
    is_dry_run: bool = False


def purge(settings: Settings, scope: Scope) -> PurgeReport:
    """Remove what is old, and report it. What cannot be removed is in the report.

    Ctrl-C stops it: the report has what went until then. No training must run meanwhile. Raises
    FolderError where the share of a folder is not connected.
    """
    _require_shares(settings)
    report = PurgeReport(utc_timestamp(scope.before), scope.is_dry_run)
    try:
        _purge_all(settings, scope, report)
    except KeyboardInterrupt:
        report.is_stopped = True
    watched = settings.watcher
    if not scope.is_dry_run and watched.outbox.is_dir():
        _refresh_pages(watched, settings.output.language)
    return report


def _purge_all(settings: Settings, scope: Scope, report: PurgeReport) -> None:
    watched = settings.watcher
    if watched.outbox.is_dir():
        _purge_outbox(settings, scope, report)
    for place, folder in (
        (Place.ARCHIVE, watched.archive_dir),
        (Place.REJECTED, watched.rejected_dir),
    ):
        for path, since in _old_files(folder, scope.before):
            _remove_file(report, place, path, since)
    _purge_review(settings.data.review_dir, scope, report)
    for path, since in _old_files(watched.outbox / STAGING / HOOKS, scope.before):
        if path.name.startswith(FAILED):
            _remove_file(report, Place.EVENTS, path, since)
    if scope.takes_corrections:
        _purge_corrections(settings.data.corrections_dir, scope, report)
    _purge_orphans(settings, scope, report)
    corrections_dir = settings.data.corrections_dir
    doubts_dir = doubts_path(corrections_dir / "any").parent
    for folder in (corrections_dir, doubts_dir, settings.data.review_dir):
        _purge_part_files(folder, scope, report)


def _require_shares(settings: Settings) -> None:
    """Raise FolderError where a folder has lost its sentinel: it is an empty mount point."""
    for folder in (settings.watcher.inbox, settings.watcher.outbox):
        if folder.is_dir() and any(folder.iterdir()) and not (folder / SENTINEL).exists():
            raise FolderError(
                f"{str(folder)!r} has no file {SENTINEL}: no daemon has worked here, or the share "
                "is not connected. Start 'isco watch' once, or connect the share"
            )


def _purge_outbox(settings: Settings, scope: Scope, report: PurgeReport) -> None:
    outbox = settings.watcher.outbox
    batches = OldBatches(settings, scope.before)
    with _scratch(outbox, scope) as take_away:
        for batch in batches:
            reason = batches.reason_to_keep(batch)
            is_open = quantity(
                batch.n_open,
                "text of its review is not answered",
                "texts of its review are not answered",
            )
            if reason is None and batch.n_open and not scope.takes_open_reviews:
                reason = f"{is_open}; --open-reviews takes such batches, too"
            if reason is not None:
                report.kept.append(Exempt(encodable(str(batch.folder)), reason))
                continue
            old = _old_batch(batch)
            is_gone = _remove(report, old, batch.folder, partial(take_away, batch.folder))
            if is_gone and batch.n_open:
                report.open_reviews.append(Exempt(encodable(str(batch.folder)), is_open))


@contextmanager
def _scratch(outbox: Path, scope: Scope) -> Iterator[Callable[[Path], None]]:
    """Open a private folder on the volume of the outbox; yield what moves a batch into it."""
    if scope.is_dry_run:
        yield lambda folder: None
        return
    staging = outbox / STAGING
    staging.mkdir(mode=0o700, exist_ok=True)
    with ScratchFolder(staging, _PREFIX) as scratch:

        def take_away(folder: Path) -> None:
            target = scratch / folder.name
            folder.rename(target)
            shutil.rmtree(target)

        yield take_away


def _old_batch(batch: Batch) -> Old:
    n_bytes = sum(_size(path) for path in batch.folder.rglob("*"))
    since = utc_timestamp(batch.finished)
    return Old(Place.OUTBOX, encodable(str(batch.folder)), since, n_bytes)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0


def _refresh_pages(watched: WatcherSettings, language: str) -> None:
    """Let status and index forget what is gone; a running daemon does so when it writes them."""
    outbox = watched.outbox
    for name in (MAIN, *other_daemons(outbox)):
        with suppress(StatusError, OSError):
            status = read_status(outbox, name)
            shorter = without_removed_reasons(status, watched.rejected_dir)
            if shorter != status:
                path = outbox / status_file_name(name)
                write_atomic(path, shorter.model_dump_json(indent=2) + "\n", is_public=True)
    if (outbox / INDEX).exists():
        main_status = None
        with suppress(StatusError):
            main_status = read_status(outbox)
        Index(outbox, language).refresh(main_status)


def _old_files(folder: Path, before: datetime) -> Iterator[tuple[Path, datetime]]:
    """Yield the old inputs of a folder; the reason of a rejected file goes with the file.

    With each comes the moment since when it is there.
    """
    paths = [folder / name for name in sorted(names_in(folder)) if not name.startswith(".")]
    inputs = {path for path in paths if not path.name.endswith(REASON_SUFFIX)}
    of_inputs = set(map(reason_path, inputs))
    for path in paths:
        with suppress(FileNotFoundError):  # a daemon tells and removes events meanwhile
            if path not in of_inputs and not path.is_dir() and (since := moment_of(path)) < before:
                yield path, since


def _purge_review(folder: Path, scope: Scope, report: PurgeReport) -> None:
    """Remove what ``isco coders`` wrote; name what trainings and other runs did."""
    others = []
    for path, since in _old_files(folder, scope.before):
        if path.name in (CONFLICTS, AGREEMENT_PAGE):
            _remove_file(report, Place.REVIEW, path, since)
        else:
            others.append(path.name)
    if others:
        n_and_first = f"{quantity(len(others), 'old file')}, such as {encodable(others[0])}"
        reason = f"it has {n_and_first}, of trainings or other runs: remove them by hand"
        report.kept.append(Exempt(encodable(str(folder)), reason))


def _purge_corrections(folder: Path, scope: Scope, report: PurgeReport) -> None:
    for file in folder_state(folder):
        path = folder / file.name
        with suppress(OSError):
            since = written_moment(file.received) or moment_of(path)
            if since < scope.before:
                _remove_file(report, Place.CORRECTIONS, path, since)


def _purge_orphans(settings: Settings, scope: Scope, report: PurgeReport) -> None:
    """Remove doubts about files that are gone: they quote texts, and nobody reads them any more.

    The daemon notes doubts before it keeps a file; those about an input in its hands stay.
    """
    orphans = orphaned_doubts(settings.data.corrections_dir)
    if not orphans:
        return
    waiting = {sha256[:ID_DIGITS] for sha256 in OldBatches(settings, scope.before).waiting()}
    for file in orphans:
        path = doubts_path(file)
        if file.name.partition(".")[0] in waiting:
            reason = "a file with the content that it is about is in the inbox"
            report.kept.append(Exempt(encodable(str(path)), reason))
        elif not file.exists():  # it may have been kept meanwhile
            with suppress(FileNotFoundError):
                _remove_file(report, Place.ORPHANS, path, moment_of(path))


def _purge_part_files(folder: Path, scope: Scope, report: PurgeReport) -> None:
    """Remove what a killed process had begun to write: it has texts, and nobody ends it."""
    for path in sorted(folder.glob(PART_FILES)):
        with suppress(FileNotFoundError):
            if (since := moment_of(path)) < scope.before:
                _remove_file(report, Place.ORPHANS, path, since)


def _remove_file(report: PurgeReport, place: Place, path: Path, since: datetime) -> None:
    def remove() -> None:
        if not report.is_dry_run:
            path.unlink()
            if place is Place.REJECTED:  # after the file: it never lies there without its reason
                reason_path(path).unlink(missing_ok=True)
            if place is Place.CORRECTIONS:
                remove_doubts(path)

    old = Old(place, encodable(str(path)), utc_timestamp(since), _size(path))
    _remove(report, old, path, remove)


def _remove(report: PurgeReport, old: Old, path: Path, remove: Callable[[], None]) -> bool:
    """Remove something old at ``path`` and report it; return whether it is gone."""
    try:
        remove()
    except OSError as error:
        report.failed.append(Exempt(old.path, str(error.strerror or error)))
        _LOG.warning("%s cannot be removed: %s", old.path, error)
        return False
    except KeyboardInterrupt:
        if not os.path.lexists(path):
            report.removed.append(old)
        raise
    report.removed.append(old)
    return True
