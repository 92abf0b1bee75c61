"""Compute predictions from a model bundle. numpy, onnxruntime and tokenizers; no torch."""
