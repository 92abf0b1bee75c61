"""What must be true of the folders after every fault, whatever was killed and when.

I1  every input has exactly one result, or one reason that begins with its name
I2  rows out = rows in, in the same order, the input's own columns byte for byte
I3  inputs in inbox, work, archive and rejected = inputs dropped, byte for byte
I4  nothing visible in the outbox is partial
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path, PurePath

from core.csv_table import open_table
from core.files.own_files import RECEIPT
from core.files.whole_file import sha256_of
from core.settings import Settings
from core.settings_file.text_columns import JOB_TITLE
from watcher.delivery.archive import REASON_SUFFIX
from watcher.delivery.publish import is_superseded
from watcher.hooks.hooks import HOOKS
from watcher.intake.claims import NOTES, WORK
from watcher.intake.folder_checks import STAGING

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def violations(settings: Settings, dropped: list[bytes], is_over: bool = True) -> list[str]:
    """Return every violation of I1 to I4. ``is_over``: no file may be left to process."""
    return [
        *_inputs(settings, dropped),
        *_outbox(settings),
        *(_answers(settings) if is_over else []),
        *(_leftovers(settings) if is_over else []),
    ]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not _is_hidden(path.name)]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and not name.startswith("..")


def _archived(settings: Settings) -> list[Path]:
    folder = settings.watcher.archive_dir
    return _files(folder) if folder.exists() else []


def _rejected(settings: Settings) -> list[Path]:
    folder = settings.watcher.rejected_dir
    paths = _files(folder) if folder.exists() else []
    return [path for path in paths if not path.name.endswith(REASON_SUFFIX)]


def _claimed(settings: Settings) -> list[Path]:
    work = settings.watcher.inbox / WORK
    return [path for path in work.glob("[!.]*/*") if path.name not in NOTES]


def _inputs(settings: Settings, dropped: list[bytes]) -> list[str]:
    waiting = _files(settings.watcher.inbox)
    places = [*waiting, *_claimed(settings), *_archived(settings), *_rejected(settings)]
    present = Counter(sha256_of(path) for path in places)
    expected = Counter(sha256(content).hexdigest() for content in dropped)
    lost = expected - present
    more = present - expected
    return [f"I3: {lost.total()} lost"] * bool(lost) + [f"I3: {more.total()} too many"] * bool(more)


def _receipts(settings: Settings) -> dict[Path, dict[str, object]]:
    paths = settings.watcher.outbox.glob(f"[!.]*/{RECEIPT}")
    paths = (path for path in paths if not is_superseded(path.parent.name))
    return {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def _outbox(settings: Settings) -> list[str]:
    broken = []
    receipts = _receipts(settings)
    for folder in settings.watcher.outbox.glob("[!.]*/"):
        if is_superseded(folder.name):
            continue
        if folder not in receipts:
            broken.append(f"I4: {folder.name} has no receipt")
            continue
        for name, digest in dict(receipts[folder]["files"]).items():  # type: ignore[call-overload]
            if not (folder / name).exists() or sha256_of(folder / name) != digest:
                broken.append(f"I4: {name} of {folder.name} is torn")
    return broken


def _answers(settings: Settings) -> list[str]:
    broken = []
    contents = Counter(sha256_of(path) for path in _archived(settings))
    receipts = _receipts(settings)
    batches = Counter(str(receipt["sha256"]) for receipt in receipts.values())
    for digest in contents.keys() | batches.keys():
        if not 1 <= batches[digest] <= contents[digest]:
            broken.append(
                f"I1: {contents[digest]} inputs of one content, {batches[digest]} results"
            )
    claims = Counter(str(receipt["claim"]) for receipt in receipts.values())
    broken += [f"I1: one input has {n} results" for n in claims.values() if n > 1]
    for path in _rejected(settings):
        reason_path = path.with_name(path.name + REASON_SUFFIX)
        reason = reason_path.read_text(encoding="utf-8") if reason_path.exists() else ""
        if not _names(path.name, reason):
            broken.append(f"I1: the reason of {path.name} does not begin with its name: {reason!r}")
    originals = {sha256_of(path): path for path in _archived(settings)}
    for folder, receipt in receipts.items():
        original = originals.get(str(receipt["sha256"]))
        if original is not None and (folder / "predictions.csv").exists():
            broken += _rows(settings, original, folder / "predictions.csv")
    return broken


def _names(name: str, reason: str) -> bool:
    """Whether a reason begins with the path of the input that was rejected as ``name``.

    Where a file of that name was rejected before, ``name`` has a hash in it.
    """
    quoted = _QUOTED.match(reason)
    if quoted is None:
        return False
    path = PurePath(ast.literal_eval(quoted.group()))
    return path.name == name or (name.startswith(path.stem) and name.endswith(path.suffix))


def _rows(settings: Settings, original: Path, predictions: Path) -> list[str]:
    table = open_table(original, settings.data.columns.model_dump(), required=(JOB_TITLE,))
    given = [row for _, row in table.rows()]
    with predictions.open(encoding="utf-8", newline="") as file:
        header, *coded = csv.reader(file)
    n = len(table.header)
    if header[:n] != table.header or [row[:n] for row in coded] != given:
        return [f"I2: {predictions.parent.name} has not the rows of {original.name}"]
    return []


def _leftovers(settings: Settings) -> list[str]:
    watched = settings.watcher
    left = [*_files(watched.inbox), *(watched.inbox / WORK).iterdir()]
    staging = watched.outbox / STAGING
    entries = staging.iterdir() if staging.exists() else ()
    left += (path for path in entries if path.name != HOOKS)  # events may wait for their commands
    for folder in (watched.archive_dir, watched.rejected_dir):
        paths = folder.iterdir() if folder.exists() else ()
        left += (path for path in paths if _is_hidden(path.name))
    rejected = watched.rejected_dir
    reasons = list(rejected.glob(f"*{REASON_SUFFIX}")) if rejected.exists() else []
    if len(reasons) != len(_rejected(settings)):
        left += reasons
    # A daemon killed at its start leaves its probes; the next one of that name removes them.
    return [f"left over: {path}" for path in left if not path.name.startswith(".probe")]
