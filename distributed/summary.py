"""The summary of a run, collected from the rows of the coded dataset."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import pyarrow as pa

from core.errors import DistributedError
from core.row_counts import quantity
from distributed.dataset_rows import RowKind, header_of, kind_of
from distributed.progress import RunProgress
from distributed.ray_cluster import RESUME_HINT
from distributed.shards import Shard

_LOG = logging.getLogger(__name__)


@dataclass
class RunSummary:
    """What a run has read and written.

    Attributes
    ----------
    shards : name → summary of each shard.
    n_resumed : how many of them are of an earlier run.
    files : the header of each file that was read: ``input``, ``size``, ``n_records``, ``notes``,
        and of CSV ``n_blank_lines``, ``n_rows_below`` (notes below the records), ``encoding`` and
        ``delimiter``.
    skipped : the header of each file that was not: ``input``, ``size`` and ``reason``.
    """

    shards: dict[str, Shard] = field(default_factory=dict)
    n_resumed: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)

    def check_sums(self) -> None:
        """Raise DistributedError if a file changed, so that records are lost or doubled."""
        n_coded: Counter[str] = Counter()
        for shard in self.shards.values():
            n_coded[shard.input] += shard.n_rows_out
        for file in self.files:
            if n_coded[file["input"]] != file["n_records"]:
                raise DistributedError(
                    f"{file['input']!r} held {quantity(file['n_records'], 'record')} at first and "
                    f"{n_coded[file['input']]:,} later: do not change it, then {RESUME_HINT}"
                )


def collect_summary(
    rows: Iterable[pa.Table], complete: Mapping[str, Shard], n_bytes: int, skips_corrupt: bool
) -> RunSummary:
    """Consume the rows as they come, log the progress, and return the summary.

    Parameters
    ----------
    complete : name → summary of the shards of an earlier run.
    n_bytes : the size of all files.
    skips_corrupt : whether files that cannot be read are skipped.

    Raises DistributedError for a file that cannot be read and is not skipped, and if the numbers of
    records do not add up.
    """
    summary = RunSummary()
    progress = RunProgress(n_bytes)
    for row in rows:
        kind = kind_of(row)
        header = header_of(row)
        if kind is RowKind.SHARD:
            shard = Shard(**header)
            summary.shards[shard.name] = shard
            progress.add_coded(shard.n_rows_out)
        elif kind is RowKind.COMPLETE:
            shard = complete[header["name"]]
            summary.shards[shard.name] = shard
            summary.n_resumed += 1
            progress.add_resumed(shard.n_rows_out)
        elif kind is RowKind.FILE:
            summary.files.append(header)
            for note in header["notes"]:
                _LOG.info("%r: %s", header["input"], note)
            progress.add_read(header["size"], header["n_records"])
        elif kind is RowKind.REFUSED:
            if not skips_corrupt:
                raise DistributedError(
                    f"{header['reason']} ({header['input']!r}; --skip-corrupt goes on without such "
                    f"files, and {RESUME_HINT})"
                )
            _LOG.warning("skipped: %s", header["reason"])
            summary.skipped.append(header)
            progress.add_read(header["size"], 0)
    summary.files.sort(key=itemgetter("input"))
    summary.skipped.sort(key=itemgetter("input"))
    summary.check_sums()
    return summary
