"""The Ray actor that codes: one ONNX session with its threads and its cache of predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import gettempdir

import pyarrow as pa
import ray

from core.files.scratch_folder import ScratchFolder
from core.settings import Settings
from distributed.dataset_rows import RowKind, header_of, kind_of, make_row, records_of
from distributed.file_splits import Split, TextColumns
from distributed.shards import Format, Shard, write_shard
from distributed.storage import Folder
from inference.autocoder import open_autocoder, result_settings
from inference.bundle import MANIFEST, Bundle
from inference.corrections_lookup import CorrectionsLookup


def served_files(bundle: Bundle) -> dict[str, bytes]:
    """Return the files of a bundle that serving needs, by name.

    They are sent to the actors: the machine of an actor need not have the bundle.
    """
    names = [name for name in bundle.manifest.files if "/" not in name]
    return {name: (bundle.path / name).read_bytes() for name in [MANIFEST, *names]}


class CodingActor:
    """Code one split per call and write its shard; rows of other kinds pass through."""

    def __init__(
        self,
        bundle_files: ray.ObjectRef[Mapping[str, bytes]],
        corrections_lookup: ray.ObjectRef[CorrectionsLookup],
        settings: Settings,
        output_format: Format,
        out: Folder,
    ) -> None:
        """Open the model of ``bundle_files`` (see ``served_files``); write shards to ``out``."""
        self._output_format = output_format
        self._out = out
        lookup: CorrectionsLookup = ray.get(corrections_lookup)
        self._settings = result_settings(settings, lookup)
        with ScratchFolder(Path(gettempdir()), "isco-actor-") as folder:
            for name, content in ray.get(bundle_files).items():
                (folder / name).write_bytes(content)
            self._autocoder = open_autocoder(Bundle.open(folder), settings, lookup)

    def __call__(self, row: pa.Table) -> pa.Table:
        """Return the row of the shard for the row of a split, any other row as it is."""
        if kind_of(row) is not RowKind.SPLIT:
            return row
        header = header_of(row)
        split = Split(records_of(row), TextColumns(*header["columns"]))
        shard = Shard(
            name=header["name"],
            input=header["input"],
            key=header["key"],
            model_version=self._autocoder.version,
            settings=self._settings,
        )
        written = write_shard(shard, split, self._output_format, self._autocoder, self._out)
        return make_row(RowKind.SHARD, asdict(written))
