"""``receipt.json`` of a census: the proof that it is complete, written last."""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from core.row_counts import RowCounts
from distributed.shards import Shard
from distributed.storage import Folder

RECEIPT = "receipt.json"
_PACKAGES = ("isco-coder", "ray", "pyarrow", "onnxruntime", "tokenizers", "numpy")
_HOST = ("n_shards", "n_rows", "seconds")


@dataclass(kw_only=True)
class Receipt(RowCounts):
    """What was done; the counts are summed over the shards, whose summaries lie in ``shards/``.

    ``n_review_texts`` alone is no sum: a text of several shards is asked about once. ``inputs`` and
    ``skipped`` name every file; ``hosts`` say who coded how much. Times are UTC, ISO 8601.
    """

    model_version: str
    settings: dict[str, Any]
    started: str
    finished: str = ""
    seconds: float = 0.0
    n_actors: int = 0
    threads: int = 0
    n_shards: int = 0
    n_resumed_shards: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add_shards(self, shards: Sequence[Shard]) -> None:
        """Count the shards, together and by host."""
        hosts: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(_HOST, 0))
        for shard in shards:
            self.n_shards += 1
            self.add(shard)
            of_host = hosts[shard.host]
            for name, value in zip(_HOST, (1, shard.n_rows_out, shard.seconds), strict=True):
                of_host[name] = round(of_host[name] + value, 3)
        self.hosts = dict(sorted(hosts.items()))

    def write(self, out: Folder) -> None:
        """Write ``receipt.json`` with the versions of what made the results."""
        packages = {name: version(name) for name in _PACKAGES}
        self.versions = {"python": platform.python_version(), **packages}
        content = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        out.write(RECEIPT, content.encode())

    def summary(self) -> str:
        """What was done, in one line."""
        return f"{self.sentence(self.seconds)}, {self.n_shards:,} shards"


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
