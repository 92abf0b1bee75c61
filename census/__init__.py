"""One very large table, coded once on many machines: files in, shards out, on Ray Data."""
