"""Two processes of torchrun train one model: each record once an epoch, one writer, one bundle."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest
from torch.distributed import TCPStore
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

import main
from core.files.own_files import METRICS
from core.settings import Settings
from inference.model_registry import ModelRegistry
from tests.support.labelled_records import raw_records
from tests.support.training_processes import PROCESSES, send_stderr_to
from training.dataset.no_occupation import with_no_occupation
from training.model import batch_trainer, trainer
from training.model.precision import Precision
from training.run_folder import RUN

N_PROCESSES = 2


def train_in_group(folder: Path, arguments: list[str]) -> int:
    """Run the command line in a process of torchrun, and return its exit code.

    Beside it, each process writes down the rows that it learned from, and whether in bf16. Only the
    first one finds bf16 faster.
    """
    rank = os.environ["RANK"]
    send_stderr_to(folder / f"stderr.{rank}")
    seen: list[tuple[int, list[int], bool]] = []

    class Observed(trainer.BatchTrainer):
        def compute_loss(self, model: Any, inputs: Any, *args: Any, **more: Any) -> Any:
            if model.training:
                seen.append((int(self.state.epoch), inputs["row"].tolist(), self._is_bf16))
            return super().compute_loss(model, inputs, *args, **more)

    precision = Precision(2.0 if rank == "0" else 0.5, difference=0.01, tolerance=0.1)
    batch_trainer.choose_precision = lambda *arguments: precision
    trainer.BatchTrainer = Observed  # type: ignore[misc]
    code = main.main(arguments)
    (folder / f"seen.{rank}.json").write_text(json.dumps(seen), encoding="utf-8")
    return code


def torchrun(folder: Path, arguments: list[str]) -> NoReturn:
    """Be ``torchrun --standalone``, with processes that are forked instead of started."""
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=N_PROCESSES,
        run_id=folder.name,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        start_method="fork",
    )
    codes = elastic_launch(config, train_in_group)(folder, arguments)
    sys.exit(max(codes.values()))


@pytest.mark.slow
def test_two_processes_train_one_model(
    user_project: Settings, checkpoint: Path, tmp_path: Path
) -> None:
    raw, config = raw_records(tmp_path / "raw"), tmp_path / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("epochs: 6", "epochs: 2"), "utf-8")
    arguments = ["--config", str(config), "--raw", str(raw), "--base", str(checkpoint)]
    command = ["train", "--enable-optimizations", *arguments]
    process = PROCESSES.Process(target=torchrun, args=(tmp_path, command))
    process.start()
    process.join()
    errors = "".join((tmp_path / f"stderr.{rank}").read_text("utf-8") for rank in (0, 1))
    assert process.exitcode == 0, errors
    (run,) = (user_project.output.model_dir / "runs").iterdir()
    assert json.loads((run / RUN).read_text(encoding="utf-8"))["state"] in ("promoted", "refused")
    version = json.loads((run / METRICS).read_text(encoding="utf-8"))["version"]
    assert {found.name for found in ModelRegistry(user_project.output).versions()} > {version}
    assert len(list((user_project.output.model_dir / "versions").glob("*/"))) == 1
    assert errors.count("report in") == 1

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
    send_stderr_to(folder / f"stderr.{rank}")
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
