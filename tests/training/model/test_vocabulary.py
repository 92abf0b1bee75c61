"""A new vocabulary for a model that has learned English."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from training.model.encoder import load_encoder
from training.model.vocabulary import replace_vocabulary

WORDS = {
    "teacher": "lehrer",
    "baker": "bäcker",
    "driver": "fahrer",
    "welder": "schweisser",
    "farmer": "landwirt",
}
SURROUNDINGS = {"": "", "senior ": "leitender ", "young ": "junger ", "night ": "nacht "}


def records() -> pd.DataFrame:
    rows = []
    for code, (english, german) in zip(range(1000, 1005), WORDS.items(), strict=True):
        for n, (before, davor) in enumerate(SURROUNDINGS.items()):
            for text, language in ((before + english, "en"), (davor + german, "de")):
                rows.append((f"{text} | unknown", str(code), f"{english}{n}", language))
    return pd.DataFrame(rows * 3, columns=["text", "label", "group", "language"])


Model = tuple[PreTrainedTokenizerBase, RobertaForSequenceClassification]


@pytest.fixture
def replaced(checkpoint: Path) -> tuple[Model, Model]:
    """The small RoBERTa as it was, and with a vocabulary of both languages."""
    old = load_encoder(str(checkpoint), [], checkpoint)
    tokenizer, model = load_encoder(str(checkpoint), [], checkpoint)
    return old, replace_vocabulary(tokenizer, model, records(), 300, seed=0)


def test_a_new_word_starts_where_its_translation_is(replaced: tuple[Model, Model]) -> None:
    (old_tokenizer, old_model), (tokenizer, model) = replaced
    old_vectors = old_model.get_input_embeddings().weight.detach().numpy()
    vectors = model.get_input_embeddings().weight.detach().numpy()

    def vector(word: str, of: PreTrainedTokenizerBase, table: np.ndarray) -> np.ndarray:
        return table[of(word, add_special_tokens=False)["input_ids"]].mean(axis=0)

    english = np.stack([vector(word, old_tokenizer, old_vectors) for word in WORDS])
    german = np.stack([vector(word, tokenizer, vectors) for word in WORDS.values()])
    english = english - english.mean(axis=0)
    german = german - german.mean(axis=0)
    closeness = german @ english.T / np.linalg.norm(german, axis=1)[:, None]
    closeness /= np.linalg.norm(english, axis=1)
    assert list(closeness.argmax(axis=1)) == list(range(len(WORDS)))


def test_it_reads_text_with_and_without_accents_alike(replaced: tuple[Model, Model]) -> None:
    tokenizer, model = replaced[1]
    assert tokenizer("bäcker")["input_ids"] == tokenizer("backer")["input_ids"]
    ids = tokenizer(["lehrer | unknown", "junger bäcker | unknown"], padding=True)
    with torch.no_grad():
        logits = model(**{name: torch.tensor(values) for name, values in ids.items()}).logits
    assert logits.shape == (2, 436) and torch.isfinite(logits).all()


def test_special_tokens_keep_their_ids(replaced: tuple[Model, Model], tmp_path: Path) -> None:
    """RoBERTa counts positions from the id of the padding."""
    (old_tokenizer, _), (tokenizer, model) = replaced
    assert tokenizer.pad_token_id == old_tokenizer.pad_token_id == model.config.pad_token_id
    assert model.get_input_embeddings().padding_idx == tokenizer.pad_token_id
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    again, _ = load_encoder(str(tmp_path), [], tmp_path)
    text = "leitender bäcker"
    assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
