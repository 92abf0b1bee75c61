"""The daemons with a name, and what they rejected, for the page that the main one writes."""

from __future__ import annotations

from contextlib import suppress
from operator import attrgetter
from pathlib import Path

from core.errors import StatusError
from watcher.status.status import N_RESULTS, Status
from watcher.status.status_file import read_status, status_file_name


def other_daemons(outbox: Path) -> list[str]:
    """Return the names of the daemons of an outbox that have one, ascending."""
    return sorted(path.stem.partition("-")[2] for path in outbox.glob(status_file_name("*")))


def with_rejected_by_others(status: Status, outbox: Path) -> Status:
    """Return the main daemon's status with the files that the daemons with a name rejected.

    A status that cannot be read is left out: its daemon replaces it, and logs what is wrong.
    """
    others = []
    for name in other_daemons(outbox):
        with suppress(StatusError):
            others.append(read_status(outbox, name))
    if not others:
        return status
    every = (status, *others)
    rejected = sorted(
        (result for each in every for result in each.rejected), key=attrgetter("at"), reverse=True
    )
    n_rejected = sum(max(each.totals.n_rejected, len(each.rejected)) for each in every)
    totals = status.totals.model_copy(update={"n_rejected": n_rejected})
    return status.model_copy(update={"rejected": tuple(rejected[:N_RESULTS]), "totals": totals})
