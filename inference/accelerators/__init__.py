"""What computes a network faster than the CPU with ONNX Runtime: CUDA, CoreML, OpenVINO."""
