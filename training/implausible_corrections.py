"""Refuse a night of which a new corrections file does not look like the work of coders."""

from __future__ import annotations

import glob
import re
from contextlib import suppress
from pathlib import Path

import pandas as pd

from core.own_files import RECEIPT, OwnFileError, read_own_json
from training.champion import Champion
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, SplitDataset
from training.evaluation.correction_checks import check_corrections_file
from training.evaluation.gate import ComparedTexts, GateResult
from training.run_folder import RunFolder, RunState

# The content of the file and the batch, or what is both: see results/kept_corrections.py.
_KEPT = re.compile(r"(?:[0-9a-f]{12}\.)?(?P<batch_id>[0-9a-f]{12})\.csv")


def refuse_implausible_corrections(
    run: RunFolder,
    champion: Champion,
    dataset: SplitDataset,
    corrections: pd.DataFrame,
    outbox: Path,
) -> bool:
    """Finish the run as refused if a new corrections file does not look like coders' work.

    ``corrections`` has ``text, label, file, is_new``. The receipts in ``outbox`` tell under which
    name a file was handed in. Returns whether the run was refused.
    """
    if BUNDLED_HOLD_OUT not in dataset.hold_out:
        return False

    def measured(rows: pd.DataFrame) -> ComparedTexts:
        probabilities = champion.probabilities(list(rows["text"]))
        return ComparedTexts(list(rows["label"]), probabilities, probabilities)

    hold_out = measured(dataset.hold_out[BUNDLED_HOLD_OUT])
    checks, refused = [], []
    for part, rows in corrections[corrections["is_new"]].groupby("file"):
        of_file = check_corrections_file(_shown_name(str(part), outbox), measured(rows), hold_out)
        checks += of_file
        if not GateResult(list(of_file)).promoted:
            refused.append(str(part).partition(", ")[0])
    if not refused:
        return False
    run.metrics.champion = champion.version
    run.metrics.checks = list(checks)
    run.finish(RunState.REFUSED, [*GateResult(list(checks)).reasons, _remedy(refused)])
    return True


def _remedy(files: list[str]) -> str:
    names = ", ".join(dict.fromkeys(files))
    return (
        "nothing is trained as long as these answers hold. Look at the file: a column may be "
        "shifted, or the codes may belong to other rows. Hand in the right codes for its texts, or "
        f"delete {names} from the folder data.corrections_dir; the next night trains then"
    )


def _shown_name(part: str, outbox: Path) -> str:
    """Return the name under which a file was handed in, with that under which it is kept.

    ``part`` may name a coder behind the file. Without its receipt a file has one name.
    """
    kept, comma, coder = part.partition(", ")
    match = _KEPT.fullmatch(kept)
    if match is not None:
        for receipt in outbox.glob(f"[!.]*.{glob.escape(match['batch_id'])}/{RECEIPT}"):
            with suppress(OSError, OwnFileError):
                name = read_own_json(receipt).get("input")
                if isinstance(name, str) and name:
                    return f"{name} (kept as {kept}){comma}{coder}"
    return part
