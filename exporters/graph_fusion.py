"""optimum's graph → the graph that is served: few operators, and only what logits depend on.

- Layer norms and activations become one operator each. ``SkipLayerNormalization``, which
  includes the addition before, is slower on a CPU than the two operators.
- All texts of a batch have the same length, so the mask is all ones. The graph keeps that input and
  does not read it.
- The tokens lie in rows: the first tokens of all texts, then the second ones, and so on. So
  attention multiplies heads where they lie. ``MultiHeadAttention`` would copy query, key and value
  first.
- A bias of the key adds the same to all scores of a query, and softmax removes it. The weights of
  softmax sum to one, so the bias of the value belongs to the bias behind the attention.
- The head reads the first token. In the last layer only its keys and values are computed for all
  tokens; query, attention and feed-forward for the first alone. The logits are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, helper, numpy_helper
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from transformers import PretrainedConfig

MICROSOFT = "com.microsoft"
_FIRST = "first_tokens"
_N_TEXTS = "n_texts"
_HEADS = "shape_of_heads"  # (tokens of a text, texts, heads, channels of a head)
_ROWS = "shape_of_rows"  # (tokens of a text × texts, channels)


def fuse(exported: Path, out: Path, config: PretrainedConfig) -> Path:
    """Write the fused form of the graph ``exported`` to ``out``, and return ``out``."""
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False  # the quantized embedding look-up replaces the table
    options.enable_skip_layer_norm = False
    options.enable_bias_skip_layer_norm = False
    options.enable_bias_gelu = False  # an integer product adds its bias by itself
    options.use_multi_head_attention = True
    fused = optimizer.optimize_model(
        str(exported),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        optimization_options=options,
        opt_level=0,
    )
    for number, node in enumerate(fused.model.graph.node):
        node.name = node.name or f"{node.op_type}_{number}"
    fused.topological_sort()
    _Rows(fused.model.graph, config).rewrite()
    fused.prune_graph(allow_remove_graph_inputs=False)
    onnx.save(fused.model, out)
    return out


@dataclass(frozen=True)
class _Rows:
    """A fused graph, whose activations (texts, tokens, channels) become rows of tokens."""

    graph: GraphProto
    config: PretrainedConfig

    def rewrite(self) -> None:
        """Replace the attentions, and what depends on the order of tokens."""
        attentions = [node for node in self.graph.node if node.op_type == "MultiHeadAttention"]
        self._put_first_tokens_first()
        self._only_first_tokens(attentions[-1])
        for attention in attentions:
            self._replace(attention)

    def _put_first_tokens_first(self) -> None:
        """Turn the sum of embeddings into rows, and let the head read the first ones."""
        n_heads = self.config.num_attention_heads
        n_channels = self.config.hidden_size
        of_head = self._constant("of_head", np.array([n_heads, n_channels // n_heads], np.int64))
        rows = self._constant(_ROWS, np.array([-1, n_channels], np.int64))
        rest = self._constant("rest", np.array([-1], np.int64))
        norm = next(node for node in self.graph.node if node.op_type == "LayerNormalization")
        self._add_before(norm, "Shape", ["input_ids"], _N_TEXTS, end=1)
        self._add_before(norm, "Concat", [rest, _N_TEXTS, of_head], _HEADS, axis=0)
        turned = self._add_before(norm, "Transpose", [norm.input[0]], perm=[1, 0, 2])
        norm.input[0] = self._add_before(norm, "Reshape", [turned, rows])
        last_norm = [node for node in self.graph.node if node.op_type == "LayerNormalization"][-1]
        gather = next(node for node in self.graph.node if last_norm.output[0] in node.input)
        last_norm.output[0] = gather.output[0]
        self.graph.node.remove(gather)

    def _only_first_tokens(self, attention: NodeProto) -> None:
        """Let the last layer compute only first tokens, after its keys and values."""
        query = self._maker(attention.input[0])
        tokens = query.input[0]  # the last layer's input
        query.input[0] = _FIRST
        for node in self.graph.node:  # the residual connection around the attention
            if node.op_type == "Add" and tokens in node.input:
                node.input[list(node.input).index(tokens)] = _FIRST
        start = self._constant(f"{_FIRST}/start", np.array([0], np.int64))
        self._add_before(query, "Slice", [tokens, start, _N_TEXTS], _FIRST)

    def _replace(self, attention: NodeProto) -> None:
        """Write the attention of query, key and value in operators that need no copies."""
        query, key, value, biases = attention.input[:4]
        query_bias, _, value_bias = np.split(self._weight(biases), 3)
        bias = self._constant(f"{attention.name}/query_bias", query_bias)
        size = self.config.hidden_size // self.config.num_attention_heads
        add = partial(self._add_before, attention)
        biased = add("Add", [bias, query])
        queries, keys, values = (add("Reshape", [part, _HEADS]) for part in (biased, key, value))
        scores = add(  # (texts, heads, queries, keys)
            "FusedMatMul",
            [queries, keys],
            domain=MICROSOFT,
            transBatchA=1,
            transBatchB=1,
            transB=1,
            alpha=size**-0.5,
        )
        shares = add("Softmax", [scores], axis=-1)
        # (texts, heads, queries, channels of a head)
        mixed = add("FusedMatMul", [shares, values], domain=MICROSOFT, transBatchB=1)
        turned = add("Transpose", [mixed], perm=[2, 0, 1, 3])
        add("Reshape", [turned, _ROWS], attention.output[0])
        self.graph.node.remove(attention)
        self._add_behind(attention.output[0], value_bias)

    def _add_behind(self, context: str, bias: np.ndarray) -> None:
        """Move the bias of ``context`` through the product behind it, into that product's bias."""
        product = next(node for node in self.graph.node if context in node.input)
        addition = next(node for node in self.graph.node if product.output[0] in node.input)
        moved = bias.astype(np.float64) @ self._weight(product.input[1])
        total = (self._weight(addition.input[0]) + moved).astype(np.float32)
        addition.input[0] = self._constant(f"{addition.input[0]}/with_value", total)

    def _weight(self, name: str) -> np.ndarray:
        tensor = next(tensor for tensor in self.graph.initializer if tensor.name == name)
        return numpy_helper.to_array(tensor)

    def _maker(self, name: str) -> NodeProto:
        return next(node for node in self.graph.node if name in node.output)

    def _constant(self, name: str, value: np.ndarray) -> str:
        self.graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def _add_before(
        self, node: NodeProto, operator: str, inputs: Sequence[str], output: str = "", **more: Any
    ) -> str:
        """Add a node before another; return the name of what it computes, by default a new one."""
        position = list(self.graph.node).index(node)
        output = output or f"{node.name}/{operator}_{position}"
        new = helper.make_node(operator, inputs, [output], name=output, **more)
        self.graph.node.insert(position, new)
        return output
