"""Measure an upper bound of the speed: what a model's arithmetic and memory traffic take at least.

**Products.** The matrix products of every layer run alone in ONNX Runtime, with as many tokens as a
full batch, in fp32 and in int8.

**Memory.** All other operators are counted as if a program did them in one pass between two
products: each value that a product has written is read once, and each value that the next one needs
is written once, in uint8 for int8 products (``Shape.bytes_per_token``). A residual connection is
written once and read once. How fast one pass is, is measured by copying an array as large as the
widest activation of a batch, on all cores at once: what fits a cache is copied within it.

The two take turns, so the limit is one over the sum of their times. A program that computes
anything on the values it moves, makes more passes, tokenizes or reads files is slower.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import onnxruntime as ort
import psutil
from onnx import TensorProto, helper, numpy_helper

from inference.onnx_session import TOKENS_PER_BATCH

_N_TRIES = 5
_N_COPIES = 20


@dataclass(frozen=True)
class Shape:
    """An encoder: ``n_layers`` layers of ``hidden`` channels with feed-forwards of ``inner``."""

    n_layers: int
    hidden: int
    inner: int

    @property
    def operations_per_token(self) -> int:
        """Multiplications and additions of a token's matrix products in all layers."""
        return 2 * self.n_layers * (4 * self.hidden**2 + 2 * self.hidden * self.inner)

    def bytes_per_token(self, precision: str) -> int:
        """Return the bytes that a token costs between the products, each read or written once."""
        fp32 = 4
        operand = fp32 if precision == "fp32" else 1  # a value that a product multiplies
        attention = self.hidden * (3 * fp32 + operand)  # query, key, value → context
        residual = self.hidden * (fp32 + fp32 + fp32 + operand)  # product + residual → norm
        gelu = self.inner * (fp32 + operand)
        return self.n_layers * (attention + 2 * residual + gelu)


def tokens_per_s(shape: Shape, precision: str) -> dict[str, float]:
    """Return the limits in tokens per second: of the ``products``, and with ``memory`` too."""
    products = shape.operations_per_token / operations_per_s(shape, precision)
    memory = shape.bytes_per_token(precision) / bytes_per_s(shape)
    return {"products": 1 / products, "memory": 1 / (products + memory)}


def bytes_per_s(shape: Shape) -> float:
    """Return the bytes that all cores together read and write per second, the best of some tries.

    They copy arrays as large as the widest activation of a full batch.
    """
    n_cores = psutil.cpu_count(logical=False) or 1
    arrays = [np.ones((2, TOKENS_PER_BATCH, shape.inner), np.float32) for _ in range(n_cores)]

    def copy(pair: np.ndarray) -> None:
        for _ in range(_N_COPIES):
            np.copyto(pair[1], pair[0])

    tries: list[float] = []
    with ThreadPoolExecutor(n_cores) as cores:
        for _ in range(_N_TRIES):
            start = time.perf_counter()
            list(cores.map(copy, arrays))
            tries.append(time.perf_counter() - start)
    return _N_COPIES * sum(pair.nbytes for pair in arrays) / min(tries)


def operations_per_s(shape: Shape, precision: str) -> float:
    """Return the speed of a layer's products in ``fp32`` or ``int8``, the best of some tries.

    Each product is tried in two ways: all cores compute one, and each core computes its own.
    """
    n_cores = psutil.cpu_count(logical=False) or 1
    seconds = 0.0
    shapes = [(shape.hidden, shape.hidden)] * 4
    shapes += [(shape.hidden, shape.inner), (shape.inner, shape.hidden)]
    with ThreadPoolExecutor(n_cores) as cores:
        for n_in, n_out in dict.fromkeys(shapes):
            shared, feed = _product(n_in, n_out, precision, threads=n_cores)
            single, _ = _product(n_in, n_out, precision, threads=1)
            tries: list[float] = []
            for _ in range(_N_TRIES):
                start = time.perf_counter()
                shared.run(None, feed)
                tries.append(time.perf_counter() - start)
                start = time.perf_counter()
                list(cores.map(partial(single.run, None), [feed] * n_cores))
                tries.append((time.perf_counter() - start) / n_cores)
            seconds += min(tries) * shapes.count((n_in, n_out))
    return shape.operations_per_token / shape.n_layers * TOKENS_PER_BATCH / seconds


def _product(
    n_in: int, n_out: int, precision: str, threads: int
) -> tuple[ort.InferenceSession, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    weight = rng.integers(-63, 64, (n_in, n_out))
    if precision == "fp32":
        dtype: np.dtype[Any] = np.dtype(np.float32)
        constants: dict[str, Any] = {"w": weight.astype(np.float32)}
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
    else:
        dtype = np.dtype(np.uint8)
        constants = {
            "w": weight.astype(np.int8),
            "scale": np.float32(1),
            "columns": np.ones(n_out, np.float32),
            "zero": np.uint8(128),
        }
        node = helper.make_node(
            "MatMulIntegerToFloat", ["x", *constants], ["y"], domain="com.microsoft"
        )
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(dtype), None)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(
        helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString(), options
    )
    return session, {"x": rng.integers(0, 255, (TOKENS_PER_BATCH, n_in)).astype(dtype)}
