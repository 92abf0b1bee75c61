"""Collect what a run has read and written from the rows of the coded dataset."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

import pyarrow as pa

from core.errors import DistributedError
from core.row_counts import quantity
from distributed.dataset_rows import RowKind, header_of, kind_of
from distributed.progress import RunProgress
from distributed.ray_cluster import RESUME_HINT
from distributed.run_receipt import RunReceipt
from distributed.shards import Shard

_LOG = logging.getLogger(__name__)


def collect_shards(
    receipt: RunReceipt,
    rows: Iterable[pa.Table],
    complete: Mapping[str, Shard],
    n_bytes: int,
    skips_corrupt: bool,
) -> dict[str, Shard]:
    """Consume the rows as they come, log the progress, and return name → summary of each shard.

    The files, and the counts of the shards, are noted in ``receipt``.

    Parameters
    ----------
    complete : name → summary of the shards of an earlier run.
    n_bytes : the size of all files.
    skips_corrupt : whether files that cannot be read are skipped.

    Raises DistributedError for a file that cannot be read and is not skipped, and if the numbers of
    records do not add up.
    """
    shards: dict[str, Shard] = {}
    progress = RunProgress(n_bytes)
    for row in rows:
        kind = kind_of(row)
        header = header_of(row)
        if kind is RowKind.SHARD:
            shard = Shard(**header)
            shards[shard.name] = shard
            progress.add_coded(shard.n_rows_out)
        elif kind is RowKind.COMPLETE:
            shard = complete[header["name"]]
            shards[shard.name] = shard
            receipt.n_resumed_shards += 1
            progress.add_resumed(shard.n_rows_out)
        elif kind is RowKind.FILE:
            receipt.inputs.append(header)
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
            receipt.skipped.append(header)
            progress.add_read(header["size"], 0)
    receipt.inputs.sort(key=itemgetter("input"))
    receipt.skipped.sort(key=itemgetter("input"))
    _check_sums(receipt.inputs, shards.values())
    for _, shard in sorted(shards.items()):
        receipt.add_shard(shard)
    receipt.hosts = dict(sorted(receipt.hosts.items()))
    return shards


def _check_sums(files: Iterable[Mapping[str, Any]], shards: Iterable[Shard]) -> None:
    """Raise DistributedError if a file changed, so that records are lost or doubled."""
    n_coded: Counter[str] = Counter()
    for shard in shards:
        n_coded[shard.input] += shard.n_rows_out
    for file in files:
        if n_coded[file["input"]] != file["n_records"]:
            raise DistributedError(
                f"{file['input']!r} held {quantity(file['n_records'], 'record')} at first and "
                f"{n_coded[file['input']]:,} later: do not change it, then {RESUME_HINT}"
            )
