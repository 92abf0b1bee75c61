"""Which processor this is, as far as the results of arithmetic depend on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
# By these the libraries choose their kernels; x86-64 first, then ARM.
_DECISIVE = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimd",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
)


def processor() -> str:
    """Return the model, the instruction sets that matter, and the number of usable cores."""
    info = _first_processor()
    name = info.get("model name") or platform.processor() or platform.machine()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    instructions = " ".join(flag for flag in _DECISIVE if flag in flags) or platform.machine()
    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    return f"{name} ({instructions}), {_n_cores()} cores, OMP_NUM_THREADS {threads}"


def _first_processor() -> dict[str, str]:
    """Return the fields of the first processor in ``/proc/cpuinfo``; empty where there is none."""
    try:
        block = _CPUINFO.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
    except OSError:
        return {}
    fields = (line.partition(":") for line in block.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
