"""An export equals its checkpoint, or there is no bundle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from exporters import onnx as exporter
from exporters.onnx import export_bundle
from exporters.parity import check_signature, check_values
from inference.baseline import Baseline
from inference.bundle import Bundle
from inference.lexicon import Lexicon
from isco.errors import ParityError
from training.encoder import load_encoder


def test_the_bundle_says_what_was_compared(bundle: Bundle) -> None:
    parity = bundle.manifest.parity
    assert parity["fp32_max_logit_difference"] < 1e-3
    assert parity["int8_agreement"] >= exporter.MIN_INT8_AGREEMENT
    assert bundle.manifest.precision == "int8"
    assert not (bundle.path / "model.onnx").exists()
    assert bundle.checkpoint_dir().joinpath("model.safetensors").exists()


def test_the_encoder_is_int8_and_no_scale_depends_on_the_batch(bundle: Bundle) -> None:
    graph = onnx.load(bundle.model_path).graph
    operators = [node.op_type for node in graph.node]
    assert operators.count("QAttention") == 2
    assert operators.count("MatMulIntegerToFloat") == 6
    assert "DynamicQuantizeLinear" not in operators and "MatMul" not in operators
    weights = [
        numpy_helper.to_array(tensor) for tensor in graph.initializer if "/weight" in tensor.name
    ]
    assert max(np.abs(w.astype(int)).max() for w in weights if w.dtype == np.int8) <= 63


def test_a_bundle_that_int8_would_change_serves_fp32(
    checkpoint: Path,
    texts: list[str],
    baseline: Baseline,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporter, "MIN_INT8_AGREEMENT", 1.1)
    tokenizer, model = load_encoder(str(checkpoint), texts, shipped=checkpoint)
    out = export_bundle(
        model, tokenizer, tmp_path / "bundle", lexicon=Lexicon.empty(436), baseline=baseline,
        temperature=1.0, lexicon_weight=0.0, max_tokens=64, calibration_texts=texts[:20],
        parity_texts=texts[:20], summary={"note": 1},
    )  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["precision"], manifest["model"]) == ("fp32", "model.onnx")
    assert manifest["training"] == {"note": 1}
    assert not (out / "model_int8.onnx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_other_values_are_no_bundle() -> None:
    reference = np.zeros((2, 436), dtype=np.float32)
    other = reference.copy()
    other[1, 5] = 0.01
    with pytest.raises(ParityError, match=r"0\.01"):
        check_values("model.onnx", reference, other)
    with pytest.raises(ParityError, match="nan"):
        check_values("model.onnx", reference, np.full_like(reference, np.nan))


def test_another_signature_is_no_bundle(bundle: Bundle) -> None:
    with pytest.raises(ParityError, match="435"):
        check_signature(bundle.model_path, 435)
