"""Make a bundle of RoBERTa-base's size with random weights, by the exporter of the program.

It has twelve layers of 768 channels, 50,265 tokens and 436 outputs. Its tokenizer is a byte-level
BPE learned from survey texts, with so few merges that a word takes 1.3 tokens, as RoBERTa's own
does on English.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.contenders import read_texts
from benchmarks.survey import Survey, write_survey
from core.taxonomy import isco08
from inference.ngram_model import NgramModel
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile

_N_WORDS = 50_265
_N_MERGED = 6_000
_MAX_TOKENS = 128


def make_base_bundle(folder: Path) -> Path:
    """Return the bundle ``folder/base``; make it if it does not exist, which takes some minutes."""
    out = folder / "base"
    if out.exists():
        return out
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizerFast

    from exporters.bundle_export import BundleContents, export_bundle

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        survey = Path(scratch, "survey.csv")
        write_survey(survey, Survey(20_000, repeats=0.0))
        texts = read_texts(survey)
        bpe = ByteLevelBPETokenizer()
        specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        bpe.train_from_iterator(texts, _N_MERGED, special_tokens=specials, show_progress=False)
        bpe.save_model(scratch)
        tokenizer = RobertaTokenizerFast(f"{scratch}/vocab.json", f"{scratch}/merges.txt")
        torch.manual_seed(0)
        config = RobertaConfig(
            vocab_size=_N_WORDS, num_labels=len(isco08().units), max_position_embeddings=514
        )
        n_labels = len(isco08().units)
        certain = np.array([0.0, 1.0])
        contents = BundleContents(
            model=RobertaForSequenceClassification(config),
            tokenizer=tokenizer,
            ngram_model=NgramModel.empty(n_labels),
            spelling=Spelling(()),
            training_profile=TrainingProfile(
                np.full(n_labels, 1 / n_labels), np.zeros(0, np.uint32), certain, certain, 1
            ),
            temperature=1.0,
            ngram_weight=0.0,
            max_tokens=_MAX_TOKENS,
            languages=["en"],
            training_summary={},
        )
        return export_bundle(
            contents,
            out,
            calibration_texts=texts[:200],
            parity_texts=texts[200:250],
            target_agreement=0.0,  # random weights decide by chance: all products in int8
        )
