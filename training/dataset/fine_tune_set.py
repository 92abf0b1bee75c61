"""The texts of one nightly training: the corrections, known texts again, and texts without a label.

Corrections alone are a biased sample, the hard texts: a model trained on them alone forgets the
rest. So known texts are replayed, as many of each unit group as its share asks for. Texts of the
archive and pseudo titles have no label: the model only has to answer them as its parent does. Codes
that the machine gave are never labels.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase

from core.columns.record_text import row_text
from core.csv_table import open_table
from core.errors import InputError
from core.formats.file_names import suffix_of
from core.non_answers.stated_text import stated_text
from core.settings import Settings
from core.text import EMPTY_TEXT, clean, join

REPLAY_WEIGHT = 1.0
OTHER_LANGUAGES_ONE_IN = 2
_MAX_ARCHIVE_FILES = 200
_POOL_FACTOR = 20  # so many texts are read for each one that is drawn
_MIN_LETTERS = 4
_WORD_START = "Ġ▁"  # how byte-level BPE and SentencePiece mark the first piece of a word


def archive_texts(
    archive_dir: Path, settings: Settings, n: int, kept_out: Collection[str]
) -> list[str]:
    """Return at most ``n`` distinct texts of the newest archived inputs, drawn at random.

    They are as the model reads them, without duties that say nothing. None of the ``kept_out``
    texts is drawn. The same files and ``training.seed`` give the same draw.
    """
    texts: dict[str, None] = {}
    for path in _newest_first(archive_dir)[:_MAX_ARCHIVE_FILES]:
        if len(texts) >= _POOL_FACTOR * n:
            break
        try:
            table = open_table(
                path, settings.data.read_columns.aliases, ("job_title",), settings.data.encoding
            )
            for _, row in table.rows():
                text = stated_text(row_text(table, row))
                if text != EMPTY_TEXT and text not in kept_out:
                    texts[text] = None
                if len(texts) >= _POOL_FACTOR * n:
                    break
        except (InputError, OSError):  # a file of corrections, or one deleted meanwhile
            continue
    return random.Random(settings.training.seed).sample(list(texts), min(n, len(texts)))


def _newest_first(archive_dir: Path) -> list[Path]:
    """Return the inputs in the archive; one that is deleted meanwhile is left out."""
    times_ns = {}
    for path in archive_dir.glob("*"):
        if suffix_of(path.name):
            with suppress(OSError):
                times_ns[path] = path.stat().st_mtime_ns
    return sorted(times_ns, key=lambda path: (-times_ns[path], path.name))


def pseudo_titles(tokenizer: PreTrainedTokenizerBase, n: int, seed: int) -> list[str]:
    """Return ``n`` titles of one to three random words of the tokenizer's vocabulary.

    They mean little, but they contain every word that the model has learned, while corrections and
    archives contain few. Trained to answer them as its parent does, a model keeps what it knew.
    Source: distillation without the data (Lopes, Fenu, Starner 2017), in its simplest form.
    """
    words = sorted(
        {word for piece in tokenizer.get_vocab() if (word := piece.lstrip(_WORD_START)).isalpha()}
    )
    words = [word for word in words if len(word) >= _MIN_LETTERS and word == clean(word)]
    rng = random.Random(seed)
    return [join(" ".join(rng.choices(words, k=rng.randint(1, 3)))) for _ in range(n)]


def replay(texts: pd.DataFrame, n: int, seed: int, language: str = "") -> pd.DataFrame:
    """Return at most ``n`` of the known ``texts``, of each unit group its share, at least one.

    Where ``texts`` (``text, label, language``) are in several languages, all but ``language`` have
    ``1 / OTHER_LANGUAGES_ONE_IN`` of the places, each as many; what a language leaves free the
    others take.
    """
    is_usual = texts["language"].isin([language, ""])
    languages = sorted(set(texts.loc[~is_usual, "language"]))
    if len(texts) <= n or len(languages) + is_usual.any() < 2:
        return _stratified(texts, n, seed)
    n_each = n // OTHER_LANGUAGES_ONE_IN // len(languages)
    others = [_stratified(texts[texts["language"] == other], n_each, seed) for other in languages]
    n_usual = n - sum(map(len, others))
    drawn = pd.concat([_stratified(texts[is_usual], n_usual, seed), *others])
    left = texts[~texts.index.isin(drawn.index)]
    return pd.concat([drawn, _stratified(left, n - len(drawn), seed)])


def _stratified(texts: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    if len(texts) <= n:
        return texts
    shuffled = texts.sample(frac=1, random_state=seed)
    order = shuffled.groupby("label").cumcount()
    sizes = shuffled["label"].map(shuffled["label"].value_counts())
    # The k-th of m texts of a group has the rank k/m: the lowest ranks are a stratified sample.
    rank = (order + np.where(order == 0, 0.0, 0.5)) / sizes
    return shuffled.loc[rank.sort_values(kind="stable").index[:n]]


def build_fine_tune_set(
    corrections: pd.DataFrame,
    texts: pd.DataFrame,
    unlabelled: list[str],
    decided: Collection[str],
    settings: Settings,
) -> pd.DataFrame:
    """Return the texts of one nightly training, distinct, corrections first.

    Parameters
    ----------
    corrections : ``text, label, is_held_out, is_first``; those held out are not trained on.
    texts : known texts to replay, ``text, label, weight, language``; a corrected text is never
        replayed.
    unlabelled : texts that only have to be answered as before.
    decided : texts that a person has decided, whatever the decision: none of them is replayed.

    Returns
    -------
    ``text``, ``label`` (``""`` for none), ``weight``, ``is_correction``, ``language``, ``forms``
    (see ``training/dataset/records.py``). The weight of a correction is
    ``fine_tune.correction_weight`` only in the first nightly training that learns it: with that
    weight in every training it would push out the rest.
    """
    # The seed changes with the corrections: over the months the replay covers all known texts.
    chosen, seed = settings.fine_tune, settings.training.seed + len(corrections)
    taught = corrections[~corrections["is_held_out"]]
    weights = np.where(taught["is_first"], chosen.correction_weight, REPLAY_WEIGHT)
    is_decided = texts["text"].isin({*corrections["text"], *decided})
    replayed = replay(texts[~is_decided], chosen.replay_texts, seed, settings.data.language)
    parts = [
        taught[["text", "label"]].assign(weight=weights, is_correction=True),
        replayed[["text", "label"]].assign(
            weight=replayed["weight"].clip(upper=REPLAY_WEIGHT), is_correction=False
        ),
        pd.DataFrame({"text": unlabelled}, dtype=str).assign(
            label="", weight=0.0, is_correction=False
        ),
    ]
    together = pd.concat(parts, ignore_index=True).drop_duplicates("text", ignore_index=True)
    # Nobody states the language of a correction, and the others are not augmented.
    return together.assign(language="", forms="")
