"""One very large table coded on many machines with Ray Data: files are read, shards are written."""

# Before any library that reports to its maker: see core/process_start.py.
import core as core
