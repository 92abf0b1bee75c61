"""The operators that turn tokens in rows from fp32 into uint8, each token with a scale of its own.

``QuantizeLinear`` takes a scale and a zero point for each row, but the integer product behind it
one zero point for all. So a layer norm's tokens all have 128, and what the zero point of a GELU's
token adds to a product is made a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

_GELU_DEPTH = 0.17  # the output of a GELU is never below minus this: its minimum is -0.16997
_HEADROOM = 2.0  # a served GELU may be so many times the largest one of the calibration texts


class Replacement:
    """Nodes that replace others, by the name of the node they replace, and their constants."""

    def __init__(self) -> None:
        self.nodes: dict[str, list[NodeProto]] = {}
        self.constants: list[TensorProto] = []
        self._replaced = ""

    def begin(self, replaced: str) -> None:
        """Let further nodes replace the node of this name."""
        self._replaced = replaced
        self.nodes.setdefault(replaced, [])

    def constant(self, value: np.ndarray | np.generic) -> str:
        """Keep ``value`` and return its name."""
        name = f"{self._replaced}/constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str = "", **more: Any) -> str:
        """Add a node and return the name of what it computes, by default a new one."""
        nodes = self.nodes[self._replaced]
        output = output or f"{self._replaced}/{operator}_{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [output], **more))
        return output


class Tokens(NamedTuple):
    """The names of quantized rows of tokens."""

    integers: str  # (tokens, channels) uint8
    scale: str  # (tokens, 1) float32


def quantize_tokens(name: str, factor: np.ndarray, made: Replacement) -> Tokens:
    """Divide the channels of ``name`` by ``factor`` and turn it into uint8.

    Zero is 128. The smallest and the largest value are sought apart: that reads the values twice,
    but ``Abs`` would also write them.
    """
    even = name
    if np.any(factor != 1):
        even = made.node("Mul", [name, made.constant((1 / factor).astype(np.float32))])
    channels = made.constant(np.array([-1], np.int64))
    high = made.node("ReduceMax", [even, channels], keepdims=1)
    low = made.node("ReduceMin", [even, channels], keepdims=1)
    largest = made.node("Max", [high, made.node("Neg", [low])])
    step = made.node("Mul", [largest, made.constant(np.float32(1 / 127))])
    tiny = made.constant(np.float32(1e-12))  # a token of zeros has a scale too
    scale = made.node("Add", [step, tiny])
    rows = made.node("Shape", [scale], end=1)
    zeros = made.node("Expand", [made.constant(np.uint8(128)), rows])
    return _rounded(even, scale, zeros, made)


def gelu_depth(largest: float) -> float:
    """Return the ``depth`` of ``quantize_gelu``; calibration texts reached ``largest``."""
    return max(_GELU_DEPTH, _HEADROOM * largest / 255)


def quantize_gelu(name: str, depth: float, made: Replacement) -> Tokens:
    """Turn ``name``, of which no value is below ``-depth``, into uint8.

    The zero point is the whole number z for which 255 steps of ``depth / z`` just hold the token's
    range. Zero point times scale is then ``depth``, and its part of the product a constant. Values
    above ``254 * depth`` are cut off.
    """
    channels = made.constant(np.array([-1], np.int64))
    high = made.node("ReduceMax", [name, channels], keepdims=1)
    lift = made.constant(np.float32(depth))
    above = made.node("Add", [high, lift])
    ratio = made.node("Div", [made.constant(np.float32(255 * depth)), above])
    bounds = made.constant(np.float32(1)), made.constant(np.float32(255))
    point = made.node("Clip", [made.node("Floor", [ratio]), *bounds])
    scale = made.node("Div", [lift, point])
    integer = made.node("Cast", [point], to=TensorProto.UINT8)
    zeros = made.node("Reshape", [integer, made.constant(np.array([-1], np.int64))])
    return _rounded(name, scale, zeros, made)


def _rounded(values: str, scale: str, zeros: str, made: Replacement) -> Tokens:
    """Round the tokens ``values`` to steps of their ``scale``."""
    steps = made.node("Reshape", [scale, made.node("Constant", [], value_ints=[-1])])
    return Tokens(made.node("QuantizeLinear", [values, steps, zeros], axis=0), scale)
