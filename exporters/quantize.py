"""Fused fp32 graph → int8, so that a text's result never depends on the other texts of its batch.

Plain dynamic quantization takes one activation scale per tensor, that is per batch: the same text
gets other numbers in another batch. A scale fixed at export must fit the rarest token, and is too
coarse for all others. Here **every token has its own scale**, computed when it is served:

- activations: uint8. The token's largest value sets its scale. The channels of a layer norm's
  output are smoothed first (``smoothquant.py``). The output of a GELU is never below -0.17, so most
  of the 256 steps lie above zero (``token_quantization.py``).
- weights: int8, one scale per output column (``gptq.py``).

Integer sums are exact, so the order of adding cannot change them. The classification head stays in
fp32: it is half a percent of the arithmetic and all of the decision. Word embeddings are int8 with
a scale for every 32 values. Which products stay in fp32 is decided in ``mixed_precision.py``; the
effect of each of these choices is in ``benchmarks/results/serving.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from exporters.gptq import round_weights
from exporters.graph_fusion import MICROSOFT
from exporters.smoothquant import ActivationStatistics, best_factor, measure_activations
from exporters.token_quantization import (
    Replacement,
    gelu_depth,
    quantize_gelu,
    quantize_tokens,
)

_BLOCK = 32  # values of a word that share a scale
# Operators whose output has channels far larger than the rest: a layer norm, and its first rows.
_SMOOTHED = ("LayerNormalization", "Slice")


class Quantizer:
    """The int8 forms of a fused fp32 graph: all of its matrix products in int8, or all but some.

    ``cost`` maps each input of products to its multiplications in all calibration texts.
    """

    def __init__(self, fused: Path, feeds: Sequence[Mapping[str, np.ndarray]]) -> None:
        """Quantize every product; ``feeds`` are model inputs of texts that set the ranges."""
        self._model = onnx.load(fused)
        graph = self._model.graph
        self._weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self._biases = _take_biases(graph, self._weights)
        # By their input: query, key and value share one, and its quantization.
        products: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            if node.op_type == "MatMul" and node.input[1] in self._weights:
                products.setdefault(node.input[0], []).append(node)
        makers = {output: node.op_type for node in graph.node for output in node.output}
        statistics = measure_activations(fused, list(products), feeds)
        tables = _word_tables(graph, self._weights)
        self._tables = [_int8_table(node, self._weights) for node in tables]
        self._int8: dict[str, Replacement] = {}
        self._fp32: dict[str, Replacement] = {}
        self.cost: dict[str, int] = {}
        for name, nodes in products.items():
            size = sum(self._weights[node.input[1]].size for node in nodes)
            self.cost[name] = size * statistics[name].n_tokens
            self._int8[name] = self._int8_products(name, nodes, statistics.pop(name), makers[name])
            self._fp32[name] = self._fp32_products(nodes)

    def write(self, out: Path, fp32: Collection[str] = ()) -> None:
        """Write the graph in which the products of the inputs ``fp32`` stay in fp32."""
        replacements = list(self._tables)
        replacements += [
            self._fp32[name] if name in fp32 else self._int8[name] for name in self.cost
        ]
        _assemble(self._model, replacements, out)

    def _int8_products(
        self,
        name: str,
        nodes: Sequence[NodeProto],
        statistics: ActivationStatistics,
        maker: str,
    ) -> Replacement:
        """Return x·W + b in integers, for all ``nodes`` that multiply the activation ``name``.

        x, which an operator ``maker`` computed → smoothed where that pays → divided by each token's
        scale → uint8 → integer products → times the token's scale → plus bias.
        """
        made = Replacement()
        weights = [self._weights[node.input[1]] for node in nodes]
        factor = np.ones(len(weights[0]))
        if maker == "Gelu":
            depth = gelu_depth(float(statistics.largest.max()))
            tokens = quantize_gelu(name, depth, made)
        else:
            depth = 0.0
            if maker in _SMOOTHED:
                factor = best_factor(np.hstack(weights), statistics)
            tokens = quantize_tokens(name, factor, made)
        unit = made.constant(f"{name}/unit", np.float32(1))
        zero = made.constant(f"{name}/product_zero", np.uint8(0 if maker == "Gelu" else 128))
        weight_zero = made.constant(f"{name}/weight_zero", np.int8(0))
        moments = statistics.moments / np.outer(factor, factor)
        new = tokens.nodes
        for node, weight in zip(nodes, weights, strict=True):
            output = node.output[0]
            rounded, columns = round_weights(weight * factor[:, None], moments)
            raw = f"{output}/raw"
            constants = (
                made.constant(f"{output}/weight", rounded),
                unit,
                made.constant(f"{output}/column_scale", columns),
                zero,
                weight_zero,
            )
            new.append(
                helper.make_node(
                    "MatMulIntegerToFloat", [tokens.integers, *constants], [raw], domain=MICROSOFT
                )
            )
            bias = self._biases.get(output)
            if depth:
                # The zero point of a GELU's token, times its scale, is ``depth`` for all tokens.
                lift = depth * (rounded.sum(axis=0) * columns)
                bias = -lift if bias is None else bias - lift
            new.extend(_scale_and_add(raw, tokens.scale, bias, output, made))
            made.nodes[node.name] = new
            new = []  # the quantization is one for all products: it stands before the first
        return made

    def _fp32_products(self, nodes: Sequence[NodeProto]) -> Replacement:
        """Return x·W + b in fp32, unchanged."""
        made = Replacement()
        for node in nodes:
            output, product = node.output[0], f"{node.output[0]}/product"
            if output not in self._biases:
                made.nodes[node.name] = [node]
                continue
            bias = made.constant(f"{output}/bias", self._biases[output])
            made.nodes[node.name] = [
                helper.make_node("MatMul", list(node.input), [product]),
                helper.make_node("Add", [product, bias], [output]),
            ]
        return made


def _take_biases(graph: GraphProto, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Remove the additions of biases behind matrix products from ``graph``.

    Returns the output of each product → its bias, which an integer product adds by itself.
    """
    biases: dict[str, np.ndarray] = {}
    products = {node.output[0] for node in graph.node if node.op_type == "MatMul"}
    renamed: dict[str, str] = {}
    for node in list(graph.node):
        for position, name in enumerate(node.input):
            node.input[position] = renamed.get(name, name)
        if node.op_type == "Add" and node.input[0] in weights and node.input[1] in products:
            biases[node.input[1]] = weights[node.input[0]]
            renamed[node.output[0]] = node.input[1]
            graph.node.remove(node)
    return biases


def _scale_and_add(
    raw: str, scale: str, bias: np.ndarray | None, output: str, made: Replacement
) -> list[NodeProto]:
    """Return nodes that compute ``output``: ``raw`` times each token's ``scale``, plus ``bias``."""
    if bias is None:
        return [helper.make_node("Mul", [raw, scale], [output])]
    scaled = f"{output}/scaled"
    added = made.constant(f"{output}/bias", bias.astype(np.float32))
    return [
        helper.make_node("Mul", [raw, scale], [scaled]),
        helper.make_node("Add", [scaled, added], [output]),
    ]


def _word_tables(graph: GraphProto, weights: Mapping[str, np.ndarray]) -> list[NodeProto]:
    """Return the look-ups in large tables: those of words, not of positions."""
    return [
        node
        for node in graph.node
        if node.op_type == "Gather"
        and node.input[0] in weights
        and weights[node.input[0]].ndim == 2
        and len(weights[node.input[0]]) > 1024
    ]


def _int8_table(node: NodeProto, weights: Mapping[str, np.ndarray]) -> Replacement:
    """Return table[ids] with an int8 table and a scale for every 32 values of a row."""
    made = Replacement()
    output = node.output[0]
    ids = node.input[1]
    values = weights[node.input[0]]  # (V, H)
    blocks = values.reshape(len(values), -1, _BLOCK)  # (V, H / 32, 32)
    scales = np.abs(blocks).max(axis=2, keepdims=True) / 127
    # The padding's row is zero, and this is the smallest normal number of half precision.
    scales = np.maximum(scales, np.finfo(np.float16).tiny).astype(np.float16)
    integers = np.clip(np.rint(blocks / scales.astype(np.float32)), -127, 127)
    table = made.constant(f"{output}/int8", integers.astype(np.int8))
    steps = made.constant(f"{output}/scales", scales)
    shape = made.constant(f"{output}/shape", np.array([0, 0, values.shape[1]], np.int64))
    rows = f"{output}/integers"
    values_of_rows = f"{output}/values"
    half = f"{output}/half"
    scale = f"{output}/scale"
    scaled = f"{output}/blocks"
    made.nodes[node.name] = [
        helper.make_node("Gather", [table, ids], [rows]),
        helper.make_node("Cast", [rows], [values_of_rows], to=TensorProto.FLOAT),
        helper.make_node("Gather", [steps, ids], [half]),
        helper.make_node("Cast", [half], [scale], to=TensorProto.FLOAT),
        helper.make_node("Mul", [values_of_rows, scale], [scaled]),
        helper.make_node("Reshape", [scaled, shape], [output]),
    ]
    return made


def _assemble(model: ModelProto, replacements: Sequence[Replacement], out: Path) -> None:
    """Write ``model`` with the ``replacements``, without constants that nothing uses."""
    copy = ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    new = {name: nodes for each in replacements for name, nodes in each.nodes.items()}
    nodes = [node for old in graph.node for node in new.get(old.name, [old])]
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    graph.initializer.extend(tensor for each in replacements for tensor in each.constants)
    onnx.save(copy, out)
