"""What the rows of the coded dataset say, file by file and shard by shard."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import pyarrow as pa

from core.errors import DistributedError
from distributed.actor import SHARD
from distributed.datasource import FILE, KEPT, REFUSED
from distributed.progress import Progress
from distributed.ray_cluster import GO_ON
from distributed.shards import Shard

_LOG = logging.getLogger(__name__)


@dataclass
class Outcome:
    """The shards by name, ``n_resumed`` of an earlier run among them; files read and skipped."""

    shards: dict[str, Shard] = field(default_factory=dict)
    n_resumed: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)

    def check_sums(self) -> None:
        """Raise DistributedError where a file changed and records are lost or doubled."""
        n_coded: Counter[str] = Counter()
        for shard in self.shards.values():
            n_coded[shard.input] += shard.n_rows_out
        for file in self.files:
            if n_coded[file["input"]] != file["n_records"]:
                raise DistributedError(
                    f"{file['input']!r} held {file['n_records']:,} records at first and "
                    f"{n_coded[file['input']]:,} later: leave it as it is, then {GO_ON}"
                )


def follow(
    rows: Iterable[pa.Table], complete: Mapping[str, Shard], n_bytes: int, skip_corrupt: bool
) -> Outcome:
    """Take the rows as they come, and say now and then how it stands.

    ``complete`` are the shards of an earlier run by name, ``n_bytes`` those of all files. Raises
    DistributedError at a file that cannot be read, unless such files are skipped, and at sums that
    do not add up.
    """
    outcome, progress = Outcome(), Progress(n_bytes)
    for row in rows:
        kind, header = row["kind"][0].as_py(), json.loads(row["header"][0].as_py())
        if kind == SHARD:
            shard = outcome.shards[header["name"]] = Shard(**header)
            progress.coded(shard.n_rows_out)
        elif kind == KEPT:
            shard = outcome.shards[header["name"]] = complete[header["name"]]
            outcome.n_resumed += 1
            progress.kept(shard.n_rows_out)
        elif kind == FILE:
            outcome.files.append(header)
            progress.read(header["size"], header["n_records"])
        elif kind == REFUSED:
            if not skip_corrupt:
                raise DistributedError(
                    f"{header['reason']} ({header['input']!r}; --skip-corrupt goes on without such "
                    f"files, and {GO_ON})"
                )
            _LOG.warning("skipped: %s", header["reason"])
            outcome.skipped.append(header)
            progress.read(header["size"], 0)
    outcome.files.sort(key=itemgetter("input"))
    outcome.skipped.sort(key=itemgetter("input"))
    outcome.check_sums()
    return outcome
