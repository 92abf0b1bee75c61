"""One corrections file → a status per row, and a file of the accepted codes for the lookup."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.decisions import NO_CONFLICT, Decisions, Outcome
from core.corrections.doubts import Doubt, Doubts, marked, read_doubts, remove_doubts, write_doubts
from core.csv_table import CHUNK_ROWS
from core.csv_writer import Writer, neutralise
from core.files.whole_file import sha256_of
from core.languages.message import Message
from core.languages.page_language import page_language
from core.own_tables.list_columns import CORRECTIONS_COLUMNS
from core.own_tables.table_kind import TableKind
from core.row_counts import Progress, no_progress
from core.settings import Settings
from core.timestamps import utc_now
from inference.corrections_lookup import CorrectionsLookup
from results.corrections_source import CorrectionsSource, open_source
from results.intake_check import IntakeCheck, IntakeChecks
from results.kept_corrections import ID_DIGITS, kept_name, open_kept
from results.receipt import CorrectionsReceipt

_LOG = logging.getLogger(__name__)

FindDoubts = Callable[[Iterable[Correction], str], list[Doubt]]
"""Returns the doubts about corrections that were handed in under a name."""

_EDITED_NOTE = Message(
    "these are predictions of this program: the rows with a corrected code, and those whose code "
    "differs from the one that was published, are corrections; the others are skipped"
)

_IN_DOUBT = Message("in doubt: it holds for this text alone until somebody confirms it")
_OF_SEVERAL = Message(
    "the title names several occupations: it holds for this text alone, and teaches nothing"
)
_DISPUTED = Message(
    "coders contradict each other: it teaches nothing about other texts until somebody adjudicates"
)
_NOTHING_IN_FORCE = Message("no answer about it was in force")


def corrections_batch_id(
    path: Path,
    sha256: str,
    corrections_lookup: CorrectionsLookup,
    settings: Settings,
    claim_id: str,
) -> str:
    """Return the id of the batch of a corrections file (12 hexadecimal digits).

    The same content has an earlier batch's id only if its corrections still hold: A, then B, then A
    again makes three batches, of which the last one holds. An attempt that ended before its results
    were published has the id of its claim, so that the next attempt goes on with the same file.

    Raises InputError if the file cannot be read.
    """
    own_id = hashlib.sha256(f"{sha256} {claim_id}".encode()).hexdigest()[:ID_DIGITS]
    folder = settings.data.corrections_dir
    if (folder / kept_name(sha256, own_id)).exists():
        return own_id
    content_id = sha256[:ID_DIGITS]
    kept_names = [
        file.name
        for file in corrections_lookup.folder_state
        if file.name.startswith(f"{content_id}.")
    ]
    decisions = corrections_lookup.decisions.copy()
    source = open_source(path, settings)
    if not any(correction.is_kept for correction in source.corrections()):
        return content_id
    if not kept_names:
        return own_id
    # Their doubts are a part of what holds.
    for correction in marked(source.corrections(), read_doubts(folder / kept_names[-1])):
        decisions.apply(correction)
    if decisions.version() != corrections_lookup.version:
        return own_id
    return kept_names[-1].split(".")[-2]


def process_corrections(
    path: Path,
    out_dir: Path,
    corrections_lookup: CorrectionsLookup,
    settings: Settings,
    batch_id: str | None = None,
    progress: Progress = no_progress,
    find_doubts: FindDoubts = lambda corrections, name: [],
) -> CorrectionsReceipt:
    """Write the status of every row to ``out_dir``, keep what is decided, and return the receipt.

    Decisions are kept in ``data.corrections_dir``, in a file named after the content of ``path``
    and the batch (by default the content alone): the same batch a second time changes nothing.
    ``progress`` is called with 0 now and then, to show that the process is alive. What
    ``find_doubts`` returns is noted before anything is kept, so that nobody is believed too early.
    Raises InputError if the file cannot be read; then nothing of it is kept.
    """
    sha256 = sha256_of(path)
    batch_id = batch_id or sha256[:ID_DIGITS]
    kept_path = settings.data.corrections_dir / kept_name(sha256, batch_id)
    decisions = _decisions_before(kept_path, corrections_lookup, settings)
    checks = IntakeChecks(settings.data.corrections_dir)
    source = open_source(path, settings, progress)
    doubts = _doubts(kept_path, source, path.name, find_doubts)
    receipt = _new_receipt(path.name, sha256, batch_id, source)
    spoken = page_language(settings.output.language)
    with (
        (out_dir / TableKind.CORRECTIONS).open("w", encoding="utf-8-sig", newline="") as file,
        open_kept(kept_path) as kept,
    ):
        writer = Writer(file, CORRECTIONS_COLUMNS, source.table.delimiter)
        rows = marked(source.corrections(), doubts)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            for correction, check in zip(chunk, checks.of(chunk), strict=True):
                outcome = decisions.apply(correction)
                status = _status(correction, outcome)
                receipt.count(correction, status, is_conflict=outcome.replaced is not None)
                reason = Message.listed(_reasons(correction, check, outcome))
                writer.write([_cells(correction, status, spoken.gettext(reason))])
                kept.add(correction, check)
            progress(0)
    checks.report(receipt)
    _note(receipt, source, doubts)
    receipt.finished = utc_now()
    return receipt


def _decisions_before(
    kept_path: Path, corrections_lookup: CorrectionsLookup, settings: Settings
) -> Decisions:
    """Return the decisions that the file meets, without its own.

    Its own are there if an attempt ended before its results were published.
    """
    if kept_path.exists():
        corrections_lookup = CorrectionsLookup.load(
            kept_path.parent, settings.data, before=kept_path.name
        )
    return corrections_lookup.decisions.copy()


def _doubts(
    kept_path: Path, source: CorrectionsSource, name: str, find_doubts: FindDoubts
) -> Doubts:
    """Return the doubts about a file, and note them beside the file that will keep it."""
    if kept_path.exists():  # an earlier attempt has noted them
        return read_doubts(kept_path)
    doubts = find_doubts(source.corrections(), name)
    if doubts:
        write_doubts(kept_path, doubts)
    else:
        remove_doubts(kept_path)
    return read_doubts(kept_path)


def _new_receipt(
    name: str, sha256: str, batch_id: str, source: CorrectionsSource
) -> CorrectionsReceipt:
    """Return the receipt of a file whose rows are still to be read."""
    table = source.table
    return CorrectionsReceipt(
        input=name,
        sha256=sha256,
        batch_id=batch_id,
        encoding=table.encoding,
        delimiter=table.delimiter_name,
        format=str(table.format),
        notes=[*table.layout.notes, *([_EDITED_NOTE] if source.edited is not None else ())],
    )


def _note(receipt: CorrectionsReceipt, source: CorrectionsSource, doubts: Doubts) -> None:
    """Note what was found while the rows were read, and log all notes."""
    receipt.notes += [*source.notes(), *source.table.row_notes]
    for note in receipt.notes:
        _LOG.info("%r: %s", receipt.input, note)
    for doubt in doubts:
        receipt.notes.append(doubt.sentence)
        _LOG.warning("%s", doubt.sentence)


def _status(correction: Correction, outcome: Outcome) -> CorrectionStatus:
    """Return the status of a row: whether its answer is in force, too."""
    if outcome.overruled_by is not None:
        return CorrectionStatus.OVERRULED
    return correction.status


def _reasons(correction: Correction, check: IntakeCheck, outcome: Outcome) -> list[str]:
    """Return what is to be said of a row, and of what became of its answer."""
    reasons = [correction.reason] if correction.reason else []
    if outcome.confirmed is not None:
        reasons.append(
            Message("confirms {code}, which stays the code of this text", code=outcome.confirmed)
        )
    reasons += check.reasons
    if correction.is_doubted and correction.is_decided and not outcome.is_until_confirmed:
        reasons.append(_IN_DOUBT)
    if correction.is_of_several and correction.is_accepted:
        reasons.append(_OF_SEVERAL)
    is_withdrawal = correction.status is CorrectionStatus.WITHDRAWN
    if outcome.replaced is not None and is_withdrawal:
        taken: list[str] = [
            Message("{code} of {coder!r}", code=code, coder=coder)
            for coder, code in outcome.withdrawn
        ]
        if outcome.replaced not in (code for _, code in outcome.withdrawn):
            taken.insert(0, outcome.replaced)
        reasons.append(Message("takes back: {answers}", answers=Message.listed(taken)))
    elif outcome.is_settled:
        reasons.append(_settled(outcome))
    elif outcome.replaced is not None:
        reason = Message(
            "replaces {code}: the answer that was received last is used", code=outcome.replaced
        )
        reasons.append(reason)
    if outcome.is_disputed:
        reasons.append(_DISPUTED)
    if is_withdrawal and outcome == NO_CONFLICT:
        reasons.append(_NOTHING_IN_FORCE)
    if outcome.overruled_by is not None:
        is_counted = bool(correction.signature.coder) and not is_withdrawal
        reasons.append(_overruled(outcome, is_counted))
    return reasons


def _settled(outcome: Outcome) -> str:
    if outcome.replaced is None:
        return Message(
            "settles the conflict about this text: only another adjudicated answer changes it"
        )
    return Message(
        "replaces {code} and settles the conflict about this text: only another adjudicated answer "
        "changes it",
        code=outcome.replaced,
    )


def _overruled(outcome: Outcome, is_counted: bool) -> str:
    if outcome.is_until_confirmed:
        return Message(
            "in doubt: it does not replace {code} of another coder until somebody confirms it",
            code=outcome.overruled_by,
        )
    if is_counted:
        return Message(
            "the conflict about this text was decided as {code}: the answer is kept and counts for "
            "the agreement of coders, and does not replace it",
            code=outcome.overruled_by,
        )
    return Message(
        "the conflict about this text was decided as {code}: the answer is kept, and does not "
        "replace it",
        code=outcome.overruled_by,
    )


def _cells(correction: Correction, status: CorrectionStatus, reason: str) -> list[str]:
    return [
        str(correction.line),
        correction.text,
        neutralise(correction.written),
        correction.code,
        str(status),
        neutralise(reason),  # it may begin with the name of a column of the input
    ]
