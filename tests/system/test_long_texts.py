"""Long fields: the memory does not grow with the longest text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inference.bundle import Bundle
from tests.conftest import ROOT

_PROGRAM = """
import resource, sys
from pathlib import Path
from core.settings import OutputSettings, Settings
from inference.autocoder import open_autocoder
from inference.model_registry import ModelRegistry
from results.code_file import code_file

settings = Settings(output=OutputSettings(best_model_dir=Path(sys.argv[1])))
autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
receipt = code_file(Path(sys.argv[2]), Path(sys.argv[3]), autocoder, settings)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert receipt.n_truncated == receipt.n_rows_out == 150, receipt
sys.stdout.write(str(after - before))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux alone")
def test_memory_does_not_grow_with_the_longest_text(tmp_path: Path, bundle: Bundle) -> None:
    """150 rows of 105 kB took more than 2 GB when all of a text went to the model."""
    path = tmp_path / "in.csv"
    out = tmp_path / "out"
    duties = "mends pumps and teaches others to mend the pumps of ships " * 1_800
    lines = (f"fitter {n},{n} {duties}" for n in range(150))
    path.write_text("job_title,duties\n" + "\n".join(lines), encoding="utf-8")
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(bundle.path), str(path), str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300 * 1024
