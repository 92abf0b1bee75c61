"""Checkpoint → ONNX bundle: export with optimum, prove equal, fuse, quantise, compare, publish.

The checkpoint is rounded to half precision first, because that is how it is kept: what is exported
is what a later fine-tuning starts from.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from optimum.exporters.onnx import main_export
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.file_io import utc_now
from core.settings import InferenceSettings
from core.taxonomy import isco08
from core.text import TEXT_VERSION
from exporters.graph_fusion import fuse
from exporters.mixed_precision import TARGET_AGREEMENT, write_int8
from exporters.parity import agreement, check_signature, check_values, checkpoint_logits
from exporters.quantize import Quantiser
from inference.bundle import (
    CHECKPOINT,
    NGRAM_MODEL,
    SPELLING,
    TOKENIZER,
    TRAINING_PROFILE,
    Bundle,
    write_manifest,
)
from inference.ngram_model import NgramModel
from inference.onnx_session import OnnxSession, length_batches
from inference.spelling import Spelling
from inference.training_profile import TrainingProfile

_FP32, _INT8 = "model.onnx", "model_int8.onnx"
_N_CALIBRATION_TEXTS = 512
_N_PARITY_TEXTS = 2000
_N_RANKING_TEXTS = 64


def export_bundle(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    out: Path,
    *,
    ngram_model: NgramModel,
    spelling: Spelling,
    training_profile: TrainingProfile,
    temperature: float,
    lexicon_weight: float,
    max_tokens: int,
    calibration_texts: Sequence[str],
    parity_texts: Sequence[str],
    summary: dict[str, Any],
    target_agreement: float = TARGET_AGREEMENT,
) -> Path:
    """Write the bundle of ``model`` to the folder ``out``, whole or not at all, and return it.

    Parameters
    ----------
    n-gram model, temperature, lexicon_weight : what serves beside the network, and how they are put
        together (``training/evaluation/calibration.py``).
    spelling : the words that slips are mended to.
    training profile : what it learned from, for the reports of batches.
    calibration_texts : cleaned texts that set the ranges of int8 activations.
    parity_texts : other cleaned texts, on which the graphs are compared with the checkpoint.
    summary : what the manifest says of the training.
    target_agreement : the share of codes that int8 must leave as they are. As few matrix products
        as that takes stay in fp32; where not even that helps, the bundle serves the fp32 graph.

    Raises ParityError where the fp32 graph is not equal to the checkpoint.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as scratch:
        staged, work = Path(scratch, "bundle"), Path(scratch, "work")
        model = _save_checkpoint(model, tokenizer, staged)
        ngram_model.save(staged / NGRAM_MODEL)
        spelling.save(staged / SPELLING)
        training_profile.save(staged / TRAINING_PROFILE)
        exported = export_graph(model, tokenizer, work)
        fused = fuse(exported, staged / _FP32, model.config)
        texts = list(parity_texts)[:_N_PARITY_TEXTS]
        reference = checkpoint_logits(model, tokenizer, texts, max_tokens)
        values = {
            "created": utc_now(),
            "text_version": TEXT_VERSION,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "lexicon_weight": lexicon_weight,
            "labels": list(isco08().units),
            "training": summary,
        }
        fp32 = {**values, "model": _FP32, "precision": "fp32"}
        write_manifest(staged, **fp32)
        difference = check_values(_FP32, reference, _served_logits(staged, texts))

        feeds = _feeds(tokenizer, list(calibration_texts)[:_N_CALIBRATION_TEXTS], max_tokens)
        int8 = {**values, "model": _INT8, "precision": "int8"}

        def measure() -> float:
            write_manifest(staged, **int8)
            return agreement(reference, _served_logits(staged, texts))

        ranking = _feeds(tokenizer, texts[:_N_RANKING_TEXTS], max_tokens)
        share, n_exact = write_int8(
            Quantiser(fused, feeds), staged / _INT8, ranking, measure, target_agreement
        )
        chosen, other = (int8, _FP32) if share >= target_agreement else (fp32, _INT8)
        (staged / other).unlink()
        parity = {
            "fp32_max_logit_difference": difference,
            "int8_agreement": share,
            "n_inputs_kept_fp32": n_exact,
            "n_texts": len(texts),
        }
        write_manifest(staged, parity=parity, **chosen)
        if out.exists():
            os.rename(out, Path(scratch, "replaced"))
        os.rename(staged, out)
    return out


def _save_checkpoint(
    model: RobertaForSequenceClassification, tokenizer: PreTrainedTokenizerBase, staged: Path
) -> RobertaForSequenceClassification:
    """Write the checkpoint in half precision, and return the model as that left it, in fp32."""
    model = model.to("cpu").half()
    model.save_pretrained(staged / CHECKPOINT, safe_serialization=True)
    tokenizer.save_pretrained(staged / CHECKPOINT)
    shutil.copy(staged / CHECKPOINT / TOKENIZER, staged / TOKENIZER)
    return model.float()


def export_graph(
    model: RobertaForSequenceClassification, tokenizer: PreTrainedTokenizerBase, work: Path
) -> Path:
    """optimum's ONNX graph of ``model``, below the folder ``work``, inputs and outputs checked."""
    model.save_pretrained(work / "fp32", safe_serialization=True)
    tokenizer.save_pretrained(work / "fp32")
    with warnings.catch_warnings():
        # transformers' mask is traced with a constant; parity with the checkpoint is checked below.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        main_export(
            work / "fp32",
            work / "onnx",
            task="text-classification",
            library_name="transformers",
            do_validation=False,  # ours compares more texts, and decisions
        )
    exported = work / "onnx" / "model.onnx"
    check_signature(exported, len(isco08().units))
    return exported


def _feeds(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_tokens: int
) -> list[dict[str, np.ndarray]]:
    """Model inputs of ``texts``, those of equal length together."""
    encoded = tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"]
    batches = (
        np.array([encoded[row] for row in rows], dtype=np.int64)
        for rows in length_batches([len(ids) for ids in encoded])
    )
    return [{"input_ids": ids, "attention_mask": np.ones_like(ids)} for ids in batches]


def _served_logits(bundle_dir: Path, texts: Sequence[str]) -> np.ndarray:
    """(N, 436) logits as the daemon would compute them."""
    return OnnxSession(Bundle.open(bundle_dir), InferenceSettings(provider="cpu")).logits(texts)
