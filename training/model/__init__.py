"""The encoder and the n-gram model: loading, batching, training."""
