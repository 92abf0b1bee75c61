"""The actor that codes: one ONNX session, its threads, and a memory of recent texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import ray

from core.settings import Settings
from distributed.datasource import SPLIT, message, records_of
from distributed.file_splits import Split
from distributed.shards import Format, Shard, write_shard
from distributed.storage import Folder
from inference.autocoder import open_autocoder, result_settings
from inference.bundle import MANIFEST, Bundle
from inference.corrections_lookup import CorrectionsLookup

SHARD = "shard"
"""The kind of the rows that a coder answers: a shard is written, its summary is the header."""


def served_files(bundle: Bundle) -> dict[str, bytes]:
    """What serving needs of a bundle, by name: an actor may stand on a machine without it."""
    names = [name for name in bundle.manifest.files if "/" not in name]
    return {name: (bundle.path / name).read_bytes() for name in [MANIFEST, *names]}


class CodingActor:
    """Codes one split per call and writes its shard; other rows pass through."""

    def __init__(
        self,
        model: ray.ObjectRef[Mapping[str, bytes]],
        memory: ray.ObjectRef[CorrectionsLookup],
        settings: Settings,
        form: Format,
        out: Folder,
    ) -> None:
        self._form, self._out = form, out
        corrections: CorrectionsLookup = ray.get(memory)
        self._settings = result_settings(settings, corrections)
        with TemporaryDirectory(prefix="isco-") as folder:
            for name, content in ray.get(model).items():
                Path(folder, name).write_bytes(content)
            self._autocoder = open_autocoder(Bundle.open(Path(folder)), settings, corrections)

    def __call__(self, row: pa.Table) -> pa.Table:
        """Answer one row with one row."""
        if row["kind"][0].as_py() != SPLIT:
            return row
        header: dict[str, Any] = json.loads(row["header"][0].as_py())
        split = Split(records_of(row), header["title"], header["duties"])
        shard = Shard(
            name=header["name"],
            input=header["input"],
            key=header["key"],
            model_version=self._autocoder.version,
            settings=self._settings,
        )
        written = write_shard(shard, split, self._form, self._autocoder, self._out)
        return message(SHARD, asdict(written))
