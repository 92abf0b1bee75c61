"""``review.parquet``: what coders are asked, over all shards, highest gain first.

The shards' questions are added up by text and sorted: by Ray, which spills to disk what memory does
not hold, the sorted blocks passing one by one into the file; or here, where they are so few that
starting Ray's shuffle would take longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import ray
from pyarrow.dataset import dataset
from ray.data import DataContext
from ray.data.aggregate import Min, Sum

from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08
from distributed.shards import QUESTIONS, SHARDS, question_files
from distributed.storage import Folder

REVIEW = "review.parquet"
_ORDER = [("gain", "descending"), ("text", "ascending")]
_QUESTIONS_PER_PART = 250_000  # some 100 MB
REVIEW_SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("n_records", pa.int64()),
        ("job_title", pa.string()),
        ("duties_description", pa.string()),
        ("predicted_code", pa.string()),
        ("predicted_title", pa.string()),
        ("confidence", pa.float64()),
        *(
            (f"candidate_{k}{part}", pa.float64() if part == "_confidence" else pa.string())
            for k in range(1, N_REVIEW_CANDIDATES + 1)
            for part in ("", "_title", "_confidence")
        ),
        ("corrected_isco_code", pa.string()),
    ]
)


def write_review(out: Folder, n_questions: int) -> int:
    """Write ``review.parquet`` of the shards in ``out``; return its number of rows.

    ``n_questions`` have the shards together, texts of several shards counted several times.
    """
    n_texts = 0
    with TemporaryDirectory(prefix="isco-review-") as scratch:
        path = Path(scratch, REVIEW)
        with pq.ParquetWriter(path, REVIEW_SCHEMA, compression="zstd") as writer:
            for block in _sorted(out, n_questions):
                writer.write_table(_readable(block))
                n_texts += block.num_rows
        out.upload(REVIEW, path)
    return n_texts


def _sorted(out: Folder, n_questions: int) -> Iterator[pa.Table]:
    if n_questions > _QUESTIONS_PER_PART:
        yield from _sorted_by_ray(out, n_questions)
    elif n_questions:
        yield _sorted_here(out)


def _sorted_here(out: Folder) -> pa.Table:
    paths = [f"{out.path}/{path}" for path in question_files(out)]
    questions = dataset(paths, QUESTIONS, format="parquet", filesystem=out.filesystem).to_table()
    summed = (
        questions.sort_by([("text", "ascending"), ("asked", "ascending")])
        .group_by("text", use_threads=False)  # in this order, so that the first is the least
        .aggregate([("n_records", "sum"), ("confidence", "min"), ("asked", "first")])
        .select(["text", "n_records_sum", "confidence_min", "asked_first"])
        .rename_columns(QUESTIONS.names)
    )
    return _with_gain(summed).sort_by(_ORDER)


def _sorted_by_ray(out: Folder, n_questions: int) -> Iterator[pa.Table]:
    n_parts = 1 + n_questions // _QUESTIONS_PER_PART
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    with DataContext.current(context):
        # The folder and not its files: given many paths, Ray 2.60 lists them in threads that can
        # fail each other's import of fsspec's HTTP, where aiohttp is not installed.
        questions = ray.data.read_parquet(
            f"{out.path}/{SHARDS}",
            filesystem=out.filesystem,
            schema=QUESTIONS,
            file_extensions=["parquet"],
            override_num_blocks=n_parts,
        )
    # A text's confidence is the same wherever it stands; of the records that had it one is shown.
    summed = questions.groupby("text", num_partitions=n_parts).aggregate(
        Sum("n_records", alias_name="n_records"),
        Min("confidence", alias_name="confidence"),
        Min("asked", alias_name="asked"),
    )
    ranked = summed.map_batches(_with_gain, batch_format="pyarrow").sort(
        [name for name, _ in _ORDER], descending=[way == "descending" for _, way in _ORDER]
    )
    yield from ranked.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


def _with_gain(block: pa.Table) -> pa.Table:
    """Beside each text, how many records an answer is expected to repair."""
    doubt = pc.subtract(1.0, block["confidence"])
    return block.append_column("gain", pc.multiply(doubt, pc.cast(block["n_records"], "float64")))


def _readable(block: pa.Table) -> pa.Table:
    titles = isco08().titles
    rows = []
    for text, n, confidence, asked in zip(
        *(block[name].to_pylist() for name in QUESTIONS.names), strict=True
    ):
        title, duties, code, candidates = json.loads(asked)
        row = [text, n, title, duties, code, titles[code], confidence]
        for candidate, probability in candidates:
            row += [candidate, titles[candidate], probability]
        rows.append([*row, ""])
    columns = list(zip(*rows, strict=True)) or [()] * len(REVIEW_SCHEMA)
    return pa.Table.from_arrays(
        [pa.array(v, f.type) for v, f in zip(columns, REVIEW_SCHEMA, strict=True)],
        schema=REVIEW_SCHEMA,
    )
