"""The census from its inputs to its receipt: read → code with a pool of actors → review → receipt.

Ray Data does the work: it starts readers and actors, hands them splits as they have room, restarts
what dies and repeats what was lost. A shard is the same whoever writes it and however often, so a
machine that goes away costs time and nothing else. The receipt is written last; what was there when
a run was stopped stays, and ``resume`` goes on from it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Dataset

from core.errors import DistributedError
from core.settings import Settings
from distributed.actor import CodingActor, served_files
from distributed.datasource import Splits
from distributed.file_splits import SPLIT_ROWS
from distributed.inputs import find_inputs
from distributed.ray_cluster import connected, shares
from distributed.review_queue import write_review
from distributed.run_receipt import RECEIPT, Receipt, now
from distributed.shards import Format, Shard, leftovers, read_shards
from distributed.storage import Folder
from distributed.summary import follow
from inference.autocoder import result_settings
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """How a census is to run.

    ``address`` of a Ray cluster, None for this machine alone; ``concurrency`` actors, 0 for one
    for two CPUs; ``resume`` an earlier run into the same folder; ``skip_corrupt`` files instead of
    stopping.
    """

    form: Format = "parquet"
    address: str | None = None
    concurrency: int = 0
    resume: bool = False
    skip_corrupt: bool = False
    n_rows: int = SPLIT_ROWS


def run_distributed(
    places: Sequence[str], out: str, bundle: Bundle, settings: Settings, plan: Plan
) -> Receipt:
    """Code every record of the files at ``places`` into the folder ``out``.

    Raises StorageError or DistributedError; complete shards stay, and ``plan.resume`` goes on from
    them.
    """
    clock, started = time.monotonic(), now()
    folder = Folder.at(out)
    files = find_inputs(places, folder)
    n_bytes = sum(file.size for file in files)
    memory = CorrectionsLookup.load(settings.data.corrections_dir, settings.data.columns)
    version, that_matter = bundle.manifest.version, result_settings(settings, memory)
    complete = _complete_shards(folder, (version, that_matter), plan)
    receipt = Receipt(model_version=version, settings=that_matter, started=started)
    with connected(plan.address):
        receipt.n_actors, receipt.threads = shares(plan.concurrency, settings.inference)
        # The same bits on every machine: no accelerator that one of them happens to have.
        values = {"threads": receipt.threads, "provider": "cpu"}
        alone = settings.inference.model_copy(update=values)
        settings = settings.model_copy(update={"inference": alone})
        _LOG.info(
            "%d %s, %s bytes; %d %s with %d %s each",
            len(files), "file" if len(files) == 1 else "files", f"{n_bytes:,}",
            receipt.n_actors, "actor" if receipt.n_actors == 1 else "actors",
            receipt.threads, "thread" if receipt.threads == 1 else "threads",
        )  # fmt: skip
        source = Splits(
            files,
            settings.data.columns,
            plan.n_rows,
            (version, that_matter, plan.form),
            {shard.name: shard.key for shard in complete.values()},
        )
        folder.remove(RECEIPT)  # of the run that is gone on with: no longer true
        coded = _pipeline(source, bundle, memory, settings, plan.form, folder, receipt)
        with closing(_rows(coded)) as rows:
            outcome = follow(rows, complete, n_bytes, plan.skip_corrupt)
        for path in leftovers(folder, outcome.shards, plan.form):
            _LOG.warning("removed %s: of no split that the inputs have now", path)
            folder.remove(path)
        receipt.add_shards([outcome.shards[name] for name in sorted(outcome.shards)])
        receipt.n_review_texts = write_review(folder, receipt.n_review_texts)
    receipt.n_resumed_shards = outcome.n_resumed
    receipt.inputs, receipt.skipped = outcome.files, outcome.skipped
    receipt.finished, receipt.seconds = now(), round(time.monotonic() - clock, 3)
    receipt.write(folder)
    return receipt


def _complete_shards(folder: Folder, made_of: tuple[Any, ...], plan: Plan) -> dict[str, Shard]:
    """The shards of the run to go on with, by name; DistributedError where that cannot be."""
    complete = {shard.name: shard for shard in read_shards(folder)}
    if not plan.resume:
        if complete or RECEIPT in folder.names():
            raise DistributedError(
                f"{folder.path!r} holds the results of an earlier run: add --resume to go on with "
                "it, or give --out another folder"
            )
        return complete
    other = next((s for s in complete.values() if s.made_of != made_of), None)
    if other is not None:
        raise DistributedError(
            f"{folder.path!r} was begun with model {other.model_version} and {other.settings}, now "
            f"there is {made_of[0]} and {made_of[1]}: put that back, or give --out another folder"
        )
    return complete


def _pipeline(
    source: Splits,
    bundle: Bundle,
    memory: CorrectionsLookup,
    settings: Settings,
    form: Format,
    folder: Folder,
    receipt: Receipt,
) -> Dataset:
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    # Every split is a block of its own: it leaves as soon as it is read, and no two are joined.
    context.target_max_block_size = 1
    n_files, threads = len(source.files), receipt.threads
    with DataContext.current(context):
        splits = ray.data.read_datasource(
            source,
            override_num_blocks=n_files,
            # A reader is many times as fast as a coder.
            concurrency=min(n_files, 1 + receipt.n_actors // 4),
            num_cpus=0,
        )
    return splits.map_batches(
        CodingActor,
        fn_constructor_args=(
            ray.put(served_files(bundle)), ray.put(memory), settings, form, folder
        ),
        batch_size=1,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(size=receipt.n_actors),
        # Half of what it uses: when a machine dies, those left have room for its actors, which
        # would otherwise wait for it with the splits they hold. Ray Data spreads them, so that
        # until then they share the CPUs evenly.
        num_cpus=0.5 if threads == 1 else threads // 2,
    )  # fmt: skip


def _rows(coded: Dataset) -> Generator[pa.Table, None, None]:
    """The dataset's rows as they come. Closed before its end, it stops the work at once."""
    blocks = coded.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
    with closing(iter(blocks)) as running:
        for block in running:
            for i in range(block.num_rows):
                yield block.slice(i, 1)
