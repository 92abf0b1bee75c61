"""The census from its inputs to its receipt: read → code with a pool of actors → review → receipt.

Ray Data does the work: it starts readers and actors, hands them splits as they have room, restarts
what dies and repeats what was lost. A shard is the same whoever writes it and however often, so a
machine that goes away costs time and nothing else. The receipt is written last; what was there when
a run was stopped stays, and ``resume`` goes on from it.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from operator import itemgetter
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # before ray: nothing leaves the machine

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Dataset

import census
import inference
import isco
from census.coder import SHARD, Coder, served_files
from census.inputs import InputFile, find_inputs
from census.progress import Progress
from census.review import write_review
from census.shard import Format, Shard, leftovers, read_shards
from census.source import FILE, KEPT, REFUSED, Splits
from census.splits import SPLIT_ROWS
from census.storage import Folder
from inference.autocoder import settings_that_matter
from inference.bundle import Bundle
from inference.memory import Memory
from isco.errors import CensusError, IscoError
from isco.settings import Settings

_LOG = logging.getLogger(__name__)
RECEIPT = "receipt.json"
_COUNTS = (
    "n_rows_in", "n_rows_out", "n_autocoded", "n_fallback", "n_empty", "n_corrected", "n_review",
)  # fmt: skip
_GO_ON = "the same command with --resume goes on from the shards that are complete"


@dataclass(frozen=True)
class Plan:
    """How a census is to run.

    ``address`` of a Ray cluster, None for this machine alone; ``concurrency`` actors, 0 for one per
    CPU; ``resume`` an earlier run into the same folder; ``skip_corrupt`` files instead of stopping.
    """

    form: Format = "parquet"
    address: str | None = None
    concurrency: int = 0
    resume: bool = False
    skip_corrupt: bool = False
    n_rows: int = SPLIT_ROWS


@dataclass
class Receipt:
    """What was done: the proof that the census is complete.

    ``n_autocoded + n_corrected + n_fallback + n_empty == n_rows_out == n_rows_in``, summed over the
    shards, whose own summaries lie in ``shards/``. ``inputs`` and ``skipped`` name every file;
    ``hosts`` say who coded how much. Times are UTC, ISO 8601.
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
    n_rows_in: int = 0
    n_rows_out: int = 0
    n_autocoded: int = 0
    n_fallback: int = 0
    n_empty: int = 0
    n_corrected: int = 0
    n_review: int = 0
    n_review_texts: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, shards: Sequence[Shard]) -> None:
        """Count the shards."""
        hosts: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(_HOST, 0))
        for shard in shards:
            self.n_shards += 1
            for name in _COUNTS:
                setattr(self, name, getattr(self, name) + getattr(shard, name))
            of_host = hosts[shard.host]
            for name, value in zip(_HOST, (1, shard.n_rows_out, shard.seconds), strict=True):
                of_host[name] = round(of_host[name] + value, 3)
        self.hosts = dict(sorted(hosts.items()))

    def summary(self) -> str:
        """Rows, seconds, rows/s, share autocoded, what is left to do."""
        n, seconds = self.n_rows_out, max(self.seconds, 0.001)
        share = self.n_autocoded / n if n else 0.0
        return (
            f"{n:,} rows in {seconds:,.0f} s ({n / seconds:,.0f} rows/s), {share:.1%} autocoded, "
            f"{self.n_review_texts:,} texts to review, {self.n_shards:,} shards"
        )


_HOST = ("n_shards", "n_rows", "seconds")


@dataclass
class _Outcome:
    """What the dataset's rows said, file by file and shard by shard."""

    shards: dict[str, Shard]
    n_resumed: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)


def run_census(
    places: Sequence[str], out: str, bundle: Bundle, settings: Settings, plan: Plan
) -> Receipt:
    """Code every record of the files at ``places`` into the folder ``out``.

    Raises StorageError or CensusError; complete shards stay, and ``plan.resume`` goes on from them.
    """
    clock, started = time.monotonic(), _now()
    folder = Folder.at(out)
    files = find_inputs(places, folder)
    memory = Memory.load(settings.data.corrections_dir, settings.data.columns)
    that_matter = settings_that_matter(settings, memory)
    made_of = (bundle.manifest.version, that_matter)
    complete = _complete_shards(folder, made_of, plan)
    receipt = Receipt(*made_of, started)
    with connected(plan.address):
        receipt.n_actors, receipt.threads = _shares(plan.concurrency, settings)
        alone = settings.inference.model_copy(update={"threads": receipt.threads})
        settings = settings.model_copy(update={"inference": alone})
        _LOG.info(
            "%d %s, %s bytes; %d %s with %d %s each",
            len(files), "file" if len(files) == 1 else "files",
            f"{sum(file.size for file in files):,}", receipt.n_actors,
            "actor" if receipt.n_actors == 1 else "actors", receipt.threads,
            "thread" if receipt.threads == 1 else "threads",
        )  # fmt: skip
        source = Splits(
            files,
            settings.data.columns,
            plan.n_rows,
            (*made_of, plan.form),
            {shard.name: shard.key for shard in complete.values()},
        )
        folder.remove(RECEIPT)  # of the run that is gone on with: no longer true
        coded = _pipeline(source, bundle, memory, settings, plan.form, folder, receipt)
        outcome = _follow(coded, complete, files, plan.skip_corrupt)
        for path in leftovers(folder, outcome.shards, plan.form):
            _LOG.warning("removed %s: of no split that the inputs have now", path)
            folder.remove(path)
        shards = [outcome.shards[name] for name in sorted(outcome.shards)]
        receipt.add(shards)
        n_questions = sum(shard.n_review_texts for shard in shards)
        receipt.n_review_texts = write_review(folder, n_questions)
    receipt.n_resumed_shards = outcome.n_resumed
    receipt.inputs, receipt.skipped = outcome.files, outcome.skipped
    receipt.versions = _versions()
    receipt.finished, receipt.seconds = _now(), round(time.monotonic() - clock, 3)
    folder.write(
        RECEIPT, (json.dumps(asdict(receipt), indent=2, ensure_ascii=False) + "\n").encode()
    )
    return receipt


def _complete_shards(folder: Folder, made_of: tuple[Any, ...], plan: Plan) -> dict[str, Shard]:
    """The shards of the run to go on with, by name; CensusError where that cannot be."""
    complete = {shard.name: shard for shard in read_shards(folder)}
    if not plan.resume:
        if complete or RECEIPT in folder.names():
            raise CensusError(
                f"{folder.path!r} holds the results of an earlier run: add --resume to go on with "
                "it, or give --out another folder"
            )
        return complete
    other = next((s for s in complete.values() if s.made_of != made_of), None)
    if other is not None:
        raise CensusError(
            f"{folder.path!r} was begun with model {other.model_version} and {other.settings}, now "
            f"there is {made_of[0]} and {made_of[1]}: put that back, or give --out another folder"
        )
    return complete


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Ray, connected or started, with the very code that runs here on all its machines."""
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what it says is in what it raises
    local = {} if address else {"include_dashboard": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The minimum number of concurrent actors")
        try:
            ray.init(
                address=address,
                runtime_env={"py_modules": [isco, inference, census]},
                log_to_driver=False,
                logging_level=logging.ERROR,
                **local,
            )
        except Exception as error:  # Ray raises nothing narrower
            reason = str(error).partition("\n")[0]
            where = f"reach a Ray cluster at {address!r}" if address else "start Ray here"
            raise CensusError(f"cannot {where}: {reason}") from error
        try:
            yield
        except KeyboardInterrupt:
            raise CensusError(f"stopped; {_GO_ON}") from None
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, IscoError):
                raise cause from None
            if cause is not None and not isinstance(cause, OSError):
                raise  # ours to mend
            reason = str(cause or error).strip().partition("\n")[0]
            raise CensusError(f"{type(cause or error).__name__}: {reason}; {_GO_ON}") from error
        finally:
            ray.shutdown()


def _shares(concurrency: int, settings: Settings) -> tuple[int, int]:
    """How many actors there are, and how many threads each has."""
    n_cpus = int(ray.cluster_resources().get("CPU", 0))
    wanted = settings.inference.threads
    n_actors = concurrency or max(1, n_cpus // max(1, wanted))
    if n_actors > n_cpus:
        raise CensusError(f"--concurrency {n_actors}: the cluster has {n_cpus} CPUs")
    return n_actors, wanted or n_cpus // n_actors


def _pipeline(
    source: Splits,
    bundle: Bundle,
    memory: Memory,
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
        Coder,
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


def _follow(
    coded: Dataset, complete: dict[str, Shard], files: Sequence[InputFile], skip_corrupt: bool
) -> _Outcome:
    """Take the rows as they come; CensusError at a file that cannot be read, unless skipped."""
    outcome = _Outcome({})
    progress = Progress(sum(file.size for file in files))
    for row in _rows(coded):
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
                raise CensusError(
                    f"{header['reason']} ({header['input']!r}; --skip-corrupt goes on without such "
                    f"files, and {_GO_ON})"
                )
            _LOG.warning("skipped: %s", header["reason"])
            outcome.skipped.append(header)
            progress.read(header["size"], 0)
    outcome.files.sort(key=itemgetter("input"))
    outcome.skipped.sort(key=itemgetter("input"))
    _check_sums(outcome)
    return outcome


def _check_sums(outcome: _Outcome) -> None:
    """No record lost and none twice; CensusError where a file changed while it was read."""
    n_coded: Counter[str] = Counter()
    for shard in outcome.shards.values():
        n_coded[shard.input] += shard.n_rows_out
    for file in outcome.files:
        if n_coded[file["input"]] != file["n_records"]:
            raise CensusError(
                f"{file['input']!r} held {file['n_records']:,} records at first and "
                f"{n_coded[file['input']]:,} later: leave it as it is, then {_GO_ON}"
            )


def _rows(coded: Dataset) -> Iterator[pa.Table]:
    for block in coded.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for i in range(block.num_rows):
            yield block.slice(i, 1)


def _versions() -> dict[str, str]:
    packages = ("isco-coder", "ray", "pyarrow", "onnxruntime", "tokenizers", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
