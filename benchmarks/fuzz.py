"""Fuzz the reader of tables, guided by coverage: no crash, no hang, no value changed unseen.

``python -m benchmarks.fuzz [--inputs N]`` (``make fuzz``): atheris (libFuzzer) derives N inputs
from ``tests/system/corpus/``, guided by the branches of ``core/`` that they reach. Each is read as
every dropped file is: encoding, delimiter, header, rows. ``tests/support/reader_properties.py``
states what must hold. An input that breaks it ends the run, and is kept as ``crash-*``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core"]):
    from tests.support.reader_properties import check

_MAX_BYTES = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--corpus", type=Path, default=Path("tests/system/corpus"))
    arguments = parser.parse_args()
    memory = Path("/dev/shm")
    n_inputs = 0
    n_tables = 0
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        derived = Path(name, "derived")
        derived.mkdir()

        def check_one(content: bytes) -> None:
            nonlocal n_inputs, n_tables
            n_inputs += 1
            n_tables += check(content, folder) is None
            if n_inputs == arguments.inputs:  # libFuzzer does not return
                seconds = time.monotonic() - begun_s
                print(
                    f"{n_inputs:,} inputs in {seconds:,.0f} s, {n_tables:,} of them tables: "
                    "no crash, no hang, no value changed",
                    flush=True,
                )

        options = [f"-runs={arguments.inputs}", f"-max_len={_MAX_BYTES}", "-timeout=60"]
        atheris.Setup([sys.argv[0], *options, str(derived), str(arguments.corpus)], check_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
