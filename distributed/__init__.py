"""One very large table, coded once on many machines: files in, shards out, on Ray Data."""

import os

# Ray reads both when it is imported. Nothing leaves the machine; and a thread of a run that has
# just ended must not start Ray anew.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")
