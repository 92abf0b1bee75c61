"""The Ray cluster: how it is connected or started, and how the actors share its CPUs."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import ray

import core
import distributed
import inference
from core.errors import DistributedError, IscoError, RunInterruptedError
from core.files.termination import terminated_as_by_ctrl_c
from core.row_counts import quantity
from core.settings import InferenceSettings
from distributed.ray_environment import actor_environment

RESUME_HINT = "the same command with --resume keeps the complete shards and codes the others"
_CPUS_PER_ACTOR = 2
_PROXY = "http_proxy"
_NO_PROXY_THERE = "http://127.0.0.1:9"
# Without an address Ray joins the cluster of RAY_ADDRESS, or the last one started on the machine.
_THIS_MACHINE = "local"


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Connect to the Ray cluster at ``address``, or start one on this machine for None.

    All its machines get the code that runs here. An error of Ray becomes a DistributedError, or the
    IscoError that it carries from an actor; Ctrl-C and SIGTERM become a RunInterruptedError.
    """
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # its errors are in what it raises
    local = {} if address else {"include_dashboard": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The minimum number of concurrent actors")
        try:
            with _no_cloud_lookup() if address is None else nullcontext():
                ray.init(
                    address=address or _THIS_MACHINE,
                    runtime_env={
                        "py_modules": [core, inference, distributed],
                        "env_vars": {**actor_environment(), _PROXY: os.environ.get(_PROXY, "")},
                    },
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                    **local,
                )
        except Exception as error:  # Ray raises nothing narrower
            reason = str(error).partition("\n")[0]
            where = f"reach a Ray cluster at {address!r}" if address else "start Ray here"
            raise DistributedError(f"cannot {where}: {reason}") from error
        try:
            # Ray's own handler of SIGTERM writes the stack of its threads, and ends with 15.
            with terminated_as_by_ctrl_c():
                yield
        except KeyboardInterrupt:
            raise RunInterruptedError(f"stopped; {RESUME_HINT}") from None
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, IscoError):
                raise cause from None
            if cause is not None and not isinstance(cause, OSError):
                raise  # a fault of the program keeps its traceback
            name = type(cause or error).__name__
            reason = str(cause or error).strip().partition("\n")[0]
            raise DistributedError(f"{name}: {reason}; {RESUME_HINT}") from error
        finally:
            ray.shutdown()


@contextmanager
def _no_cloud_lookup() -> Iterator[None]:
    """Start Ray's own processes with a proxy that is not there; the actors do not get it.

    One of them asks the metadata services of three clouds where it runs, by name and by address,
    even if its usage statistics are off. Ray has no setting against it.
    """
    before = os.environ.get(_PROXY)
    os.environ[_PROXY] = _NO_PROXY_THERE
    try:
        yield
    finally:
        del os.environ[_PROXY]
        if before is not None:
            os.environ[_PROXY] = before


def share_cpus(n_actors: int | None, settings: InferenceSettings) -> tuple[int, int]:
    """Return how many actors there are, and how many threads each has.

    ``n_actors`` None: one for every two CPUs, or for as many CPUs as ``settings.threads`` says.
    Each actor caches its own predictions: with one per CPU more texts would be coded twice, and
    twice as many models be loaded (``benchmarks/results/distributed.md``). Raises DistributedError
    for more actors than CPUs.
    """
    n_cpus = int(ray.cluster_resources().get("CPU", 0))
    n_actors = n_actors or max(1, n_cpus // (settings.threads or _CPUS_PER_ACTOR))
    if n_actors > n_cpus:
        raise DistributedError(
            f"--concurrency {n_actors}: the cluster has {quantity(n_cpus, 'CPU')}"
        )
    n_threads = n_cpus // n_actors  # more than there are would never be scheduled
    return n_actors, min(settings.threads or n_threads, n_threads)
