"""An export equals its checkpoint, or there is no bundle."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

import hypothesis
import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from hypothesis import strategies as st
from onnx import numpy_helper

from core.errors import ParityError
from exporters.bundle_export import BundleContents, export_bundle, export_graph
from exporters.gptq import PAIR_MAX, round_weights
from exporters.graph_fusion import fuse
from exporters.mixed_precision import TARGET_AGREEMENT, write_int8
from exporters.parity import check_signature, check_values
from exporters.quantize import Quantizer
from inference.bundle import Bundle
from inference.ngram_model import NgramModel
from inference.similar_corrections import FITTED_RULES
from inference.spelling.typo_correction import Spelling
from inference.training_profile import TrainingProfile
from training.model.encoder import load_encoder


def test_the_bundle_says_what_was_compared(bundle: Bundle) -> None:
    parity = bundle.manifest.parity
    assert parity["fp32_max_logit_difference"] < 1e-3
    assert parity["int8_agreement"] >= TARGET_AGREEMENT
    assert bundle.manifest.precision == "int8"
    assert bundle.manifest.similarity == asdict(FITTED_RULES)
    assert not (bundle.path / "model.onnx").exists()
    assert bundle.checkpoint_dir().joinpath("model.safetensors").exists()


def test_the_encoder_is_int8_and_no_scale_depends_on_the_batch(bundle: Bundle) -> None:
    graph = onnx.load(bundle.model_path).graph
    operators = [node.op_type for node in graph.node]
    n_exact = bundle.manifest.parity["n_inputs_kept_fp32"]
    assert operators.count("FusedMatMul") == 2 * 2  # of attention: scores, and means of values
    assert (
        operators.count("QuantizeLinear") == 9 - n_exact
    )  # the last query has an input of its own
    assert operators.count("MatMulIntegerToFloat") + operators.count("MatMul") == 12
    assert "DynamicQuantizeLinear" not in operators
    weights = [numpy_helper.to_array(tensor) for tensor in graph.initializer]
    for weight in (w.astype(int) for w in weights if w.dtype == np.int8 and w.ndim == 2):
        assert largest_pair(weight) <= PAIR_MAX


def largest_pair(weight: np.ndarray) -> int:
    """The largest sum of two neighbouring channels' weights of one sign in a column."""
    first, second = weight[0::2], weight[1::2]
    sums = [np.maximum(s * first, 0) + np.maximum(s * second, 0) for s in (1, -1)]
    return int(max(s.max(initial=0) for s in sums))


@hypothesis.given(
    st.integers(1, 24), st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from((0.1, 1, 4))
)
def test_rounded_weights_fit_in_pairs_and_stay_near(
    n_in: int, n_out: int, seed: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.standard_normal((2 * n_in, n_out)) * np.exp(rng.normal(0, spread, (2 * n_in, 1)))
    inputs = rng.standard_normal((64, 2 * n_in))
    integers, scale = round_weights(weight, inputs.T @ inputs)
    assert largest_pair(integers.astype(int)) <= PAIR_MAX
    error = np.square(inputs @ (integers * scale - weight)).sum(axis=0)
    # No worse than if every weight were off by its step: Cauchy and Schwarz.
    assert (error <= np.square(inputs).sum() * len(weight) * np.square(scale)).all()


def test_rounding_makes_up_for_what_it_rounded() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((512, 8)) @ rng.standard_normal((8, 64))  # channels hang together
    inputs += 0.01 * rng.standard_normal(inputs.shape)
    weight = rng.standard_normal((64, 16))
    integers, scale = round_weights(weight, inputs.T @ inputs)
    error = np.square(inputs @ (integers * scale - weight)).mean()
    nearest = np.square(inputs @ (np.rint(weight / scale) * scale - weight)).mean()
    assert error < nearest / 4


@pytest.mark.parametrize("n_tokens", [1, 7])
def test_no_product_of_pairs_that_fit_is_cut_off(n_tokens: int) -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(1, 128, (32, 48))
    weight = np.stack([first, PAIR_MAX - first], axis=1).reshape(64, 48).astype(np.int8)
    weight[:, ::2] *= -1
    inputs = np.full((n_tokens, 64), 255, np.uint8)  # the largest products there are
    node = onnx.helper.make_node(
        "MatMulIntegerToFloat", ["x", "w", "s", "c"], ["y"], domain="com.microsoft"
    )
    constants = {"w": weight, "s": np.float32(1), "c": np.ones(48, np.float32)}
    graph = onnx.helper.make_graph(
        [node],
        "product",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.UINT8, ["n", 64])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["n", 48])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opsets = [onnx.helper.make_opsetid(*o) for o in (("", 18), ("com.microsoft", 1))]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    exact = inputs.astype(int) @ weight.astype(int)
    np.testing.assert_array_equal(session.run(None, {"x": inputs})[0], exact)


def graphs(checkpoint: Path, texts: list[str], work: Path) -> tuple[Path, Path]:
    """(optimum's graph, the fused one)."""
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    exported = export_graph(model, tokenizer, work)
    return exported, fuse(exported, work / "fused.onnx", model.config)


@pytest.mark.slow
def test_as_few_products_stay_fp32_as_the_target_takes(
    bundle: Bundle, checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    _, fused = graphs(checkpoint, texts, tmp_path)
    ids = np.random.default_rng(0).integers(5, 400, (8, 9))
    feeds = [{"input_ids": ids, "attention_mask": np.ones_like(ids)}]
    quantizer, out = Quantizer(fused, feeds), tmp_path / "int8.onnx"

    def share_of_fp32() -> float:
        operators = [node.op_type for node in onnx.load(out).graph.node]
        return operators.count("MatMul") / 12

    share, n_exact = write_int8(quantizer, out, feeds, share_of_fp32, target=0.4)
    assert 0.4 <= share < 0.75
    assert share == share_of_fp32()
    assert 1 <= n_exact < len(quantizer.cost)
    assert write_int8(quantizer, out, feeds, share_of_fp32, target=0.0) == (0.0, 0)
    assert write_int8(quantizer, out, feeds, share_of_fp32, target=1.0) == (1.0, 9)


def test_the_first_token_alone_gives_the_same_logits(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    exported, fused = graphs(checkpoint, texts, tmp_path)
    products = [node for node in onnx.load(fused).graph.node if node.op_type == "MatMul"]
    query, key, value = products[-6:-3]
    assert query.input[0] != key.input[0] == value.input[0]
    for n_texts, n_tokens in ((5, 11), (1, 3)):
        ids = np.random.default_rng(0).integers(5, 400, (n_texts, n_tokens))
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        before, after = (
            ort.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, feed)[0]
            for path in (exported, fused)
        )
        np.testing.assert_allclose(after, before, atol=2e-5)


def test_biases_of_key_and_value_are_moved_not_lost(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):  # a checkpoint that was hardly trained has nearly none
            parameter.data.normal_(std=0.5)
    exported = export_graph(model, tokenizer, tmp_path)
    fused = fuse(exported, tmp_path / "fused.onnx", model.config)
    ids = np.random.default_rng(0).integers(5, 400, (4, 6))
    before, after = (
        ort.InferenceSession(path, providers=["CPUExecutionProvider"]).run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )[0]
        for path in (exported, fused)
    )
    np.testing.assert_allclose(after, before, atol=1e-4)


@pytest.mark.parametrize("largest", [1.0, 100.0])  # of the calibration texts, after the GELU
def test_the_zero_point_of_a_gelu_costs_no_more_than_half_a_step(
    largest: float, tmp_path: Path
) -> None:
    """The weights are whole steps, so that only the activations are rounded."""
    rng = np.random.default_rng(0)
    weight = rng.choice([-1.0, 1.0], (64, 8)).astype(np.float32)
    bias = rng.standard_normal(8).astype(np.float32)
    node = onnx.helper.make_node
    graph = onnx.helper.make_graph(
        [
            node("Gelu", ["x"], ["h"], domain="com.microsoft"),
            node("MatMul", ["h", "w"], ["p"], name="product"),
            node("Add", ["b", "p"], ["s"]),
            node("Identity", ["s"], ["y"]),
        ],
        "feed-forward",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 64])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["n", 8])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    opsets = [onnx.helper.make_opsetid(*o) for o in (("", 18), ("com.microsoft", 1))]
    fp32, int8 = tmp_path / "fp32.onnx", tmp_path / "int8.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9), fp32)
    calibration = rng.uniform(-largest, largest, (32, 64)).astype(np.float32)
    Quantizer(fp32, [{"x": calibration}]).write(int8)

    sizes = np.array([0, 1e-3, 0.1, 1, 10, largest, 1.9 * largest], np.float32)[:, None]
    feed = {"x": rng.uniform(-1, 1, (7, 64)).astype(np.float32) * sizes}
    feed["x"][0] = -0.75  # where a GELU is lowest: no value is above zero
    exact, rounded = (
        ort.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, feed)[0]
        for path in (fp32, int8)
    )
    depth = max(0.17, 2 * largest / 255)
    high = np.maximum(feed["x"].max(axis=1), 0)  # a GELU is never above its input, or zero
    steps = depth / np.clip(np.floor(255 * depth / (high + depth)), 1, 255)
    assert (np.abs(rounded - exact) <= 64 * steps[:, None] / 2 + 1e-3).all()


def contents_of(
    checkpoint: Path, texts: list[str], training_profile: TrainingProfile
) -> BundleContents:
    """A bundle of the small checkpoint alone: its n-gram model knows nothing."""
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    return BundleContents(
        model=model,
        tokenizer=tokenizer,
        ngram_model=NgramModel.empty(436),
        spelling=Spelling(()),
        training_profile=training_profile,
        temperature=1.0,
        ngram_weight=0.0,
        max_tokens=64,
        languages=["en", "de"],
        training_summary={"note": 1},
    )


@pytest.mark.slow
def test_a_bundle_that_int8_would_change_serves_fp32(
    checkpoint: Path, texts: list[str], training_profile: TrainingProfile, tmp_path: Path
) -> None:
    contents = contents_of(checkpoint, texts, training_profile)
    out = export_bundle(
        contents,
        tmp_path / "bundle",
        calibration_texts=texts[:20],
        parity_texts=texts[:20],
        target_agreement=1.1,
    )
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["precision"], manifest["model"]) == ("fp32", "model.onnx")
    assert manifest["training"] == {"note": 1}
    assert manifest["languages"] == ["en", "de"]
    assert not (out / "model_int8.onnx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.slow
def test_int8_is_compared_by_the_code_that_is_served(
    checkpoint: Path, texts: list[str], training_profile: TrainingProfile, tmp_path: Path
) -> None:
    """Where the n-gram model decides, near-ties of the network keep no product in fp32."""
    contents = contents_of(checkpoint, texts, training_profile)
    torch.manual_seed(0)
    head = contents.model.classifier.out_proj.weight.data
    head.normal_(std=1e-3).add_(head[:1].clone() * 100)  # all groups nearly alike
    contents.ngram_model.bias[7] = 1.0
    kept = {}
    for weight in (0.0, 100.0):
        out = export_bundle(
            replace(contents, ngram_weight=weight),
            tmp_path / str(weight),
            calibration_texts=texts[:20],
            parity_texts=texts,
            target_agreement=1.0,
        )
        kept[weight] = Bundle.open(out).manifest.parity["n_inputs_kept_fp32"]
    assert kept[0.0] > kept[100.0] == 0


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


@pytest.mark.slow
def test_an_export_says_nothing_of_arguments_that_optimum_gives(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    logger = logging.getLogger("transformers")
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    type(logger).warning_once.cache_clear()  # type: ignore[attr-defined]
    try:
        export_graph(model, tokenizer, tmp_path)
        type(logger).warning_once.cache_clear()  # type: ignore[attr-defined]
        logging.getLogger("transformers.modeling_utils").warning("another warning")
    finally:
        logger.removeHandler(handler)
    assert said == ["another warning"]
