"""Checkpoint → ONNX bundle: export with optimum, prove equal, fuse, quantize, compare, publish.

The checkpoint is rounded to half precision first, because that is how it is kept: what is exported
is what a later fine-tuning starts from.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from optimum.exporters.onnx import main_export
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.files.scratch_folder import ScratchFolder
from core.settings import InferenceSettings
from core.taxonomy import isco08
from core.text import TEXT_VERSION
from core.timestamps import utc_now
from exporters.graph_fusion import fuse
from exporters.mixed_precision import TARGET_AGREEMENT, write_int8
from exporters.parity import (
    agreement_if_enough,
    check_signature,
    check_values,
    checkpoint_logits,
)
from exporters.quantize import Quantizer
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
from inference.similar_corrections import FITTED_RULES
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile

_FP32 = "model.onnx"
_INT8 = "model_int8.onnx"
_N_CALIBRATION_TEXTS = 1024
_N_PARITY_TEXTS = 2000
_N_VALUE_TEXTS = 500  # a wrong graph is wrong on all of them
_N_RANKING_TEXTS = 64


@dataclass(frozen=True)
class BundleContents:
    """What a bundle is made of.

    ``ngram_model`` serves beside the network ``model``; ``temperature`` and ``ngram_weight``
    combine the two (``training/evaluation/calibration.py``). ``spelling`` holds the words that
    typos are corrected to, ``training_profile`` what the reports of batches compare with,
    ``training_summary`` the manifest's entry ``training``. Texts are cut at ``max_tokens``;
    ``languages`` (ISO 639-1) are those of the training texts.
    """

    model: RobertaForSequenceClassification
    tokenizer: PreTrainedTokenizerBase
    ngram_model: NgramModel
    spelling: Spelling
    training_profile: TrainingProfile
    temperature: float
    ngram_weight: float
    max_tokens: int
    languages: list[str]
    training_summary: dict[str, Any]


def export_bundle(
    contents: BundleContents,
    out: Path,
    *,
    calibration_texts: Sequence[str],
    parity_texts: Sequence[str],
    target_agreement: float = TARGET_AGREEMENT,
) -> Path:
    """Write the bundle of ``contents`` to the folder ``out``, whole or not at all, and return it.

    Parameters
    ----------
    calibration_texts : cleaned texts that set the ranges of int8 activations.
    parity_texts : other cleaned texts, on which the graphs are compared with the checkpoint.
    target_agreement : the share of codes that int8 must leave as they are; a code comes from the
        network and the n-gram model together. As few matrix products as that takes stay in fp32;
        where not even that helps, the bundle serves the fp32 graph.

    Raises ParityError where the fp32 graph is not equal to the checkpoint.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with ScratchFolder(out.parent, ".export-") as scratch:
        staged = scratch / "bundle"
        model = _save_parts(contents, staged)
        exported = export_graph(model, contents.tokenizer, scratch / "work")
        fused = fuse(exported, staged / _FP32, model.config)
        texts = list(parity_texts)[:_N_PARITY_TEXTS]
        logits = checkpoint_logits(model, contents.tokenizer, texts, contents.max_tokens)
        checkpoint = _Reference(texts, logits)
        difference = _check_fp32(contents, staged, checkpoint)
        quantizer = Quantizer(fused, _feeds(contents, calibration_texts[:_N_CALIBRATION_TEXTS]))
        share, n_kept_fp32 = _write_int8(contents, quantizer, staged, checkpoint, target_agreement)
        parity = {
            "fp32_max_logit_difference": difference,
            "int8_agreement": share,
            "n_inputs_kept_fp32": n_kept_fp32,
            "n_texts": len(texts),
        }
        _keep_one_graph(contents, staged, parity, is_int8=share >= target_agreement)
        if out.exists():
            os.rename(out, scratch / "replaced")
        os.rename(staged, out)
    return out


@dataclass(frozen=True)
class _Reference:
    """Texts, and the logits (N, 436) of the checkpoint, with which the graphs are compared."""

    texts: list[str]
    logits: np.ndarray


def _check_fp32(contents: BundleContents, staged: Path, checkpoint: _Reference) -> float:
    """Return the largest difference of a logit of the fp32 graph; ParityError where not equal.

    ``_N_VALUE_TEXTS`` are compared.
    """
    served = _session(contents, staged, _FP32, "fp32").logits(checkpoint.texts[:_N_VALUE_TEXTS])
    return check_values(_FP32, checkpoint.logits[:_N_VALUE_TEXTS], served)


def _write_int8(
    contents: BundleContents,
    quantizer: Quantizer,
    staged: Path,
    checkpoint: _Reference,
    target_agreement: float,
) -> tuple[float, int]:
    """Write the int8 graph; return what ``write_int8`` returns."""

    def measure() -> float:
        session = _session(contents, staged, _INT8, "int8")
        return agreement_if_enough(
            checkpoint.texts,
            _combined(contents, checkpoint.logits, checkpoint.texts),
            lambda texts: _combined(contents, session.logits(texts), texts),
            target_agreement,
        )

    ranking_feeds = _feeds(contents, checkpoint.texts[:_N_RANKING_TEXTS])
    return write_int8(quantizer, staged / _INT8, ranking_feeds, measure, target_agreement)


def _session(contents: BundleContents, staged: Path, graph: str, precision: str) -> OnnxSession:
    """Return what computes logits with ``graph`` as the daemon would."""
    write_manifest(staged, **_manifest_values(contents, graph, precision))
    return OnnxSession(Bundle.open(staged), InferenceSettings(provider="cpu"))


def _combined(contents: BundleContents, logits: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Return (N, 436) what decides the code: the network's ``logits`` and the n-gram model."""
    scores = contents.ngram_model.scores(texts)
    return logits / contents.temperature + contents.ngram_weight * scores


def _keep_one_graph(
    contents: BundleContents, staged: Path, parity: dict[str, Any], *, is_int8: bool
) -> None:
    """Remove the graph that is not served, and write the manifest of the other one."""
    (staged / (_FP32 if is_int8 else _INT8)).unlink()
    served = (_INT8, "int8") if is_int8 else (_FP32, "fp32")
    write_manifest(staged, parity=parity, **_manifest_values(contents, *served))


def _save_parts(contents: BundleContents, staged: Path) -> RobertaForSequenceClassification:
    """Write all parts but the graphs; return the model as half precision left it, in fp32."""
    model = contents.model.to("cpu").half()
    model.save_pretrained(staged / CHECKPOINT, safe_serialization=True)
    contents.tokenizer.save_pretrained(staged / CHECKPOINT)
    shutil.copy(staged / CHECKPOINT / TOKENIZER, staged / TOKENIZER)
    _link_checkpoint(staged)
    contents.ngram_model.save(staged / NGRAM_MODEL)
    contents.spelling.save(staged / SPELLING)
    contents.training_profile.save(staged / TRAINING_PROFILE)
    return model.float()


def _link_checkpoint(bundle_dir: Path) -> None:
    """Link the files of the checkpoint from the bundle's folder itself.

    ``from_pretrained`` of transformers looks for the weights in the folder that it is given.
    """
    for file in sorted((bundle_dir / CHECKPOINT).iterdir()):
        link = bundle_dir / file.name
        if not link.exists():
            link.symlink_to(Path(CHECKPOINT, file.name))


def _manifest_values(contents: BundleContents, graph: str, precision: str) -> dict[str, Any]:
    """Return what the manifest states of a bundle that serves ``graph``."""
    return {
        "created": utc_now(),
        "text_version": TEXT_VERSION,
        "max_tokens": contents.max_tokens,
        "temperature": contents.temperature,
        "ngram_weight": contents.ngram_weight,
        "languages": contents.languages,
        "similarity": asdict(FITTED_RULES),
        "labels": list(isco08().units),
        "training": contents.training_summary,
        "model": graph,
        "precision": precision,
    }


def export_graph(
    model: RobertaForSequenceClassification, tokenizer: PreTrainedTokenizerBase, work: Path
) -> Path:
    """Export the ONNX graph of ``model`` with optimum, below the folder ``work``; return its path.

    Raises ParityError where the inputs or outputs of the graph are not those that are served.
    """
    model.save_pretrained(work / "fp32", safe_serialization=True)
    tokenizer.save_pretrained(work / "fp32")
    with warnings.catch_warnings(), _without_warning_of_dtype():
        # transformers' mask is traced with a constant; parity with the checkpoint is checked below.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        main_export(
            work / "fp32",
            work / "onnx",
            task="text-classification",
            library_name="transformers",
            do_validation=False,  # the checks here compare more texts, and decisions
        )
    exported = work / "onnx" / "model.onnx"
    check_signature(exported, len(isco08().units))
    return exported


@contextmanager
def _without_warning_of_dtype() -> Iterator[None]:
    """Keep one warning out of the log: optimum gives transformers an argument by its older name."""

    def is_other(record: logging.LogRecord) -> bool:
        return "`torch_dtype` is deprecated" not in record.getMessage()

    modules = ("configuration_utils", "modeling_utils")
    loggers = [logging.getLogger(f"transformers.{module}") for module in modules]
    for logger in loggers:
        logger.addFilter(is_other)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_other)


def _feeds(contents: BundleContents, texts: Sequence[str]) -> list[dict[str, np.ndarray]]:
    """Return model inputs of ``texts``, those of equal length together."""
    encoded = contents.tokenizer(list(texts), truncation=True, max_length=contents.max_tokens)
    ids = encoded["input_ids"]
    batches = (
        np.array([ids[row] for row in rows], dtype=np.int64)
        for rows in length_batches([len(text_ids) for text_ids in ids])
    )
    return [{"input_ids": batch, "attention_mask": np.ones_like(batch)} for batch in batches]
