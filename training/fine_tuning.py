"""The fitting of a nightly training: the champion's network and n-gram model learn corrections."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.settings import Settings
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.classifier import Reading, combine
from inference.similar_corrections import similarity_of
from training.challenger import Challenger, Parent
from training.dataset.overruled import overruled_texts
from training.long_step import long_step
from training.model.ngram_corrections import teach_ngram_model
from training.model.process_group import run_in_all_processes
from training.model.trainer import learn_corrections
from training.model.training_progress import TrainingProgress
from training.run_folder import RunFolder

_LOG = logging.getLogger(__name__)


def fit_challenger(
    run: RunFolder,
    parent: Parent,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: pd.DataFrame,
    settings: Settings,
    progress: TrainingProgress,
) -> Challenger:
    """Train the network in place, then the n-gram model beside it; the spelling stays.

    Parameters
    ----------
    texts : ``text, label, weight, is_correction``, spelled as in service; those that similar
        corrections overrule are left out. See ``training/dataset/fine_tune_set.py``. ``prepared``
        are the same texts with their typos.
    """
    champion, max_tokens = parent.bundle, settings.model.max_seq_length
    with long_step("computing what the model in service answers"):
        logits = checkpoint_logits(model, tokenizer, list(texts["text"]), max_tokens)
        reading = _reading(champion, list(texts["text"]), logits)
    is_kept = ~overruled_texts(texts, reading, similarity_of(champion))
    n_overruled = int((~is_kept).sum())
    _LOG.info("texts that similar corrections overrule, left out: %d", n_overruled)
    texts, reading = texts[is_kept].reset_index(drop=True), reading.at(is_kept)
    summary = run.metrics.training
    assert summary is not None
    run.metrics.training = replace(summary, n_overruled=n_overruled, n_trained=len(texts))
    run.metrics.learning = run_in_all_processes(
        learn_corrections,
        model,
        tokenizer,
        texts,
        reading.logits,
        settings,
        run.path,
        progress=progress,
    )
    with long_step("teaching the n-gram model"):
        weight, temperature = champion.manifest.ngram_weight, champion.manifest.temperature
        network = checkpoint_logits(model, tokenizer, list(texts["text"]), max_tokens)
        ngram_model = teach_ngram_model(
            champion.ngram_model(),
            texts,
            network / temperature,
            reading.probabilities,
            weight,
            settings,
        )
    read = texts[texts["label"] != ""]
    return Challenger(
        model=model,
        tokenizer=tokenizer,
        ngram_model=ngram_model,
        spelling=champion.spelling(),
        max_tokens=max_tokens,
        languages=champion.manifest.languages,
        learned=read.assign(text=read["prepared"]),
        parent=parent,
    )


def _reading(champion: Bundle, texts: list[str], logits: np.ndarray) -> Reading:
    """Return what the champion makes of spelled texts; ``logits`` (N, 436) of its checkpoint."""
    ngram_model, manifest = champion.ngram_model(), champion.manifest
    vectors = ngram_model.text_vectors(texts)
    scores = ngram_model.scores_of(vectors)
    probabilities = combine(logits, scores, manifest.temperature, manifest.ngram_weight)
    return Reading(probabilities, logits, vectors)
