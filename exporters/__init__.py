"""PyTorch checkpoint → ONNX bundle, proved equal."""

# Before any library that reports to its maker: see core/offline.py.
import core as core
