"""How the actors share the CPUs of a cluster."""

from __future__ import annotations

import pytest

from core.errors import DistributedError
from core.settings import InferenceSettings
from distributed.ray_cluster import share_cpus


@pytest.mark.parametrize(
    ("n_actors", "threads", "shared"),
    [
        (None, 0, (4, 2)),
        (None, 4, (2, 4)),
        (None, 16, (1, 8)),  # more threads than CPUs would wait for ever
        (4, 4, (4, 2)),
        (3, 0, (3, 2)),
        (2, 1, (2, 1)),
    ],
)
def test_no_more_cpus_are_asked_for_than_there_are(
    monkeypatch: pytest.MonkeyPatch, n_actors: int | None, threads: int, shared: tuple[int, int]
) -> None:
    monkeypatch.setattr("ray.cluster_resources", lambda: {"CPU": 8.0})
    assert share_cpus(n_actors, InferenceSettings(threads=threads)) == shared
    with pytest.raises(DistributedError, match="8 CPUs"):
        share_cpus(9, InferenceSettings())
