"""Compute predictions from a model bundle. numpy, onnxruntime and tokenizers; no torch."""

# Before any library that reports to its maker: see core/process_start.py.
import core as core
