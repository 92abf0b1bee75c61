"""PyTorch checkpoint → ONNX bundle, proved equal."""
