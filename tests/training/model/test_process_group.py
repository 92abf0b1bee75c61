"""Two processes of torchrun train one model: each record once an epoch, one writer, one bundle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest
from torch.distributed import TCPStore

import main
from core.files.own_files import METRICS
from core.settings import Settings
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from tests.conftest import ROOT
from tests.support.labelled_records import raw_records
from tests.support.training_processes import PROCESSES
from training.dataset.no_occupation import with_no_occupation
from training.run_folder import RUN

# The command line itself; beside it, each process writes down the rows that it learned from, and
# whether in bf16. Only the first one finds bf16 faster.
PROGRAM = """
import json, os, sys
from pathlib import Path
import main
from training.model import batch_trainer, trainer
from training.model.precision import Precision

seen = []

class Observed(trainer.BatchTrainer):
    def compute_loss(self, model, inputs, *args, **more):
        if model.training:
            seen.append((int(self.state.epoch), inputs["row"].tolist(), self._is_bf16))
        return super().compute_loss(model, inputs, *args, **more)

speedup = 2.0 if os.environ["RANK"] == "0" else 0.5
precision = Precision(speedup, difference=0.01, tolerance=0.1)
batch_trainer.choose_precision = lambda *arguments: precision
trainer.BatchTrainer = Observed
code = main.main(sys.argv[2:])
Path(sys.argv[1], f"seen.{os.environ['RANK']}.json").write_text(json.dumps(seen))
sys.exit(code)
"""


def torchrun(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = folder / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", str(program), str(folder), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "HOME": str(folder)},
    )


@pytest.mark.slow
def test_two_processes_train_one_model(
    user_project: Settings, checkpoint: Path, tmp_path: Path
) -> None:
    raw, config = raw_records(tmp_path / "raw"), tmp_path / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("epochs: 6", "epochs: 2"), "utf-8")
    arguments = ["--config", str(config), "--raw", str(raw), "--base", str(checkpoint)]
    done = torchrun(tmp_path, "train", "--enable-optimizations", *arguments)
    assert done.returncode == 0, done.stderr
    (run,) = (user_project.output.model_dir / "runs").iterdir()
    assert json.loads((run / RUN).read_text(encoding="utf-8"))["state"] in ("promoted", "refused")
    version = json.loads((run / METRICS).read_text(encoding="utf-8"))["version"]
    assert {found.name for found in ModelRegistry(user_project.output).versions()} > {version}
    bundled = Bundle.open(user_project.output.model_dir / "bundled").manifest.version
    kept = {path.name for path in (user_project.output.model_dir / "versions").glob("*/")}
    assert kept - {bundled} == {version}  # a bundled version that is replaced is kept
    assert done.stderr.count("report in") == 1

    first, second = (json.loads((tmp_path / f"seen.{r}.json").read_text()) for r in (0, 1))
    assert [len(share) for share in (first, second)] == [len(first)] * 2
    train = pd.read_csv(run / "train.csv").assign(weight=1.0, language="en", forms="")
    n_train = len(train)
    n_rows = len(with_no_occupation(train, ["en"], seed=0))
    assert not any(is_bf16 for _, _, is_bf16 in first + second)
    epochs = sorted({epoch for epoch, _, _ in first})
    assert epochs == [0, 1]
    for epoch in epochs:
        rows = Counter(row for e, batch, _ in first + second if e == epoch for row in batch)
        assert set(rows.values()) == {1}
        assert set(rows) <= set(range(n_rows)) and len(rows) > 0.9 * n_train


def process_of_group(folder: Path, rank: int, port: int) -> NoReturn:
    """Run a command as torchrun starts it."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "True"  # the store below, which is torchrun's part
    os.dup2(os.open(folder / f"stderr.{rank}", os.O_CREAT | os.O_WRONLY), 2)
    config, nothing = str(folder / "config.yaml"), str(folder / "nothing")
    sys.exit(main.main(["train", "--config", config, "--raw", nothing]))


@pytest.mark.slow
def test_an_error_of_the_leader_ends_all(user_project: Settings, tmp_path: Path) -> None:
    """Two processes without torchrun, forked: to import torch takes each longer than all else."""
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    processes = [
        PROCESSES.Process(target=process_of_group, args=(tmp_path, rank, store.port))
        for rank in (0, 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    errors = "".join((tmp_path / f"stderr.{rank}").read_text("utf-8") for rank in (0, 1))
    assert [process.exitcode for process in processes] == [1, 0], errors
    assert errors.count("isco: ") == 1
