"""Which processor this is, as far as the results of arithmetic depend on it."""

from __future__ import annotations

import os
import platform

from inference.accelerators.instruction_sets import first_processor, instruction_sets

# By these the libraries choose their kernels; x86-64 first, then ARM.
_DECISIVE = (
    "sse4_2 avx avx2 fma avx_vnni avx512f avx512_vnni avx512_bf16 amx_int8 "
    "amx_bf16 asimd asimddp i8mm bf16 sve"
)


def processor() -> str:
    """Return the model, the instruction sets that matter, and the number of usable cores."""
    name = first_processor().get("model name") or platform.processor() or platform.machine()
    flags = instruction_sets()
    instructions = (
        " ".join(flag for flag in _DECISIVE.split() if flag in flags) or platform.machine()
    )
    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    return f"{name} ({instructions}), {_n_cores()} cores, OMP_NUM_THREADS {threads}"


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
