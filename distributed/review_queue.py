"""``review.parquet``: the uncertain texts of all shards, the highest expected gain first.

The uncertain texts of the shards are summed by text and sorted: by Ray, which spills to disk what
memory does not hold, so that the sorted blocks pass one by one into the file; or in this process,
if they are so few that starting Ray's shuffle would take longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from pyarrow.dataset import dataset
from ray.data import DataContext
from ray.data.aggregate import Min, Sum

from core.errors import DistributedError
from core.files.scratch_folder import ScratchFolder
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.review_contract import (
    ANSWER_COLUMNS,
    CONFIDENCE,
    GAIN,
    N_RECORDS,
    REVIEW_ORDER,
    RUN_REVIEW_COLUMNS,
    TEXT,
    expected_gain,
)
from distributed.arrow_types import arrow_schema, arrow_table
from distributed.ray_cluster import RESUME_HINT
from distributed.shards import EXAMPLE, SHARDS, UNCERTAIN_SCHEMA, uncertain_paths
from distributed.storage import Folder

REVIEW = "review.parquet"
REVIEW_SCHEMA = arrow_schema(RUN_REVIEW_COLUMNS)
_TEXTS_PER_PART = 250_000  # about 100 MB


def write_review(out: Folder, n_uncertain: int, language: str = ENGLISH) -> int:
    """Write ``review.parquet`` of the shards in ``out``; return its number of rows.

    ``n_uncertain`` is the sum of the uncertain texts of the shards: a text of several shards counts
    several times. ``language`` is that of the titles of groups.
    """
    n_texts = 0
    with ScratchFolder(Path(gettempdir()), "isco-review-") as scratch:
        path = scratch / REVIEW
        with pq.ParquetWriter(path, REVIEW_SCHEMA, compression="zstd") as writer:
            for block in _sorted(out, n_uncertain):
                writer.write_table(_review_rows(block, language))
                n_texts += block.num_rows
        out.upload(REVIEW, path)
    return n_texts


def _sorted(out: Folder, n_uncertain: int) -> Iterator[pa.Table]:
    """Yield blocks of the distinct uncertain texts, in the order of the review."""
    if n_uncertain > _TEXTS_PER_PART:
        yield from _sorted_by_ray(out, n_uncertain)
    elif n_uncertain:
        yield _sorted_here(out)


def _sorted_here(out: Folder) -> pa.Table:
    paths = [f"{out.path}/{path}" for path in uncertain_paths(out)]
    shards = dataset(paths, UNCERTAIN_SCHEMA, format="parquet", filesystem=out.filesystem)
    aggregations = [(N_RECORDS, "sum"), (CONFIDENCE, "min"), (EXAMPLE, "first")]
    try:
        texts = shards.to_table()
    except pa.ArrowException as error:  # it names the file
        found = str(error).partition("\n")[0]
        raise DistributedError(
            f"{found}; expected the texts of a shard. Remove that file and the summary of its "
            f"shard beside it (.json): {RESUME_HINT}"
        ) from None
    summed = (
        texts.sort_by([(TEXT, "ascending"), (EXAMPLE, "ascending")])
        .group_by(TEXT, use_threads=False)  # in this order, so that the first is the least
        .aggregate(aggregations)
        .select([TEXT, *(f"{column}_{function}" for column, function in aggregations)])
        .rename_columns(UNCERTAIN_SCHEMA.names)
    )
    return _with_gain(summed).sort_by(list(REVIEW_ORDER))


def _sorted_by_ray(out: Folder, n_uncertain: int) -> Iterator[pa.Table]:
    n_parts = 1 + n_uncertain // _TEXTS_PER_PART
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    with DataContext.current(context):
        # The folder and not its files: given many paths, Ray 2.60 lists them in threads that can
        # fail each other's import of fsspec's HTTP, where aiohttp is not installed.
        shards = ray.data.read_parquet(
            f"{out.path}/{SHARDS}",
            filesystem=out.filesystem,
            schema=UNCERTAIN_SCHEMA,
            file_extensions=["parquet"],
            override_num_blocks=n_parts,
        )
    # Of the records that have a text the least sure is shown: see ``EXAMPLE``.
    summed = shards.groupby(TEXT, num_partitions=n_parts).aggregate(
        Sum(N_RECORDS, alias_name=N_RECORDS),
        Min(CONFIDENCE, alias_name=CONFIDENCE),
        Min(EXAMPLE, alias_name=EXAMPLE),
    )
    ranked = summed.map_batches(_with_gain, batch_format="pyarrow").sort(
        [column for column, _ in REVIEW_ORDER],
        descending=[direction == "descending" for _, direction in REVIEW_ORDER],
    )
    yield from ranked.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


def _with_gain(block: pa.Table) -> pa.Table:
    """Return the block with the expected gain of each text as its last column."""
    gain = expected_gain(block[CONFIDENCE].to_numpy(), block[N_RECORDS].to_numpy())
    return block.append_column(GAIN, pa.array(gain, pa.float64()))


def _review_rows(block: pa.Table, language: str) -> pa.Table:
    """Return the rows of the review: the example of each text with the titles of its codes."""
    titles = titles_in(language)
    rows = []
    for item in block.to_pylist():
        _, text, title, duties, several, code, candidates = json.loads(item[EXAMPLE])
        row: list[Any] = [text, item[N_RECORDS], title, duties, several]
        row += [code, titles.get(code, ""), item[CONFIDENCE]]
        for candidate, confidence in candidates:
            row += [candidate, titles[candidate], confidence]
        row += [""] * len(ANSWER_COLUMNS)
        rows.append(row)
    return arrow_table(rows, REVIEW_SCHEMA)
