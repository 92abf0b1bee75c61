"""One training in several processes: the first leads, the others follow.

``torchrun`` starts the same command several times. The first process (rank 0) reads, prepares,
writes, exports and judges, as it does alone; the others wait for the fine-tuning, take their share
of every batch, and leave. So there is one writer and one bundle.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from core.errors import IscoError

_Result = TypeVar("_Result")
# Followers wait while the leader prepares and, at the end, exports and measures. A process that
# dies is noticed by torchrun, not by this.
_PATIENCE = timedelta(days=7)


def n_ranks() -> int:
    """How many processes train together; 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_follower() -> bool:
    """Whether this process is to ``follow``."""
    return int(os.environ.get("RANK", "0")) > 0


@contextmanager
def leading() -> Iterator[None]:
    """What the first process does; at the end the others may go."""
    if n_ranks() == 1:
        yield
        return
    _join()
    try:
        yield
    except IscoError:  # not in the middle of a batch, where nobody would hear it
        _send(None)
        raise
    _send(None)
    dist.destroy_process_group()


def together(task: Callable[..., _Result], *arguments: Any, **own: Any) -> _Result:
    """Run ``task`` in all processes at once and return what it returns in this one.

    Called by the leader. Task and arguments are pickled for the others; ``own`` are keywords that
    the leader alone passes.
    """
    if n_ranks() > 1:
        _send((task, arguments))
    return task(*arguments, **own)


def follow() -> None:
    """Do what the leader asks for until it asks for nothing more."""
    _join()
    while (asked := _receive()) is not None:
        task, arguments = asked
        task(*arguments)
    dist.destroy_process_group()


def _join() -> None:
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    # Gradients of a GPU travel by NCCL, everything else by gloo.
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, timeout=_PATIENCE)


def _send(message: Any) -> None:
    dist.broadcast_object_list([message], src=0, device=torch.device("cpu"))


def _receive() -> Any:
    received = [None]
    dist.broadcast_object_list(received, src=0, device=torch.device("cpu"))
    return received[0]
