"""Checkpoint of a bundle → the fp32 graph that accelerators run, in this user's cache.

It is not part of the bundle: it is six times as large as the int8 graph and of use to few. The
graph is optimum's own, because CoreML does not know the operators of the fused one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from transformers import AutoTokenizer, RobertaForSequenceClassification

from core.files.scratch_folder import ScratchFolder
from core.files.whole_file import sha256_of
from exporters.bundle_export import export_graph
from exporters.parity import check_values, checkpoint_logits
from inference.accelerators.golden_texts import golden_texts
from inference.accelerators.onnx_accelerator import (
    MODEL,
    AcceleratorModel,
    OnnxAccelerator,
    accelerated_dir,
)
from inference.bundle import Bundle
from inference.providers import CPU, Runtime

# So many bundles keep their files, those made last.
_N_KEPT_BUNDLES = 3


def write_accelerated(bundle: Bundle) -> Path:
    """Write the graph that accelerators run of ``bundle``, whole or not at all; return its folder.

    Earlier results of trying accelerators are discarded: the next start tries them again. Raises
    ParityError where the graph does not compute what the checkpoint does.
    """
    checkpoint = bundle.checkpoint_dir()
    out = accelerated_dir(bundle)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = RobertaForSequenceClassification.from_pretrained(checkpoint, use_safetensors=True)
    model = model.float()
    out.parent.mkdir(parents=True, exist_ok=True)
    with ScratchFolder(out.parent, ".part-") as scratch:
        staged = scratch / "staged"
        staged.mkdir()
        exported = export_graph(model, tokenizer, scratch / "work")
        os.rename(exported, staged / MODEL)
        written = AcceleratorModel(
            staged / MODEL, sha256_of(staged / MODEL), model.config.pad_token_id
        )
        texts = golden_texts()
        max_tokens = bundle.manifest.max_tokens
        ids = tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]
        computed = OnnxAccelerator(CPU, written, bundle, Runtime()).logits(ids)
        check_values(MODEL, checkpoint_logits(model, tokenizer, texts, max_tokens), computed)
        written.write_about()
        if out.exists():
            os.rename(out, scratch / "replaced")
        os.rename(staged, out)
    _prune(out.parent)
    return out


def _prune(folder: Path) -> None:
    """Remove the oldest; a daemon that still runs one has it open, and can go on with the CPU."""
    oldest_first = sorted(folder.glob("[!.]*/"), key=lambda path: path.stat().st_mtime)
    for outdated in oldest_first[:-_N_KEPT_BUNDLES]:
        shutil.rmtree(outdated, ignore_errors=True)
