"""A coverage-guided fuzz run of the reader: no crash, no hang, no value changed in silence.

``python -m benchmarks.fuzz [--inputs N]`` (``make fuzz``): atheris (libFuzzer) grows N inputs from
``tests/system/corpus/`` by the branches of ``core/`` that they reach, and each goes through what
every dropped file goes through: encoding, delimiter, header, rows. What must hold of it is said in
``tests/support/reader_properties.py``; an input that breaks it ends the run, and lies in
``crash-*``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["isco"]):
    from tests.support.reader_properties import check

_MAX_BYTES = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--corpus", type=Path, default=Path("tests/system/corpus"))
    given = parser.parse_args()
    memory = Path("/dev/shm")
    n_inputs, n_tables, begun_s = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder, grown = Path(name), Path(name, "grown")
        grown.mkdir()

        def one(content: bytes) -> None:
            nonlocal n_inputs, n_tables
            n_inputs += 1
            n_tables += check(content, folder) is None
            if n_inputs == given.inputs:  # libFuzzer does not return
                seconds = time.monotonic() - begun_s
                print(
                    f"{n_inputs:,} inputs in {seconds:,.0f} s, {n_tables:,} of them tables: "
                    "no crash, no hang, no value changed",
                    flush=True,
                )

        options = [f"-runs={given.inputs}", f"-max_len={_MAX_BYTES}", "-timeout=60"]
        atheris.Setup([sys.argv[0], *options, str(grown), str(given.corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
