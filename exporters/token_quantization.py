"""The operators that turn tokens in rows from fp32 into uint8, each token with a scale of its own.

``QuantizeLinear`` takes a scale and a zero point for each row, but the integer product behind it
one zero point for all. So a layer norm's tokens all have 128, and what the zero point of a GELU's
token adds to a product is made a constant.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

_GELU_DEPTH = 0.17  # the output of a GELU is never below minus this: its minimum is -0.16997
_HEADROOM = 2.0  # a served GELU may be so many times the largest one of the calibration texts


class Replacement:
    """Nodes that replace others, by the name of the node they replace, and their constants."""

    def __init__(self) -> None:
        self.nodes: dict[str, list[NodeProto]] = {}
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: np.ndarray | np.generic) -> str:
        """Keep ``value`` under ``name`` and return the name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


class Tokens(NamedTuple):
    """Nodes that quantize rows of tokens, and the names of what they compute."""

    nodes: list[NodeProto]
    integers: str  # (tokens, channels) uint8
    scale: str  # (tokens, 1) float32


def quantize_tokens(name: str, factor: np.ndarray, made: Replacement) -> Tokens:
    """Return nodes that divide the channels of ``name`` by ``factor`` and turn it into uint8.

    Zero is 128. The smallest and the largest value are sought apart: that reads the values twice,
    but ``Abs`` would also write them.
    """
    even, high, low = f"{name}/even", f"{name}/high", f"{name}/low"
    below, largest, step = f"{name}/below", f"{name}/largest", f"{name}/step"
    scale, rows, zeros = f"{name}/scale", f"{name}/rows", f"{name}/zeros"
    nodes = []
    if np.any(factor != 1):
        divide = made.constant(f"{name}/divide", (1 / factor).astype(np.float32))
        nodes.append(helper.make_node("Mul", [name, divide], [even]))
    else:
        even = name
    channels = made.constant(f"{name}/channels", np.array([-1], np.int64))
    per_step = made.constant(f"{name}/per_step", np.float32(1 / 127))
    tiny = made.constant(f"{name}/tiny", np.float32(1e-12))  # a token of zeros has a scale too
    zero = made.constant(f"{name}/zero", np.uint8(128))
    nodes += [
        helper.make_node("ReduceMax", [even, channels], [high], keepdims=1),
        helper.make_node("ReduceMin", [even, channels], [low], keepdims=1),
        helper.make_node("Neg", [low], [below]),
        helper.make_node("Max", [high, below], [largest]),
        helper.make_node("Mul", [largest, per_step], [step]),
        helper.make_node("Add", [step, tiny], [scale]),
        helper.make_node("Shape", [scale], [rows], end=1),
        helper.make_node("Expand", [zero, rows], [zeros]),
    ]
    return _round(nodes, even, scale, zeros)


def gelu_depth(largest: float) -> float:
    """Return the ``depth`` of ``quantize_gelu``; calibration texts reached ``largest``."""
    return max(_GELU_DEPTH, _HEADROOM * largest / 255)


def quantize_gelu(name: str, depth: float, made: Replacement) -> Tokens:
    """Return nodes that turn ``name``, of which no value is below ``-depth``, into uint8.

    The zero point is the whole number z for which 255 steps of ``depth / z`` just hold the token's
    range. Zero point times scale is then ``depth``, and its part of the product a constant. Values
    above ``254 * depth`` are cut off.
    """
    high, above, ratio = f"{name}/high", f"{name}/above", f"{name}/ratio"
    whole, point, scale = f"{name}/whole", f"{name}/point", f"{name}/scale"
    integer, zeros = f"{name}/integer_point", f"{name}/zeros"
    channels = made.constant(f"{name}/channels", np.array([-1], np.int64))
    lift = made.constant(f"{name}/depth", np.float32(depth))
    range_ = made.constant(f"{name}/range", np.float32(255 * depth))
    least = made.constant(f"{name}/least", np.float32(1))
    most = made.constant(f"{name}/most", np.float32(255))
    flat = made.constant(f"{name}/flat", np.array([-1], np.int64))
    nodes = [
        helper.make_node("ReduceMax", [name, channels], [high], keepdims=1),
        helper.make_node("Add", [high, lift], [above]),
        helper.make_node("Div", [range_, above], [ratio]),
        helper.make_node("Floor", [ratio], [whole]),
        helper.make_node("Clip", [whole, least, most], [point]),
        helper.make_node("Div", [lift, point], [scale]),
        helper.make_node("Cast", [point], [integer], to=TensorProto.UINT8),
        helper.make_node("Reshape", [integer, flat], [zeros]),
    ]
    return _round(nodes, name, scale, zeros)


def _round(nodes: list[NodeProto], values: str, scale: str, zeros: str) -> Tokens:
    """Append to ``nodes`` those that round the tokens ``values`` to steps of their ``scale``."""
    steps, integers, last = f"{scale}/steps", f"{scale}/uint8", f"{scale}/last"
    nodes += [
        helper.make_node("Constant", [], [last], value_ints=[-1]),
        helper.make_node("Reshape", [scale, last], [steps]),
        helper.make_node("QuantizeLinear", [values, steps, zeros], [integers], axis=0),
    ]
    return Tokens(nodes, integers, scale)
