"""Ray: connected to or started, and how its CPUs are shared among the actors."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import ray

import core
import distributed
import inference
from core.errors import DistributedError, IscoError
from core.settings import InferenceSettings

GO_ON = "the same command with --resume goes on from the shards that are complete"
_THREADS = 2  # of an actor, where nobody says otherwise


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Ray, connected or started, with the very code that runs here on all its machines.

    What Ray raises becomes a DistributedError, or the error of ours that it carries from an actor.
    """
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what it says is in what it raises
    local = {} if address else {"include_dashboard": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The minimum number of concurrent actors")
        try:
            ray.init(
                address=address,
                runtime_env={"py_modules": [core, inference, distributed]},
                log_to_driver=False,
                logging_level=logging.ERROR,
                **local,
            )
        except Exception as error:  # Ray raises nothing narrower
            reason = str(error).partition("\n")[0]
            where = f"reach a Ray cluster at {address!r}" if address else "start Ray here"
            raise DistributedError(f"cannot {where}: {reason}") from error
        try:
            yield
        except KeyboardInterrupt:
            raise DistributedError(f"stopped; {GO_ON}") from None
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, IscoError):
                raise cause from None
            if cause is not None and not isinstance(cause, OSError):
                raise  # ours to mend
            reason = str(cause or error).strip().partition("\n")[0]
            raise DistributedError(f"{type(cause or error).__name__}: {reason}; {GO_ON}") from error
        finally:
            ray.shutdown()


def shares(concurrency: int, settings: InferenceSettings) -> tuple[int, int]:
    """How many actors there are, and how many threads each has.

    ``concurrency`` 0: one for every two CPUs, or for as many as ``settings.threads`` says. Each
    remembers texts of its own: with one per CPU more texts would be coded twice, and twice as many
    models be loaded (``benchmarks/results/distributed.md``). DistributedError where there are fewer
    CPUs.
    """
    n_cpus = int(ray.cluster_resources().get("CPU", 0))
    n_actors = concurrency or max(1, n_cpus // (settings.threads or _THREADS))
    if n_actors > n_cpus:
        raise DistributedError(f"--concurrency {n_actors}: the cluster has {n_cpus} CPUs")
    return n_actors, settings.threads or n_cpus // n_actors
