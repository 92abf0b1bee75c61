"""One very large table coded on many machines with Ray Data: files are read, shards are written."""
