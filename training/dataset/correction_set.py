"""What a night learns from: every correction so far, known texts again, and the archive's texts.

Corrections alone are a biased sample, the hard ones: a model trained on them forgets the rest. So
known records are replayed, as many of each unit group as its share asks for, and texts of the
archive come without a label, only to be answered as before. Codes that the machine gave are never
labels.

One correction in five is kept out by the hash of its text, for good: it measures whether what was
learned carries over to texts that nobody corrected.
"""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase

from core.corrections import apply_correction, read_folder
from core.csv_table import open_table
from core.errors import InputError
from core.settings import Settings
from core.text import EMPTY_TEXT, clean, join, row_text
from inference.bundle import Bundle

_HELD_OUT_ONE_IN = 5
_MAX_ARCHIVE_FILES = 200
_MIN_LETTERS = 4
REPLAY_WEIGHT = 1.0


LEARNED_FILES = "corrections_files"
"""Key in a bundle's training summary: the corrections files that it has learned."""


def read_all_corrections(
    corrections_dir: Path, champion: Bundle | None, settings: Settings
) -> pd.DataFrame:
    """One row per corrected text; of two corrections the later file's code holds.

    Returns ``text, label, file, is_held_out, is_new``; new is what ``champion`` has not learned.
    Raises InputError for a file that cannot be read.
    """
    learned = set(champion.manifest.training.get(LEARNED_FILES, []) if champion else [])
    codes: dict[str, str] = {}
    files: dict[str, str] = {}
    for name, correction in read_folder(corrections_dir, settings.data.columns):
        before = codes.get(correction.text)
        apply_correction(codes, correction)
        if codes.get(correction.text) != before or correction.is_accepted:
            files[correction.text] = name
    rows = [
        (text, code, files[text], is_held_out(text), files[text] not in learned)
        for text, code in codes.items()
    ]
    return pd.DataFrame(rows, columns=["text", "label", "file", "is_held_out", "is_new"]).astype(
        {"is_held_out": bool, "is_new": bool}
    )


def is_held_out(text: str) -> bool:
    """Whether a correction of this cleaned text measures instead of teaching."""
    return int(sha256(text.encode()).hexdigest()[:8], 16) % _HELD_OUT_ONE_IN == 0


def archive_texts(archive_dir: Path, settings: Settings, n: int) -> list[str]:
    """At most ``n`` distinct cleaned texts of the newest archived inputs, drawn with the seed."""
    files = sorted(archive_dir.glob("*.csv"), key=lambda path: -path.stat().st_mtime_ns)
    texts: dict[str, None] = {}
    for path in files[:_MAX_ARCHIVE_FILES]:
        try:
            table = open_table(path, settings.data.columns.model_dump(), required=("job_title",))
            for _, row in table.rows():
                text = row_text(table, row)
                if text != EMPTY_TEXT:
                    texts[text] = None
                if len(texts) >= 20 * n:
                    break
        except InputError:  # filled reviews lie in the archive too
            continue
    return random.Random(settings.training.seed).sample(list(texts), min(n, len(texts)))


def rehearsal(tokenizer: PreTrainedTokenizerBase, n: int, seed: int) -> list[str]:
    """``n`` titles of one to three words of the tokenizer's own vocabulary, drawn at random.

    They mean little, but they reach every word that the model was taught, where corrections and
    archives reach few: held to what the champion says of them, it keeps what it knew elsewhere.
    Source: distillation without the data (Lopes, Fenu, Starner 2017), in its simplest form.
    """
    words = sorted(
        {word for piece in tokenizer.get_vocab() if (word := piece.removeprefix("Ġ")).isalpha()}
    )
    words = [word for word in words if len(word) >= _MIN_LETTERS and word == clean(word)]
    chance = random.Random(seed)
    return [join(" ".join(chance.choices(words, k=chance.randint(1, 3)))) for _ in range(n)]


def replay(known: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    """At most ``n`` of the ``known`` records: each unit group its share, and at least one."""
    if len(known) <= n:
        return known
    shuffled = known.sample(frac=1, random_state=seed)
    order = shuffled.groupby("label").cumcount()
    sizes = shuffled["label"].map(shuffled["label"].value_counts())
    # The k-th of m records of a group has the rank k/m: the lowest ranks are a stratified sample.
    rank = (order + np.where(order == 0, 0.0, 0.5)) / sizes
    return shuffled.loc[rank.sort_values(kind="stable").index[:n]]


def compose(
    corrections: pd.DataFrame, known: pd.DataFrame, archived: list[str], settings: Settings
) -> pd.DataFrame:
    """The lesson: ``text, label, weight, is_correction``; texts distinct, corrections first.

    ``label`` is ``""`` for the archive's texts. A corrected text is replayed with no other code. A
    correction weighs more the first night alone: taught so every night, it pushes out the rest.
    """
    # Another draw every night: over the months the replay comes to all that is known.
    chosen, seed = settings.fine_tune, settings.training.seed + len(corrections)
    taught = corrections[~corrections["is_held_out"]]
    weights = np.where(taught["is_new"], chosen.correction_weight, REPLAY_WEIGHT)
    known = known[~known["text"].isin(set(corrections["text"]))]
    parts = [
        taught[["text", "label"]].assign(weight=weights, is_correction=True),
        replay(known, chosen.replay_texts, seed)[["text", "label"]].assign(
            weight=REPLAY_WEIGHT, is_correction=False
        ),
        pd.DataFrame({"text": archived}, dtype=str).assign(
            label="", weight=0.0, is_correction=False
        ),
    ]
    return pd.concat(parts, ignore_index=True).drop_duplicates("text", ignore_index=True)
