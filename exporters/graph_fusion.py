"""optimum's graph → the graph that is served: few operators, and only what logits depend on.

- Attention becomes one operator behind three matrix products. ONNX Runtime's ``Attention`` would
  hold the products too, but computes them head by head in pieces of a few rows.
- Layer norms and activations become one operator each. ``SkipLayerNormalization``, which
  includes the addition before, is slower on a CPU than the two operators.
- The head reads the first token. In the last layer only its keys and values are computed for all
  tokens; query, attention and feed-forward for the first alone. The logits are the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from transformers import PretrainedConfig

_FIRST = "first_token"


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
    _only_first_token(fused.model.graph)
    onnx.save(fused.model, out)
    return out


def _only_first_token(graph: onnx.GraphProto) -> None:
    """Let the last layer compute only the first token of each text, after its keys and values."""
    attention = [node for node in graph.node if node.op_type == "MultiHeadAttention"][-1]
    made_by = {output: node for node in graph.node for output in node.output}
    query = made_by[attention.input[0]]
    tokens = query.input[0]  # (texts, tokens, channels): the last layer's input
    query.input[0] = _FIRST
    for node in graph.node:  # the residual connection around the attention
        if node.op_type == "Add" and tokens in node.input:
            node.input[list(node.input).index(tokens)] = _FIRST
    position = f"{_FIRST}/position"
    first = helper.make_node("Gather", [tokens, position], [_FIRST], name=_FIRST, axis=1)
    graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), position))
    graph.node.insert(list(graph.node).index(query), first)
