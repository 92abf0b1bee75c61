"""The distributed run from its inputs to its receipt: read, code with actors, review, receipt.

Ray Data does the work: it starts readers and actors, gives them splits as they have room, restarts
what dies and repeats what was lost. A shard is the same whichever actor writes it and however
often, so a machine that fails costs time and nothing else. The receipt is written last. If a run is
stopped, its shards stay, and a run with ``resumes`` keeps them and codes the others.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Dataset

from core.corrections.coded_texts import mark_incomplete
from core.errors import DistributedError
from core.files.own_files import RECEIPT, OwnFileError
from core.isco_titles.group_titles import language_of
from core.row_counts import quantity
from core.settings import Settings
from core.timestamps import utc_now
from distributed.actor import CodingActor, served_files
from distributed.datasource import SplitDatasource
from distributed.file_splits import SPLIT_ROWS
from distributed.inputs import find_inputs
from distributed.ray_cluster import RESUME_HINT, connected, share_cpus
from distributed.review_queue import write_review
from distributed.run_receipt import RunReceipt
from distributed.shards import Format, Shard, read_shards, stray_files, summary_names
from distributed.storage import Folder
from distributed.summary import collect_shards
from inference.autocoder import result_settings
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunOptions:
    """How a distributed run works.

    Attributes
    ----------
    output_format : the format of the shards.
    address : the address of a Ray cluster; None for this machine alone.
    n_actors : how many processes code; None for one for every two CPUs.
    resumes : whether the complete shards of an earlier run into the same folder are kept.
    skips_corrupt : whether files that cannot be read are skipped; else they stop the run.
    n_rows_per_split : how many records a shard has.
    """

    output_format: Format = "parquet"
    address: str | None = None
    n_actors: int | None = None
    resumes: bool = False
    skips_corrupt: bool = False
    n_rows_per_split: int = SPLIT_ROWS


def run_distributed(
    places: Sequence[str], out: str, bundle: Bundle, settings: Settings, options: RunOptions
) -> RunReceipt:
    """Code every record of the files at ``places`` into the folder ``out``; return its receipt.

    Raises StorageError or DistributedError; complete shards stay, and a run with
    ``options.resumes`` keeps them.
    """
    start_s = time.monotonic()
    started = utc_now()
    folder = Folder.at(out)
    inputs = find_inputs(places, folder)
    files = inputs.files
    n_bytes = sum(file.size for file in files)
    data = settings.data
    lookup = CorrectionsLookup.load(data.corrections_dir, data)
    identity = (bundle.manifest.version, result_settings(settings, lookup))
    complete = _complete_shards(folder, identity, options.resumes)
    receipt = RunReceipt(model_version=identity[0], settings=identity[1], started=started)
    with connected(options.address):
        receipt.n_actors, receipt.n_threads = share_cpus(options.n_actors, settings.inference)
        _LOG.info(
            "%s, %s bytes; %s with %s each",
            quantity(len(files), "file"),
            f"{n_bytes:,}",
            quantity(receipt.n_actors, "actor"),
            quantity(receipt.n_threads, "thread"),
        )
        keys = {shard.name: shard.key for shard in complete.values()}
        identified = (*identity, options.output_format)
        source = SplitDatasource(files, data, options.n_rows_per_split, identified, keys)
        folder.remove(RECEIPT)  # of the run that is resumed: it is not complete any more
        actor_arguments = (
            ray.put(served_files(bundle)),
            ray.put(lookup),
            _actor_settings(settings, receipt.n_threads),
            options.output_format,
            folder,
        )
        coded = _coded_dataset(source, actor_arguments, receipt.n_actors, receipt.n_threads)
        with closing(_rows(coded)) as rows:
            shards = collect_shards(receipt, rows, complete, n_bytes, options.skips_corrupt)
        for path in stray_files(folder, shards, options.output_format):
            _LOG.warning("removed %s: it belongs to no split of the inputs", path)
            folder.remove(path)
        receipt.n_review_texts = write_review(
            folder, receipt.n_review_texts, language_of(receipt.settings)
        )
    with suppress(OSError):  # its texts are in no list of a batch
        mark_incomplete(data.corrections_dir, "distributed")
    receipt.held = [{"input": path, "reason": reason} for path, reason in inputs.held.items()]
    receipt.finished = utc_now()
    receipt.seconds = round(time.monotonic() - start_s, 3)
    receipt.write(folder)
    return receipt


def _complete_shards(
    folder: Folder, identity: tuple[str, dict[str, Any]], resumes: bool
) -> dict[str, Shard]:
    """Return the shards of the run to resume, by name.

    Raises DistributedError for results of an earlier run that is not to be resumed, for shards of
    another model or other settings, and for a damaged summary of a shard.
    """
    if not resumes:
        if summary_names(folder) or RECEIPT in folder.names():
            raise DistributedError(
                f"{folder.path!r} holds the results of an earlier run: add --resume to go on with "
                "it, or give --out another folder"
            )
        return {}
    try:
        complete = {shard.name: shard for shard in read_shards(folder)}
    except OwnFileError as error:
        raise DistributedError(
            f"{error}; expected what a run writes when a shard is complete. Remove that file: "
            f"{RESUME_HINT}"
        ) from None
    foreign = next((shard for shard in complete.values() if shard.identity != identity), None)
    if foreign is not None:
        raise DistributedError(
            f"{folder.path!r} was begun with model {foreign.model_version} and {foreign.settings}, "
            f"now there is {identity[0]} and {identity[1]}: restore those, or give --out another "
            "folder"
        )
    return complete


def _actor_settings(settings: Settings, n_threads: int) -> Settings:
    """Return ``settings`` for an actor: its threads, and the CPU as the provider.

    The predictions are the same bits on every machine, so no accelerator that one of them has may
    be used.
    """
    return settings.with_values("inference", threads=n_threads, provider="cpu")


def _coded_dataset(
    source: SplitDatasource, actor_arguments: tuple[Any, ...], n_actors: int, n_threads: int
) -> Dataset:
    """Return the dataset whose rows are computed by the actors, as they are asked for."""
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    # Every split is a block of its own: it leaves as soon as it is read, and no two are joined.
    context.target_max_block_size = 1
    n_files = len(source.files)
    with DataContext.current(context):
        splits = ray.data.read_datasource(
            source,
            override_num_blocks=n_files,
            # A reader is many times as fast as an actor.
            concurrency=min(n_files, 1 + n_actors // 4),
            num_cpus=0,
        )
    return splits.map_batches(
        CodingActor,
        fn_constructor_args=actor_arguments,
        batch_size=1,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(size=n_actors),
        # Half of what it uses: if a machine dies, the others have room for its actors, which would
        # otherwise wait for it with the splits they hold. Ray Data spreads the actors, so that
        # until then they share the CPUs evenly.
        num_cpus=0.5 if n_threads == 1 else n_threads // 2,
    )


def _rows(coded: Dataset) -> Generator[pa.Table, None, None]:
    """Yield the rows of the dataset as they come; closed before its end, it stops the work."""
    blocks = coded.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
    with closing(iter(blocks)) as running:
        for block in running:
            for i in range(block.num_rows):
                yield block.slice(i, 1)
