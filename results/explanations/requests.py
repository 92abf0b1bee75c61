"""``to_explain.json`` of a batch: the records to explain, and which batches still wait.

Explaining ten records takes longer than coding a hundred, so it comes after the results. A batch is
published with its requests; ``results/explanations/pages.py`` adds the folder ``explanations/``
later. A batch is pending while it has requests and no such folder. This module loads no model, so
that the daemon can look for pending batches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.files.own_files import OwnFileError, read_own_json
from core.files.whole_file import write_atomic
from core.isco_titles.group_titles import ENGLISH, LANGUAGE, language_of
from core.review_contract import MAX_SHOWN_CHARS
from results.receipt import Receipt
from results.review.review_item import ReviewItem

EXPLANATIONS_DIR = "explanations"
REQUESTS_FILE = "to_explain.json"
_MAX_BYTES = 256 << 20  # explainability.sample_size is not limited


def request_explanations(items: Sequence[ReviewItem], batch_dir: Path, receipt: Receipt) -> None:
    """Write the requests to explain ``items`` by the model version that coded the batch."""
    records = [
        {
            "n": item.first_record,
            "n_records": item.n_records,
            "is_sampled": bool(item.sampled),
            "job_title": item.job_title[:MAX_SHOWN_CHARS],
            "duties_description": item.duties_description[:MAX_SHOWN_CHARS],
            "text": item.text,
            "isco_code": item.prediction.group_code,
            "similar": [
                {
                    "text": one.shown_text[:MAX_SHOWN_CHARS],
                    "isco_code": one.code,
                    "cosine": one.cosine,
                }
                for one in item.prediction.similar
            ],
        }
        for item in items
    ]
    requests = {
        "name": receipt.input,
        "batch_id": receipt.batch_id,
        "version": receipt.model_version,
        "records": records,
    }
    if LANGUAGE in receipt.settings:
        requests[LANGUAGE] = language_of(receipt.settings)
    write_atomic(batch_dir / REQUESTS_FILE, as_json(requests), is_public=True)


class _Similar(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    text: str
    isco_code: str
    cosine: float


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    n: int
    n_records: int
    is_sampled: bool
    job_title: str
    duties_description: str
    text: str
    isco_code: str
    similar: list[_Similar] = []


class _Requests(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str
    batch_id: str
    version: str
    records: list[_Record]
    language: str = ENGLISH


def read_requests(batch_dir: Path) -> dict[str, Any]:
    """Return the requests of a batch: name, id, model version, records, language of the titles.

    Raises OwnFileError where the file is not what ``request_explanations`` writes.
    """
    path = batch_dir / REQUESTS_FILE
    values = read_own_json(path, _MAX_BYTES)
    try:
        return _Requests.model_validate(values).model_dump()
    except ValidationError as error:
        reason = " ".join(error.errors()[0]["msg"].split())
        raise OwnFileError(f"{str(path)!r} has no requests: {reason}") from None


def is_pending(batch_dir: Path) -> bool:
    """Return whether a batch waits for explanations."""
    return (batch_dir / REQUESTS_FILE).exists() and not (batch_dir / EXPLANATIONS_DIR).exists()


def pending_batches(outbox: Path) -> list[Path]:
    """Return the folders of the batches that wait for explanations, newest first."""
    requests = [path for path in outbox.glob(f"*/{REQUESTS_FILE}") if is_pending(path.parent)]
    newest_first = sorted(requests, key=lambda path: -path.lstat().st_mtime_ns)
    return [path.parent for path in newest_first]


def as_json(values: dict[str, Any]) -> str:
    """Return ``values`` as the JSON of the files of explanations."""
    # A file name that is not UTF-8 is written with escapes, which are valid JSON.
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
