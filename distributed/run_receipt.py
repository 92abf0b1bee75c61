"""``receipt.json`` of a distributed run: the proof that it is complete, written last."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from core.files.own_files import RECEIPT, as_own_json
from core.row_counts import RowCounts, quantity
from distributed.shards import Shard
from distributed.storage import Folder
from inference.versions import software_versions

_PACKAGES = ("ray", "pyarrow", "numpy")  # beside those that every receipt names


@dataclass
class HostCounts:
    """What one machine has coded: shards, rows, and the seconds that its actors worked."""

    n_shards: int = 0
    n_rows: int = 0
    seconds: float = 0.0


@dataclass(kw_only=True)
class RunReceipt(RowCounts):
    """What was done; the counts are summed over the shards, whose summaries are in ``shards/``.

    ``n_review_texts`` alone is no sum: a text of several shards is reviewed once. ``inputs`` name
    every file that was read: ``input``, ``size``, ``n_records``, ``notes``, and of CSV
    ``n_blank_lines``, ``n_rows_below`` (notes below the records), ``encoding`` and ``delimiter``.
    ``skipped`` name the others (``input``, ``size`` and ``reason``), ``held`` what else was in the
    folders (``input`` and ``reason``). ``n_resumed_shards`` are of an earlier run; ``hosts`` maps
    each machine to what it coded; ``n_threads`` are those of one actor. Times are UTC, ISO 8601.
    """

    model_version: str
    settings: dict[str, Any]
    started: str
    finished: str = ""
    seconds: float = 0.0
    n_actors: int = 0
    n_threads: int = 0
    n_shards: int = 0
    n_resumed_shards: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, str]] = field(default_factory=list)
    hosts: dict[str, HostCounts] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add_shard(self, shard: Shard) -> None:
        """Count a shard, together with the others and by machine."""
        self.n_shards += 1
        self.add(shard)
        host = self.hosts.setdefault(shard.host, HostCounts())
        host.n_shards += 1
        host.n_rows += shard.n_rows_out
        host.seconds = round(host.seconds + shard.seconds, 3)

    def write(self, out: Folder) -> None:
        """Write ``receipt.json`` with the versions of the software that made the results."""
        packages = {name: version(name) for name in _PACKAGES}
        python = {"python": platform.python_version()}
        self.versions = {**software_versions(), **python, **packages}
        out.write(RECEIPT, as_own_json(asdict(self)).encode())

    def summary(self) -> str:
        """Return what was done, in one line."""
        return f"{self.sentence(self.seconds)}, {quantity(self.n_shards, 'shard')}"
