"""Model bundle → coded records. numpy, onnxruntime and tokenizers; no torch, no transformers."""
