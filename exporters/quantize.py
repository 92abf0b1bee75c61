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
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper

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
        made.begin(nodes[0].name)  # the quantization is one for all products: before the first
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
        unit = made.constant(np.float32(1))
        zero = made.constant(np.uint8(0 if maker == "Gelu" else 128))
        weight_zero = made.constant(np.int8(0))
        moments = statistics.moments / np.outer(factor, factor)
        for node, weight in zip(nodes, weights, strict=True):
            made.begin(node.name)
            rounded, columns = round_weights(weight * factor[:, None], moments)
            integers, scales = made.constant(rounded), made.constant(columns)
            constants = (integers, unit, scales, zero, weight_zero)
            raw = made.node("MatMulIntegerToFloat", [tokens.integers, *constants], domain=MICROSOFT)
            output = node.output[0]
            bias = self._biases.get(output)
            if depth:
                # The zero point of a GELU's token, times its scale, is ``depth`` for all tokens.
                lift = depth * (rounded.sum(axis=0) * columns)
                bias = -lift if bias is None else bias - lift
            if bias is None:
                made.node("Mul", [raw, tokens.scale], output)
            else:
                scaled = made.node("Mul", [raw, tokens.scale])
                made.node("Add", [scaled, made.constant(bias.astype(np.float32))], output)
        return made

    def _fp32_products(self, nodes: Sequence[NodeProto]) -> Replacement:
        """Return x·W + b in fp32, unchanged."""
        made = Replacement()
        for node in nodes:
            made.begin(node.name)
            output = node.output[0]
            if output in self._biases:
                product = made.node("MatMul", node.input)
                made.node("Add", [product, made.constant(self._biases[output])], output)
            else:
                made.node("MatMul", node.input, output)
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
    made.begin(node.name)
    ids = node.input[1]
    values = weights[node.input[0]]  # (V, H)
    blocks = values.reshape(len(values), -1, _BLOCK)  # (V, H / 32, 32)
    scales = np.abs(blocks).max(axis=2, keepdims=True) / 127
    # The padding's row is zero, and this is the smallest normal number of half precision.
    scales = np.maximum(scales, np.finfo(np.float16).tiny).astype(np.float16)
    integers = np.clip(np.rint(blocks / scales.astype(np.float32)), -127, 127)
    rows, steps = (
        made.node("Cast", [made.node("Gather", [made.constant(table), ids])], to=TensorProto.FLOAT)
        for table in (integers.astype(np.int8), scales)
    )
    shape = made.constant(np.array([0, 0, values.shape[1]], np.int64))
    made.node("Reshape", [made.node("Mul", [rows, steps]), shape], node.output[0])
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
