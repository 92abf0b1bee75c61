"""One split → one shard: the coded records, the uncertain texts among them, and a summary.

``predictions/<name>.parquet``   or ``.csv``: the columns of the input, then ours
``shards/<name>.review.parquet`` the distinct texts that the model is not sure of, with counts
``shards/<name>.json``           the summary, written last; its key says what the shard is made of

The name is made of the file and the number of the split, so that the same split written twice is
one shard.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from core.columns.record_text import duties_in_context
from core.corrections.decisions import decided_text
from core.csv_writer import Writer, has_formula, row_writer
from core.files.own_files import OwnFileError
from core.isco_scores.derived_variables import derived_of
from core.isco_titles.group_titles import language_of
from core.letters.damage import Damage
from core.own_tables.output_contract import free_names, output_columns
from core.review_contract import CONFIDENCE, N_RECORDS, TEXT
from core.row_counts import RowCounts
from core.text import join
from distributed.arrow_types import arrow_schema, arrow_table
from distributed.file_splits import Split
from distributed.storage import Folder
from inference.autocoder import NEUTRALISE_FORMULAS, PAD_CODES, Autocoder
from inference.decision import Prediction
from inference.doubt.several_occupations import code_records
from inference.output_columns import Value, as_cells, counts, output_values

PREDICTIONS = "predictions"
SHARDS = "shards"
Format = Literal["parquet", "csv"]
EXAMPLE = "example"
"""The column with one record that has the text, the least sure one: see ``example_of``."""
UNCERTAIN_SCHEMA = arrow_schema({TEXT: str, N_RECORDS: int, CONFIDENCE: float, EXAMPLE: str})
"""The columns of the uncertain texts of a shard; the text is the one that is decided."""

_UNCERTAIN_SUFFIX = ".review.parquet"
_SUFFIXES = (".parquet", ".csv", ".json", ".part")
_FORM = 3  # of the three files: another one has --resume write the shards of before anew
_N_READERS = 16  # small files read at once: an object store takes its time for each


@dataclass(kw_only=True)
class Shard(RowCounts):
    """The summary of a shard.

    ``key`` is the same for the same records, model, settings and format; see ``shard_key``.
    ``seconds`` is how long the coding and the writing took on the machine ``host``.
    """

    name: str
    input: str
    key: str
    model_version: str
    settings: dict[str, Any]
    host: str = ""
    seconds: float = 0.0

    @property
    def identity(self) -> tuple[str, dict[str, Any]]:
        """Return what all shards of a run share: model version and settings."""
        return self.model_version, self.settings


_SUMMARY = TypeAdapter(Shard)


def shard_key(records: bytes, parts: Sequence[Any]) -> str:
    """Return the key of a shard (16 hexadecimal digits).

    Parameters
    ----------
    records : the records of its split as bytes.
    parts : what else decides its content: the names of the columns of title and duties, model
        version, settings and format.
    """
    digest = hashlib.sha256(records)
    digest.update(json.dumps([_FORM, *parts], sort_keys=True).encode())
    return digest.hexdigest()[:16]


def read_shards(out: Folder) -> list[Shard]:
    """Return the summaries of the shards that are complete.

    Raises OwnFileError for a summary that is not what ``write_shard`` writes.
    """

    def read(name: str) -> Shard:
        try:
            return _SUMMARY.validate_json(out.read(f"{SHARDS}/{name}"), strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            found = ": ".join([*map(str, first["loc"]), first["msg"]])
            path = f"{out.path}/{SHARDS}/{name}"
            raise OwnFileError(f"{path!r} is no summary of a shard ({found})") from None

    with ThreadPoolExecutor(_N_READERS) as readers:
        return list(readers.map(read, summary_names(out)))


def summary_names(out: Folder) -> list[str]:
    """Return the names of the summaries, one of each shard that is complete."""
    return [name for name in out.names(SHARDS) if name.endswith(".json")]


def stray_files(out: Folder, shards: Iterable[str], output_format: Format) -> list[str]:
    """Return the files that belong to none of ``shards``.

    Their split is not in the inputs any more, or their writer was killed.
    """
    expected = set()
    for name in shards:
        expected.add(f"{PREDICTIONS}/{name}.{output_format}")
        expected.add(_summary_path(name))
        expected.add(uncertain_path(name))
    paths = [f"{folder}/{name}" for folder in (PREDICTIONS, SHARDS) for name in out.names(folder)]
    return [path for path in paths if path not in expected and path.endswith(_SUFFIXES)]


def uncertain_path(name: str) -> str:
    """Return the path of the uncertain texts of a shard."""
    return f"{SHARDS}/{name}{_UNCERTAIN_SUFFIX}"


def uncertain_paths(out: Folder) -> list[str]:
    """Return the paths of the uncertain texts of all shards."""
    return [f"{SHARDS}/{name}" for name in out.names(SHARDS) if name.endswith(_UNCERTAIN_SUFFIX)]


def _summary_path(name: str) -> str:
    return f"{SHARDS}/{name}.json"


def write_shard(
    shard: Shard, split: Split, output_format: Format, autocoder: Autocoder, out: Folder
) -> Shard:
    """Code ``split``, write its three files into ``out``, and return the summary as written."""
    start_s = time.monotonic()
    titles = _cells(split.records[split.columns.title])
    duties = _duties(split, titles)
    texts = [join(title, duty) for title, duty in zip(titles, duties, strict=True)]
    predictions = code_records(autocoder.code, titles, texts)
    pads_codes = shard.settings[PAD_CODES]
    language = language_of(shard.settings)
    derived = derived_of(shard.settings)
    values = [
        output_values(prediction, autocoder.version, pads_codes, language, derived)
        for prediction in predictions
    ]
    if output_format == "parquet":
        content = _as_parquet(_with_values(split.records, values, derived))
    else:
        content = _as_csv(split.records, values, shard.settings)
    out.write(f"{PREDICTIONS}/{shard.name}.{output_format}", content)
    uncertain = _uncertain_texts(titles, duties, texts, predictions)
    out.write(uncertain_path(shard.name), _as_parquet(uncertain))
    shard = replace(
        shard,
        host=socket.gethostname(),
        n_rows_in=split.records.num_rows,
        n_review_texts=uncertain.num_rows,
    )
    shard.add(counts(predictions))
    shard.n_truncated = autocoder.n_truncated(texts)
    _count_cells(shard, split.records)
    shard.seconds = round(time.monotonic() - start_s, 3)
    out.write(_summary_path(shard.name), json.dumps(asdict(shard)).encode())
    return shard


def _count_cells(shard: Shard, records: pa.Table) -> None:
    """Count the records with damaged letters, or with formulas, in columns of text."""
    columns = [
        _cells(column)
        for column in records.columns
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ]
    rows = list(zip(*columns, strict=True))
    damage = Damage()
    damage.add(rows)
    shard.n_lost_letters = damage.n_lost_letters
    shard.n_encoded_twice = damage.n_encoded_twice
    shard.n_formulas = sum(map(has_formula, rows))


def _duties(split: Split, titles: list[str]) -> list[str]:
    """Return the duties of each record, with what ``data.context_in_duties`` appends to them."""
    column = split.columns.duties
    duties = [""] * len(titles) if column is None else _cells(split.records[column])
    if not split.columns.context:
        return duties
    context = [_cells(split.records[column]) for column in split.columns.context]
    rows = zip(titles, duties, zip(*context, strict=True), strict=True)
    return [duties_in_context(title, duty, values) for title, duty, values in rows]


def _with_values(
    records: pa.Table, rows: list[dict[str, Value]], derived: Sequence[str]
) -> pa.Table:
    """Return the records with our columns, whose values are in ``rows``."""
    names = free_names(records.column_names, derived)
    schema = arrow_schema(output_columns(derived))
    for name, field in zip(names, schema, strict=True):
        records = records.append_column(
            name, pa.array([row[field.name] for row in rows], field.type)
        )
    return records


def _as_parquet(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _as_csv(
    records: pa.Table, values: list[dict[str, Value]], settings: Mapping[str, Any]
) -> bytes:
    sink = io.StringIO(newline="")
    as_written = row_writer(settings[NEUTRALISE_FORMULAS])
    names = records.column_names
    writer = Writer(sink, [*as_written(names), *free_names(names, derived_of(settings))])
    columns = [_cells(column) for column in records.columns]
    rows = map(as_written, map(list, zip(*columns, strict=True)))
    cells = map(as_cells, values)
    writer.write([*row, *added] for row, added in zip(rows, cells, strict=True))
    return sink.getvalue().encode()


def _cells(column: pa.ChunkedArray) -> list[str]:
    """Return the values of a column as text, ``""`` for a missing one."""
    cells = column.cast(pa.large_string())  # which holds more than 2 GB, too
    return ["" if cell is None else cell for cell in cells.to_pylist()]


def _uncertain_texts(
    titles: list[str], duties: list[str], texts: list[str], predictions: list[Prediction]
) -> pa.Table:
    """Return the uncertain texts in order of first appearance; see ``UNCERTAIN_SCHEMA``."""
    n_records: dict[str, int] = {}
    confidences: dict[str, float] = {}
    examples: dict[str, str] = {}
    for title, duty, text, prediction in zip(titles, duties, texts, predictions, strict=True):
        if not (prediction.is_by_model and prediction.is_fallback):
            continue
        decided = decided_text(text)
        n_records[decided] = n_records.get(decided, 0) + 1
        # "nurse / welder" and "nurse welder" are one text, and each has a confidence of its own.
        if prediction.confidence < confidences.get(decided, math.inf):
            confidences[decided] = prediction.confidence
            examples[decided] = example_of(text, title, duty, prediction)
    rows = [(text, n, confidences[text], examples[text]) for text, n in n_records.items()]
    return arrow_table(rows, UNCERTAIN_SCHEMA)


def example_of(text: str, title: str, duties: str, prediction: Prediction) -> str:
    """Return a record as JSON, with the codes of the occupations that its title names, if several.

    The confidence, in so many digits that no float32 is rounded, comes first: of the examples of
    several shards the least as text is the least sure.
    """
    confidence = f"{prediction.confidence:.12f}"
    several = " ".join(prediction.occupations)
    code = prediction.isco_code
    example = [confidence, text, title, duties, several, code, prediction.candidates]
    return json.dumps(example, ensure_ascii=False)
