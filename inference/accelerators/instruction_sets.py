"""The instruction sets of this processor: by them libraries choose their kernels."""

from __future__ import annotations

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


def instruction_sets() -> frozenset[str]:
    """Return the names of the instruction sets that Linux states; elsewhere none."""
    fields = first_processor()
    return frozenset((fields.get("flags") or fields.get("Features") or "").split())


def first_processor() -> dict[str, str]:
    """Return the fields of the first processor in ``/proc/cpuinfo``; empty where there is none."""
    try:
        block = _CPUINFO.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
    except OSError:
        return {}
    fields = (line.partition(":") for line in block.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}
