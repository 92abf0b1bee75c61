"""What a purge removed, what it kept and why, and what it could not remove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from core.log_lines import one_line


class Place(StrEnum):
    """Where there is personal text."""

    ARCHIVE = "archive"
    REJECTED = "rejected"
    OUTBOX = "outbox"
    CORRECTIONS = "corrections"
    EVENTS = "events"
    """Events whose command failed too often."""
    ORPHANS = "orphans"
    """Doubts, of any age, about corrections files that are gone; files not written to the end."""
    REVIEW = "review"
    """What ``isco coders`` wrote."""


@dataclass(frozen=True)
class Old:
    """A file, or the folder of a batch, that is older than the limit. ``since``: UTC, ISO 8601."""

    place: Place
    path: str
    since: str
    n_bytes: int


@dataclass(frozen=True)
class Exempt:
    """What is old and stays, or could not be removed, with the reason."""

    path: str
    reason: str


@dataclass
class PurgeReport:
    """The outcome of a purge. In a dry run ``removed`` is what would be removed."""

    before: str
    is_dry_run: bool
    removed: list[Old] = field(default_factory=list)
    kept: list[Exempt] = field(default_factory=list)
    failed: list[Exempt] = field(default_factory=list)
    open_reviews: list[Exempt] = field(default_factory=list)
    """Batches that were removed although texts of their review are not answered."""
    is_stopped: bool = False
    """Whether it was stopped before its end, so that there may be more that is old."""

    def lines(self) -> Iterator[str]:
        """Yield the report as text for people."""
        verb = "would be removed" if self.is_dry_run else "removed"
        yield f"what is older than {self.before}:"
        for place in Place:
            old = [entry for entry in self.removed if entry.place is place]
            size = sum(entry.n_bytes for entry in old) / 1e6
            one, many = ("batch", "batches") if place is Place.OUTBOX else ("file", "files")
            counted = f"{len(old):,} {one if len(old) == 1 else many}"
            yield f"  {place + ':':<13} {counted} {verb}, {size:,.1f} MB"
            yield from (f"    {one_line(entry.path)} ({entry.since[:10]})" for entry in old)
        for title, entries in (
            ("kept:", self.kept),
            (f"{verb} with an open review:", self.open_reviews),
            ("not removed:", self.failed),
        ):
            if entries:
                yield title
                yield from (f"  {one_line(f'{entry.path}: {entry.reason}')}" for entry in entries)
        if self.is_stopped:
            yield "stopped before the end: start it again for the rest"
