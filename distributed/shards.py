"""One split → one shard: the coded records, its questions, and its summary.

``predictions/<name>.parquet``   or ``.csv``: the input's columns, then ours
``shards/<name>.review.parquet`` the distinct texts that the model is not sure of, with counts
``shards/<name>.json``           the summary, written last: its key says what the shard was made of

The name says of which file and which split, so that the same split written twice is one shard.
"""

from __future__ import annotations

import hashlib
import io
import json
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from core.csv_table import Writer
from core.row_counts import RowCounts
from core.text import join
from distributed.file_splits import Split
from distributed.storage import Folder
from inference.autocoder import Autocoder
from inference.decision import Prediction, Source
from inference.output_columns import OUTPUT_COLUMNS, as_cells, counts, free_names, output_values

PREDICTIONS, SHARDS = "predictions", "shards"
Format = Literal["parquet", "csv"]
_QUESTIONS_ENDING = ".review.parquet"
_ENDINGS = (".parquet", ".csv", ".json", ".part")
_N_READERS = 16  # at once, of small files: an object store takes its time for each

_ARROW_TYPES = {str: pa.string(), float: pa.float64(), bool: pa.bool_()}
QUESTIONS = pa.schema(
    [
        ("text", pa.string()),
        ("n_records", pa.int64()),
        ("confidence", pa.float64()),
        ("asked", pa.string()),  # JSON: title and duties of one record, the code, the candidates
    ]
)


@dataclass(kw_only=True)
class Shard(RowCounts):
    """What a shard's summary says. ``key``: the same records, model, settings and format."""

    name: str
    input: str
    key: str
    model_version: str
    settings: dict[str, Any]
    host: str = ""
    seconds: float = 0.0

    @property
    def made_of(self) -> tuple[str, dict[str, Any]]:
        """What every shard of a census shares."""
        return self.model_version, self.settings


def key_of(records: bytes, *made_of: Any) -> str:
    """The key of a shard from its split's bytes and what it is made with."""
    digest = hashlib.sha256(records)
    digest.update(json.dumps(made_of, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def read_shards(out: Folder) -> list[Shard]:
    """The summaries of the shards that are complete."""

    def read(name: str) -> Shard:
        return Shard(**json.loads(out.read(f"{SHARDS}/{name}")))

    names = [name for name in out.names(SHARDS) if name.endswith(".json")]
    with ThreadPoolExecutor(_N_READERS) as readers:
        return list(readers.map(read, names))


def leftovers(out: Folder, shards: Iterable[str], form: Format) -> list[str]:
    """Files that belong to none of ``shards``: their split is gone, or their writer was killed."""
    expected = set()
    for name in shards:
        expected |= {f"{PREDICTIONS}/{name}.{form}", _summary(name), questions_path(name)}
    there = [f"{folder}/{name}" for folder in (PREDICTIONS, SHARDS) for name in out.names(folder)]
    return [path for path in there if path not in expected and path.endswith(_ENDINGS)]


def questions_path(name: str) -> str:
    """Where a shard's questions lie."""
    return f"{SHARDS}/{name}{_QUESTIONS_ENDING}"


def question_files(out: Folder) -> list[str]:
    """Where the questions of all shards lie."""
    return [f"{SHARDS}/{name}" for name in out.names(SHARDS) if name.endswith(_QUESTIONS_ENDING)]


def _summary(name: str) -> str:
    return f"{SHARDS}/{name}.json"


def write_shard(
    shard: Shard, split: Split, form: Format, autocoder: Autocoder, out: Folder
) -> Shard:
    """Code ``split``, write its three files into ``out``, and return the summary as written."""
    clock = time.monotonic()
    titles = _texts(split.records, split.title)
    duties = _texts(split.records, split.duties)
    texts = [join(title, duty) for title, duty in zip(titles, duties, strict=True)]
    predictions = autocoder.code(texts)
    if form == "parquet":
        content = _as_parquet(_coded(split.records, predictions, autocoder.version))
    else:
        content = _as_csv(split.records, predictions, autocoder.version)
    out.write(f"{PREDICTIONS}/{shard.name}.{form}", content)
    questions = _questions(titles, duties, texts, predictions)
    out.write(questions_path(shard.name), _as_parquet(questions))
    shard = replace(
        shard,
        host=socket.gethostname(),
        n_rows_in=split.records.num_rows,
        n_review_texts=questions.num_rows,
    )
    shard.add(counts(predictions))
    shard.seconds = round(time.monotonic() - clock, 3)
    out.write(_summary(shard.name), json.dumps(asdict(shard)).encode())
    return shard


def _texts(records: pa.Table, column: str) -> list[str]:
    """A column as text, ``""`` where a value is missing or there is no such column."""
    if not column:
        return [""] * records.num_rows
    return [text or "" for text in records[column].to_pylist()]


def _coded(records: pa.Table, predictions: list[Prediction], version: str) -> pa.Table:
    rows = [output_values(prediction, version) for prediction in predictions]
    names = free_names(records.column_names)
    for name, (column, kind) in zip(names, OUTPUT_COLUMNS.items(), strict=True):
        values = [row[column] for row in rows]
        records = records.append_column(name, pa.array(values, _ARROW_TYPES[kind]))
    return records


def _as_parquet(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _as_csv(records: pa.Table, predictions: list[Prediction], version: str) -> bytes:
    sink = io.StringIO(newline="")
    writer = Writer(sink, [*records.column_names, *free_names(records.column_names)])
    columns = [["" if v is None else v for v in _as_text(column)] for column in records.columns]
    rows = zip(*columns, strict=True)
    writer.write(
        [*row, *as_cells(output_values(prediction, version))]
        for row, prediction in zip(rows, predictions, strict=True)
    )
    return sink.getvalue().encode()


def _as_text(column: pa.ChunkedArray) -> list[str | None]:
    return column.cast(pa.string()).to_pylist()


def _questions(
    titles: list[str], duties: list[str], texts: list[str], predictions: list[Prediction]
) -> pa.Table:
    """The uncertain texts in order of first appearance; see ``QUESTIONS``."""
    n_records: dict[str, int] = {}
    asked: dict[str, tuple[float, str]] = {}
    for title, duty, text, prediction in zip(titles, duties, texts, predictions, strict=True):
        if prediction.source != Source.MODEL or not prediction.is_fallback:
            continue
        n_records[text] = n_records.get(text, 0) + 1
        if text not in asked:
            words = [title, duty, prediction.isco_code, prediction.candidates]
            asked[text] = prediction.confidence, json.dumps(words, ensure_ascii=False)
    rows = [(text, n, *asked[text]) for text, n in n_records.items()]
    columns = list(zip(*rows, strict=True)) or [()] * len(QUESTIONS)
    return pa.Table.from_arrays(
        [pa.array(v, f.type) for v, f in zip(columns, QUESTIONS, strict=True)], schema=QUESTIONS
    )
