"""One training in several processes: a main process, and workers that share every batch.

``torchrun`` starts the same command several times. The main process (rank 0) reads, prepares,
writes, exports and evaluates, as it does alone. The workers wait for the task to train, take their
share of every batch, and end. So there is one writer and one bundle.

torch is imported where processes meet: a process alone that has nothing to train loads none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from core.errors import IscoError

_Result = TypeVar("_Result")
# Workers wait while the main process prepares and, at the end, exports and evaluates. torchrun, not
# this time limit, notices a process that dies.
_TIMEOUT = timedelta(days=7)


def n_processes() -> int:
    """Return how many processes train together; 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_worker() -> bool:
    """Tell whether this process is a worker, which has to call ``run_worker``."""
    return int(os.environ.get("RANK", "0")) > 0


@contextmanager
def main_process() -> Iterator[None]:
    """Connect the main process with the workers, and let the workers end when it is done."""
    if n_processes() == 1:
        yield
        return
    _join_group()
    try:
        yield
    except IscoError:  # raised between tasks: the workers are waiting for the next one
        _broadcast(None)
        raise
    _broadcast(None)
    _leave_group()


def run_in_all_processes(task: Callable[..., _Result], *arguments: Any, **own: Any) -> _Result:
    """Run ``task`` in all processes at once and return its result in the main process.

    The main process calls this. Task and arguments are pickled for the workers; ``own`` are keyword
    arguments for the main process alone.
    """
    if n_processes() > 1:
        _broadcast((task, arguments))
    return task(*arguments, **own)


def all_agree(choice: bool) -> bool:
    """Return whether all processes chose True; each must call this, and alone it returns its own.

    Trained in two precisions, the copies of a model would go on from different sums.
    """
    if n_processes() == 1:
        return choice
    import torch
    import torch.distributed as dist

    choices = torch.tensor(int(choice))
    dist.all_reduce(choices, dist.ReduceOp.MIN)
    return bool(choices.item())


def run_worker() -> None:
    """Run the tasks of the main process until there is none left."""
    _join_group()
    while (message := _receive()) is not None:
        task, arguments = message
        task(*arguments)
    _leave_group()


def _join_group() -> None:
    import torch
    import torch.distributed as dist

    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    # Gradients of a GPU travel by NCCL, everything else by gloo.
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, timeout=_TIMEOUT)


def _leave_group() -> None:
    import torch.distributed as dist

    dist.destroy_process_group()


def _broadcast(message: Any) -> None:
    import torch
    import torch.distributed as dist

    dist.broadcast_object_list([message], src=0, device=torch.device("cpu"))


def _receive() -> Any:
    import torch
    import torch.distributed as dist

    received = [None]
    dist.broadcast_object_list(received, src=0, device=torch.device("cpu"))
    return received[0]
