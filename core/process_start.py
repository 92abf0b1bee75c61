"""Prepare a process: turn off what libraries report to their makers, and collect garbage rarely.

onnxruntime looks up its maker's host and writes a device id into the cache, Ray counts its users,
and the client of the Hugging Face hub says who asks. ``core/__init__.py`` calls ``report_nothing``:
this is the one module of the program that changes something at import, because the libraries read
the variables while they are imported themselves. So a package that imports one of them imports
``core`` before. Child processes inherit the variables.
``collect_rarely`` is called by the processes that are the program's own, not by a program that
imports it.
"""

from __future__ import annotations

import gc
import os

VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "true",  # transformers asks the hub to convert a checkpoint
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
_GC_THRESHOLDS = (20_000, 20, 20)


def report_nothing() -> None:
    """Set the variables, whatever they are: nobody can turn the reports on by mistake."""
    os.environ.update(VARIABLES)


def collect_rarely() -> None:
    """Let Python look for reference cycles less often than it would.

    It would look through all modules again and again while a command imports them, and through the
    predictions beside the network. Neither has cycles.
    """
    gc.set_threshold(*_GC_THRESHOLDS)
