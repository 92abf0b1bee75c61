"""Find the batch whose predictions a file is, by the hashes in the receipts of the outbox."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from core.file_io import sha256_of
from core.own_files import RECEIPT, OwnFileError, read_own_json
from results.code_file import PREDICTIONS

_MAX_RECEIPTS = 2_000  # of the newest batches; the answer is a help, and must not take long


def batch_of_predictions(path: Path, outbox: Path) -> str | None:
    """Return the folder of the batch that published this very file, None where there is none."""
    sha256 = sha256_of(path)
    receipts = []
    for receipt in outbox.glob(f"[!.]*/{RECEIPT}"):
        with suppress(OSError):
            receipts.append((-receipt.lstat().st_mtime_ns, receipt))
    for _, receipt in sorted(receipts)[:_MAX_RECEIPTS]:
        with suppress(OSError, OwnFileError):
            files = read_own_json(receipt).get("files")
            if isinstance(files, dict) and files.get(PREDICTIONS) == sha256:
                return receipt.parent.name
    return None
