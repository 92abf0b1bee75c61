"""``outbox/index.html``: what the daemon does, and all batches and nightly trainings so far.

A published folder never changes, so each is read once and remembered; at an event only the names in
the outbox are listed again. The page is replaced by one rename, and only when its content is new.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from math import isnan, nan
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel

from core.files.own_files import (
    METRICS,
    RECEIPT,
    REPORT,
    SENTINEL,
    OwnFileError,
    read_own_file,
    read_own_json,
    set_aside,
)
from core.files.whole_file import write_atomic
from core.html import encoded, rendered
from core.isco_titles.group_titles import ENGLISH
from core.languages.message import Message
from core.languages.page_language import page_language
from core.languages.stored_message import restored_reasons
from core.row_counts import RowCounts
from core.run_state import ENDS, RunState
from core.timestamps import utc_timestamp
from watcher.delivery.publish import is_superseded
from watcher.processes.scheduler import FAILED, NIGHTLY
from watcher.status.other_daemons import with_rejected_by_others
from watcher.status.removed_reasons import find_reason
from watcher.status.status import FileResult, Status

_LOG = logging.getLogger(__name__)
INDEX = "index.html"
# While a file is in work: a synchronised outbox sends every version of the page.
_MIN_INTERVAL_S = 1.0
_MAX_SHOWN = 1_000
_N_TREND = 60


class Index:
    """The index of one outbox, in a language. ``clock`` returns the time in UTC."""

    def __init__(
        self,
        outbox: Path,
        language: str = ENGLISH,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._outbox = outbox
        self._language = language
        self._clock = clock
        self._batches: dict[str, dict[str, Any]] = {}
        self._trainings: dict[str, dict[str, Any]] = {}
        self._written_state: tuple[Any, ...] | None = None
        self._written_s = -_MIN_INTERVAL_S
        self._is_failing = False
        self._reported: set[Path] = set()  # trainings that cannot be read

    def refresh(self, status: Status | None = None) -> None:
        """Write the page where its content is new. ``status`` is None where no daemon works.

        A page that cannot be written stops nothing. None is written where the sentinel is missing:
        the share may be unavailable before the daemon has noticed.
        """
        is_busy = status is not None and status.in_progress is not None
        if is_busy and time.monotonic() - self._written_s < _MIN_INTERVAL_S:
            return
        try:
            if status is not None:
                status = with_rejected_by_others(status, self._outbox)
            read_batch = partial(_batch, language=self._language)
            _update(self._batches, self._folders(self._outbox), read_batch)
            _update(self._trainings, self._folders(self._outbox / NIGHTLY), self._training)
            state = frozenset(self._batches), frozenset(self._trainings), _lasting(status)
            if state != self._written_state:
                page = self._page(status)
                if not self._is_available(status):
                    return
                write_atomic(self._outbox / INDEX, page, is_public=True)
                if not self._is_available(status):  # the share went away in between
                    (self._outbox / INDEX).unlink(missing_ok=True)
                    return
                self._written_state = state
                self._written_s = time.monotonic()
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                _LOG.warning("the index page cannot be written, continuing without it: %s", error)
            self._is_failing = True

    def _is_available(self, status: Status | None) -> bool:
        return status is None or (self._outbox / SENTINEL).exists()

    def _folders(self, folder: Path) -> Iterator[Path]:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                        yield Path(entry.path)
        except FileNotFoundError:
            return

    def _training(self, folder: Path) -> dict[str, Any] | None:
        """Return the outcome of a nightly training; one that cannot be read is logged once."""
        try:
            return _training(folder)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OwnFileError as error:
            set_aside(folder / METRICS, error)
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if folder not in self._reported:
                _LOG.warning("the report of a training is not shown: %s", error)
            self._reported.add(folder)
            return None

    def _reason_of(self, result: FileResult) -> str:
        """Return the way from the page to the reason of a rejected file; empty if there is none."""
        try:
            path = find_reason(Path(result.reason_path)) if result.reason_path else None
            return "" if path is None else Path(os.path.relpath(path, self._outbox)).as_posix()
        except (OSError, ValueError):  # the share is away; another drive of Windows
            return ""

    def _page(self, status: Status | None) -> bytes:
        batches = sorted(self._batches.values(), key=_newest, reverse=True)
        trainings = sorted(self._trainings.values(), key=_newest, reverse=True)
        coded = [batch for batch in batches if batch["is_counted"] and batch["n_rows"]]
        shares = [batch["share"] for batch in coded if not isnan(batch["share"])]
        measured = [training for training in trainings if training["agreement"]]
        return encoded(
            "index.html",
            self._language,
            status=status,
            now=utc_timestamp(self._clock()),
            nonce=secrets.token_urlsafe(16),  # the name of no file can have known it
            months=_months(batches[:_MAX_SHOWN], self._language),
            reason_of=self._reason_of,
            n_batches=len(batches),
            n_shown=min(len(batches), _MAX_SHOWN),
            n_rows=sum(batch["n_rows"] for batch in coded),
            trainings=trainings,
            shares=shares[:_N_TREND][::-1],
            agreements=[training["agreement"] for training in measured[:_N_TREND]][::-1],
        )


def _months(batches: Sequence[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the batches, the newest first, by the month here in which they were finished."""
    months = []
    spoken = page_language(language)
    for name, group in groupby(batches, lambda batch: spoken.month(batch["when"])):
        inside = list(group)
        coded = [batch for batch in inside if batch["is_counted"]]
        months.append(
            {
                "name": name,
                "n_batches": len(inside),
                "n_rows": sum(batch["n_rows"] for batch in coded),
                "rows": Markup("").join(batch["row"] for batch in inside),
            }
        )
    return months


def _newest(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["when"], entry["name"]


def _lasting(status: Status | None) -> Any:
    """Return what is news in a status; that the inbox was polled again is none."""
    if status is None:
        return None
    waiting = tuple((file.name, file.reason) for file in status.waiting)
    in_progress = status.in_progress.name if status.in_progress is not None else None
    passing = {"last_poll": None, "last_progress": None, "waiting": (), "in_progress": None}
    return status.model_copy(update=passing), waiting, in_progress


def _update(
    entries: dict[str, dict[str, Any]],
    folders: Iterator[Path],
    read: Callable[[Path], dict[str, Any] | None],
) -> None:
    """Read the folders that are new, and forget those that are gone."""
    by_name = {folder.name: folder for folder in folders}
    for name in entries.keys() - by_name.keys():
        del entries[name]
    for name in by_name.keys() - entries.keys():
        entry = read(by_name[name])
        if entry is not None:
            entries[name] = entry


def _share_at_once(receipt: dict[str, Any]) -> float:
    """Return the share of answers that nobody is asked about; receipts of 0.1 have fewer counts."""
    names = {field.name for field in fields(RowCounts)}
    counts = RowCounts(**{name: int(receipt[name]) for name in names & receipt.keys()})
    return counts.settled_rate


def _batch(folder: Path, language: str) -> dict[str, Any] | None:
    """Return the key figures of a batch and its row in the table; None where it is no batch."""
    try:
        receipt = read_own_json(folder / RECEIPT)
        is_corrections = "statuses" in receipt
        n_rows = int(receipt["n_rows" if is_corrections else "n_rows_out"])
        entry = {
            "kind": "corrections" if is_corrections else "coded",
            "folder": folder.name,
            "name": _name(receipt, folder),
            "when": str(receipt["finished"]),
            "n_rows": n_rows,
            # A file that grew during the work is coded anew, with the same records and more.
            "is_counted": not is_corrections and not is_superseded(folder.name),
            "share": nan if is_corrections else _share_at_once(receipt),
            "has_report": (folder / REPORT).exists(),
            "receipt": receipt,
        }
        row = rendered("index_row.html", language, **entry)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # somebody's folder, or a receipt that was edited
        _LOG.debug("%s is not shown: %s", folder, error)
        return None
    del entry["receipt"]
    return {**entry, "row": row}


def _name(receipt: dict[str, Any], folder: Path) -> str:
    """Return the path that the input had in the inbox; receipts of 0.1 tell no folder."""
    file_name = "/".join(filter(None, [receipt.get("inbox_folder"), str(receipt["input"])]))
    if is_superseded(folder.name):
        return Message("{name} (superseded)", name=file_name)
    return file_name


class _Version(BaseModel):
    name: str


class _Agreement(BaseModel):
    """The agreement with people that a training measured, as the trend shows it."""

    n: int
    rate: float
    interval: tuple[float, float]
    versions: list[_Version] = []
    """The versions of the model that the figure is over; reports of 0.1 do not say."""


def _training(folder: Path) -> dict[str, Any]:
    """Return the outcome of a nightly training. Raises OSError, ValueError, KeyError, TypeError."""
    entry = {"name": folder.name, "when": folder.name, "has_report": (folder / REPORT).exists()}
    if (folder / FAILED).exists():
        try:
            reason = read_own_file(folder / FAILED).decode("utf-8", "replace").strip()
        except (OSError, OwnFileError) as error:
            reason = str(error)
        failed = {"state": ENDS[RunState.FAILED], "reasons": [reason]}
        return {**entry, **failed, "version": "", "agreement": {}}
    metrics = read_own_json(folder / METRICS)
    agreement = metrics.get("sampled_agreement") or {}
    if agreement:
        agreement = _Agreement.model_validate(agreement).model_dump()
    return {
        **entry,
        "state": ENDS.get(metrics["state"], str(metrics["state"])),
        "reasons": restored_reasons(metrics),
        "version": str(metrics.get("version") or ""),
        "agreement": agreement,
    }
